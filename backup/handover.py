"""Restores for hand-over: each into a folder of its own on the collector, fetched from there by people.

Nothing is written back onto a PC by us: no path ever goes from the collector to an agent, so a
stolen collector cannot lay files onto PCs. Who needs a file takes it from the folder.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from backup import rights
from backup.arriving import Arrived
from backup.commands import CommandError
from backup.pin import PinError
from backup.prove import Verifier
from backup.restic import ResticError
from backup.restoring import Wish, restore
from backup.stores import StoreError
from collector.files import write_private
from collector.inventory.model import Inventory

FOLDER = "restored"
"""In the state folder; readable by its owner alone."""
KEPT = timedelta(days=7)
"""Then it is removed: papers that lie about in plain are a risk of their own."""
SILENT = timedelta(minutes=10)
"""A restore that told nothing for so long ended with its process."""
CHUNK_BYTES = 256 * 1024
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
LATEST = datetime(2107, 12, 31, tzinfo=UTC)
"""Of a ZIP's calendar; a file may claim any time."""
_NAME = re.compile(r"[a-z0-9-]{1,120}")


class Handover(Struct, frozen=True, kw_only=True):
    """One restore for hand-over, as its file tells it."""

    name: str
    set: str
    asked_by: str
    started_at: datetime
    told_at: datetime
    state: Literal["running", "done", "failed"] = "running"
    path: str | None = None
    """The one file or folder that was asked for; None for the whole set."""
    seen_at: datetime | None = None
    """When the receipt of its snapshot came."""
    files: int = 0
    bytes: int = 0
    ratio: float = 0.0
    missing: int = 0
    error: str | None = None


def begin(state_folder: Path, wish: Wish, actor: str, now: datetime) -> Handover:
    """Name a folder that nobody has used yet, and write down that it is under way."""
    name = f"{wish.set}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    path = wish.paths[0] if wish.paths else None
    begun = Handover(
        name=name, set=wish.set, asked_by=actor, started_at=now, told_at=now, path=path
    )
    _keep(state_folder, begun)
    return begun


def fill(verifier: Verifier, inventory: Inventory, wish: Wish, begun: Handover) -> Handover:
    """Restore into the folder; whatever goes wrong is told in its file, and nothing is raised."""
    told = begun

    def tell(arrived: Arrived) -> None:
        nonlocal told
        told = msgspec.structs.replace(
            told,
            told_at=verifier.clock(),
            files=arrived.files,
            bytes=arrived.bytes,
            ratio=arrived.ratio,
        )
        _keep(verifier.state_folder, told)

    folder = verifier.state_folder / FOLDER / begun.name
    try:
        done = restore(verifier, inventory, replace(wish, into=folder), begun.asked_by, tell)
        rights.open_up(folder)
    except (CommandError, ResticError, PinError, StoreError) as error:
        ended = msgspec.structs.replace(told, state="failed", error=str(error))
    except OSError as error:
        cause = f"{error.filename or folder}: {error.strerror}"
        ended = msgspec.structs.replace(told, state="failed", error=cause)
    else:
        ended = msgspec.structs.replace(
            told,
            state="done",
            seen_at=done.seen_at,
            files=done.files,
            bytes=done.bytes,
            missing=len(done.missing),
        )
    ended = msgspec.structs.replace(ended, told_at=verifier.clock())
    _keep(verifier.state_folder, ended)
    return ended


def listed(state_folder: Path, now: datetime) -> tuple[Handover, ...]:
    """All of them, the newest first; one that fell silent has failed."""
    found = [_read(path) for path in (state_folder / FOLDER).glob("*.json")]
    alive = [_judged(one, now) for one in found if one is not None]
    return tuple(sorted(alive, key=lambda one: one.started_at, reverse=True))


def one(state_folder: Path, name: str, now: datetime) -> Handover | None:
    """The one of that name; a name from outside stays one part of a path."""
    if not _NAME.fullmatch(name):
        return None
    found = _read(state_folder / FOLDER / f"{name}.json")
    return _judged(found, now) if found is not None else None


def remove(state_folder: Path, name: str) -> None:
    """Take the files away, then what tells of them. Raises OSError: what stays in plain is not hidden."""
    folder = state_folder / FOLDER
    if (folder / name).exists():
        rights.remove(folder / name)
    (folder / f"{name}.json").unlink(missing_ok=True)


def clean(state_folder: Path, now: datetime) -> tuple[str, ...]:
    """Remove what has lain there too long; the names."""
    old = [
        each.name
        for each in listed(state_folder, now)
        if each.state != "running" and now - each.told_at > KEPT
    ]
    for name in old:
        remove(state_folder, name)
    return tuple(old)


def files(state_folder: Path, name: str) -> tuple[Path, ...]:
    """Its regular files, in order; a link is nobody's file."""
    top = state_folder / FOLDER / name
    found = [Path(folder, each) for folder, _folders, names in os.walk(top) for each in names]
    return tuple(sorted(path for path in found if stat.S_ISREG(path.lstat().st_mode)))


def read(path: Path) -> Iterator[bytes]:
    """One file, piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def zipped(state_folder: Path, name: str) -> Iterator[bytes]:
    """All files as one ZIP, made while it is sent: it takes neither room nor memory."""
    top, sink = state_folder / FOLDER / name, _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for inside, path in _inside(top, files(state_folder, name)):
            told = zipfile.ZipInfo(inside, _moment(path))
            with archive.open(told, "w", force_zip64=True) as target:
                for chunk in read(path):
                    target.write(chunk)
                    yield sink.taken()
    yield sink.taken()


class _Sink:
    """Takes what the ZIP writes, and hands it on."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, content: bytes, /) -> int:
        self._waiting += content
        return len(content)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        """What came since the last time."""
        content, self._waiting = bytes(self._waiting), bytearray()
        return content


def _inside(top: Path, paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Each file with its name in the ZIP: one of its own, and one part of a path on Windows too."""
    taken: set[str] = set()
    for path in paths:
        inside = os.fsencode(path.relative_to(top)).decode("utf-8", "replace").replace("\\", "_")
        while inside in taken:
            inside += "_"
        taken.add(inside)
        yield inside, path


def _moment(path: Path) -> tuple[int, int, int, int, int, int]:
    claimed = min(max(path.lstat().st_mtime, EARLIEST.timestamp()), LATEST.timestamp())
    at = datetime.fromtimestamp(claimed, UTC)
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)


def _keep(state_folder: Path, told: Handover) -> None:
    folder = state_folder / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(folder / f"{told.name}.json", msgspec.json.encode(told))


def _read(path: Path) -> Handover | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Handover)
    except (OSError, msgspec.MsgspecError):
        return None


def _judged(told: Handover, now: datetime) -> Handover:
    if told.state == "running" and now - told.told_at > SILENT:
        return msgspec.structs.replace(told, state="failed", error="it ended half way")
    return told
