"""A declared repository as restic reaches it from the collector."""

from __future__ import annotations

import threading
from pathlib import Path

from backup import passwords, pin, stores
from backup.restic import Restic
from collector.inventory.model import Repository
from collector.store.database import Store


def restic(
    store: Store,
    declared: Repository,
    state_folder: Path,
    stop: threading.Event,
    limit_seconds: float = 6 * 3600.0,
) -> Restic:
    """Without a cache: what is read is read from the repository. Raises StoreError, PinError."""
    reached = stores.access(pin.address(declared, state_folder))
    password = passwords.find(store, declared, state_folder)
    return Restic(
        reached.location,
        password.file,
        limit_seconds=limit_seconds,
        stop=stop,
        arguments=reached.arguments,
        environment=reached.environment,
        password=password.handed_in,
    )
