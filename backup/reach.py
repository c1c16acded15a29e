"""A declared repository as restic reaches it from the collector."""

from __future__ import annotations

import threading
from pathlib import Path

from backup import pin, stores
from backup.restic import Restic
from collector.inventory.model import Repository


def restic(
    declared: Repository,
    state_folder: Path,
    stop: threading.Event,
    limit_seconds: float = 6 * 3600.0,
) -> Restic:
    """Without a cache: what is read is read from the repository. Raises StoreError, PinError."""
    reached = stores.access(pin.address(declared, state_folder))
    return Restic(
        reached.location,
        pin.password_file(declared, state_folder),
        limit_seconds=limit_seconds,
        stop=stop,
        arguments=reached.arguments,
        environment=reached.environment,
    )
