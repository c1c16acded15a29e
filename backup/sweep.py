"""Reads stored objects again and holds their hash against their name: no password, no restic."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backup import ledger, sealed
from backup.ledger import Entry, Key
from collector.store.database import Store

LEAST_BYTES = 4 * 1024**3
"""A small repository is read whole every day: half a minute at the speed of one hard disk."""
BATCH_BYTES = 1024**3
BATCH_OBJECTS = 500
"""Progress is committed after so much: a sweep that is cut short has still read what it read."""
CHUNK_BYTES = 1024 * 1024
Far = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


@dataclass(frozen=True)
class Swept:
    """What one sweep read and found."""

    objects: int
    bytes: int
    problems: tuple[str, ...]
    complete: bool
    """False when it was asked to stop before its share was read."""


@dataclass(frozen=True)
class Place:
    """One repository on a disk of this machine, and the window within which all of it is read."""

    repository: str
    folder: Path
    window_days: int
    timezone: str
    least_bytes: int = LEAST_BYTES


def sweep(
    store: Store,
    place: Place,
    after: Sequence[Entry],
    key: sealed.Key | None,
    clock: Callable[[], datetime],
    stop: threading.Event,
    far: Far = lambda _bytes, _of_bytes: None,
) -> Swept:
    """Read today's share of the ledger as `look` has left it; `far` is told after each batch.

    With a key, the config is opened as well: its name says nothing of its content.
    """
    now = clock()
    by_key = {entry.key: entry for entry in after}
    read_objects = read_bytes = 0
    chosen = ledger.share(after, now, place.window_days, place.least_bytes)
    due_bytes = sum(entry.size_bytes for entry in chosen)
    far(0, due_bytes)
    for batch in _batches(chosen):
        if stop.is_set():
            break
        judged = [_judged(place.folder, entry, key, clock()) for entry in batch]
        with store.write() as connection:
            ledger.save(connection, place.repository, judged)
        by_key.update({entry.key: entry for entry in judged})
        read_objects += len(judged)
        read_bytes += sum(entry.size_bytes for entry in judged)
        far(read_bytes, due_bytes)
    day = now.astimezone(ZoneInfo(place.timezone)).date().isoformat()
    with store.write() as connection:
        ledger.close_day(connection, place.repository, day, tuple(by_key.values()))
    problems = tuple(entry.problem for entry in by_key.values() if entry.problem)
    return Swept(read_objects, read_bytes, problems, complete=read_objects == len(chosen))


def _batches(entries: tuple[Entry, ...]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH_OBJECTS or sum(each.size_bytes for each in batch) > BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _judged(folder: Path, entry: Entry, key: sealed.Key | None, now: datetime) -> Entry:
    """The entry after its bytes were read from the disk."""
    try:
        digest = sha256(path(folder, entry.key))
    except OSError:
        return replace(entry, state="unreadable")
    if entry.kind == "config":
        return _config(folder, entry, digest, key, now)
    if digest != entry.name:
        return replace(entry, state="damaged")
    return replace(entry, state="sound", last_verified_at=now)


def _config(
    folder: Path, entry: Entry, digest: str, key: sealed.Key | None, now: datetime
) -> Entry:
    try:
        if key is not None:
            sealed.opened(key, (folder / "config").read_bytes())
    except (OSError, sealed.SealError):
        return replace(entry, state="damaged")
    if digest != (entry.sha256 or digest):
        return replace(entry, state="damaged")
    return replace(entry, state="sound", last_verified_at=now, sha256=digest)


def path(folder: Path, key: Key) -> Path:
    """Where an object lies in its repository's folder."""
    kind, name = key
    if kind == "config":
        return folder / "config"
    return folder / "data" / name[:2] / name if kind == "data" else folder / kind / name


def sha256(path: Path) -> str:
    """Of a file's bytes as the disk returns them."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        # Out of the page cache first: else a repeated scan reads memory and calls it the disk.
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()
