"""How the duties are doing: left in the state folder by their process, read by the screens."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

HEALTH_FILE = "duties.json"


class Health(msgspec.Struct, frozen=True):
    """How a duty went last: `duties.json` in the state folder, for the screens."""

    duty: str
    at: datetime
    error: str | None = None
    every_seconds: float = 0.0


LATE = timedelta(minutes=2)
"""Past its turn: alerts that were last judged so long ago are told to the one who asks."""


def write(folder: Path, found: Sequence[Health]) -> None:
    """Leave word for the screens; a full disk must not end the loop that would tell of it."""
    draft = folder / f"{HEALTH_FILE}.new"
    try:
        draft.write_bytes(msgspec.json.encode(found))
        draft.replace(folder / HEALTH_FILE)
    except OSError as error:
        log.error("can't write %s: %s", folder / HEALTH_FILE, error.strerror)  # noqa: TRY400 - no bug


def overdue(known: Sequence[Health], now: datetime) -> str | None:
    """The duty that has waited longest past its turn, in words; None where all take their turns."""
    turns = [(one.at + timedelta(seconds=one.every_seconds) + LATE, one) for one in known]
    due_at, late = min(turns, key=lambda turn: turn[0], default=(now, None))
    if late is None or now <= due_at:
        return None
    return f"the duty {late.duty} has not been done since {late.at.isoformat(timespec='seconds')}"


def health(folder: Path) -> tuple[Health, ...]:
    """What the duties process last wrote; nothing where it never ran."""
    try:
        return msgspec.json.decode((folder / HEALTH_FILE).read_bytes(), type=tuple[Health, ...])
    except (FileNotFoundError, msgspec.MsgspecError):
        return ()
