"""Reads stored objects again and holds their hash against their name: no password, no restic."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from backup import ledger
from backup.ledger import Entry, Key, Kind
from backup.restic import ResticError
from collector.store.database import Store

KINDS: tuple[Kind, ...] = ("keys", "snapshots", "index", "data")
"""Folders whose files are named by their own SHA-256; locks/ comes and goes."""
LEAST_BYTES = 4 * 1024**3
"""A small repository is read whole every day: half a minute at the speed of one hard disk."""
BATCH_BYTES = 1024**3
BATCH_OBJECTS = 500
"""Progress is committed after so much: a sweep that is cut short has still read what it read."""
CHUNK_BYTES = 1024 * 1024

_HASH = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = re.compile(r"-tmp-?[0-9]*$")
"""What restic leaves of an upload that was cut short; no snapshot ever rests on it."""


class SweepError(Exception):
    """The repository's folder cannot be swept at all."""


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


Opens = Callable[[Kind, str], None]
"""Decrypts one index or snapshot, or raises ResticError: junk can carry a right hash."""


def sweep(
    store: Store, place: Place, opens: Opens, clock: Callable[[], datetime], stop: threading.Event
) -> Swept:
    """Read today's share. Raises SweepError where there is no repository to read."""
    now = clock()
    found = listing(place.folder)
    with store.read() as connection:
        known = ledger.load(connection, place.repository)
    after = ledger.merged(known, found, now)
    with store.write() as connection:
        ledger.save(connection, place.repository, after)
    by_key = {entry.key: entry for entry in after}
    read_objects = read_bytes = 0
    chosen = ledger.share(after, now, place.window_days, place.least_bytes)
    for batch in _batches(chosen):
        if stop.is_set():
            break
        judged = [_judged(place.folder, entry, opens, clock()) for entry in batch]
        with store.write() as connection:
            ledger.save(connection, place.repository, judged)
        by_key.update({entry.key: entry for entry in judged})
        read_objects += len(judged)
        read_bytes += sum(entry.size_bytes for entry in judged)
    day = now.astimezone(ZoneInfo(place.timezone)).date().isoformat()
    with store.write() as connection:
        ledger.close_day(connection, place.repository, day, tuple(by_key.values()))
    problems = tuple(entry.problem for entry in by_key.values() if entry.problem)
    return Swept(read_objects, read_bytes, problems, complete=read_objects == len(chosen))


def listing(folder: Path) -> Mapping[Key, int]:
    """Size of every object by kind and name."""
    try:
        found: dict[Key, int] = {("config", "config"): (folder / "config").stat().st_size}
        for kind in KINDS:
            for path in _files(folder / kind):
                if not _TEMPORARY.search(path.name):
                    found[(kind, path.name)] = path.stat().st_size
    except OSError as error:
        raise SweepError(f"{error.filename} cannot be listed: {error.strerror}") from error
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def _batches(entries: tuple[Entry, ...]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH_OBJECTS or sum(each.size_bytes for each in batch) > BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def _judged(folder: Path, entry: Entry, opens: Opens, now: datetime) -> Entry:
    """The entry after its bytes were read from the disk."""
    try:
        digest = _digest(_path(folder, entry))
    except OSError:
        return replace(entry, state="unreadable")
    expected = (entry.sha256 or digest) if entry.kind == "config" else entry.name
    if entry.state == "unexpected":
        return entry  # right bytes give nobody leave to be there
    if digest != expected or not _HASH.fullmatch(expected):
        return replace(entry, state="damaged")
    if entry.kind in ("index", "snapshots") and entry.state != "sound":
        try:
            opens(entry.kind, entry.name)
        except ResticError:
            return replace(entry, state="unopened")
    sha256 = digest if entry.kind == "config" else None
    return replace(entry, state="sound", last_verified_at=now, sha256=sha256)


def _path(folder: Path, entry: Entry) -> Path:
    if entry.kind == "config":
        return folder / "config"
    if entry.kind == "data":
        return folder / "data" / entry.name[:2] / entry.name
    return folder / entry.kind / entry.name


def _digest(path: Path) -> str:
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
