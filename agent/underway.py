"""How far the backups of this PC are, as `load` tells it while one runs, and never else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable

from agent.lean import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the child that writes the file needs no network
    from agent.link import Ask

STILL_SECONDS = 60.0
"""A figure that has not moved for so long is told with how long."""


def place(name: str) -> str:
    """The file in the agent's folder in which a set's run keeps how far it is."""
    return f"backup-progress-{name}.json"


def told(state: str | os.PathLike[str], asks: Iterable[Ask]) -> list[dict[str, Any]]:
    """One row for each run, 100 bytes at most: its set, and what its own file says.

    Without a file it has begun, and restic has told nothing yet; a file of an earlier run that was
    killed carries another number.
    """
    now = time.monotonic()
    return [_row(state, str(ask.argument), ask.id, now) for ask in asks]


def _row(state: str | os.PathLike[str], name: str, number: int, now: float) -> dict[str, Any]:
    row: dict[str, Any] = {"set": name}
    try:
        with open(os.path.join(state, place(name)), encoding="utf-8") as file:
            kept = json.load(file)
        if kept["job"] != number:
            return row
        ratio, size = min(float(kept["ratio"]), 1.0), int(kept["bytes"])
        still = round(now - kept["moved_at"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return row
    if not (ratio >= 0 and size >= 0):
        return row
    row |= {"ratio": round(ratio, 3), "bytes": size}
    if still >= STILL_SECONDS:
        row["still_seconds"] = still
    return row
