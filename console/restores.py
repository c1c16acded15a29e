"""Restores for hand-over, by page or by program: begun, fetched and removed, each with its audit row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from msgspec import Struct

from backup import handover
from backup.handover import Handover
from backup.restoring import Wish
from collector import audit
from console.desk import Desk


class Asked(Struct, frozen=True):
    """What of a set is wanted: one path or all, out of one snapshot or the newest that had come."""

    set: str
    path: str = ""
    snapshot: str = ""
    until: datetime | None = None


def begin(desk: Desk, actor: str, asked: Asked) -> Handover | None:
    """Restore into a folder of its own, beside this answer; None while other work is running."""
    wish = Wish(
        asked.set,
        desk.state_folder,  # named anew by the hand-over itself
        at=asked.until,
        snapshot=asked.snapshot or None,
        paths=(asked.path,) if asked.path else (),
    )
    return desk.workshop.hand_over(desk.source.current(), wish, actor)


def fetch(desk: Desk, actor: str, name: str) -> tuple[str, Iterator[bytes]] | None:
    """One file as it is, several as a ZIP: its name and its bytes; None where nothing lies there."""
    told = handover.one(desk.state_folder, name, desk.clock())
    files = handover.files(desk.state_folder, name) if told and told.state == "done" else ()
    if not files:
        return None
    _note(desk, actor, "restored-fetched", name)
    if len(files) == 1:
        return files[0].name, handover.read(files[0])
    return f"{name}.zip", handover.zipped(desk.state_folder, name)


def remove(desk: Desk, actor: str, name: str) -> Handover | None:
    """Remove what was restored: it lay there in plain. None where nothing does, or it still runs."""
    told = handover.one(desk.state_folder, name, desk.clock())
    if told is None or told.state == "running":
        return None
    handover.remove(desk.state_folder, name)
    _note(desk, actor, "restored-removed", name)
    return told


def until(day: str, timezone: str) -> datetime | None:
    """The end of that day by the office's clock; None where none is named.

    Raises ValueError at what is no day: else the newest would come, which may be the encrypted one.
    """
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day), time.max).replace(tzinfo=ZoneInfo(timezone))


def _note(desk: Desk, actor: str, action: str, name: str) -> None:
    with desk.store.write() as connection:
        audit.append(connection, desk.clock(), actor, action, {"folder": name})
