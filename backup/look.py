"""Looks at the names in a repository: what is new is opened, and junk moves into quarantine.

Of five kinds of junk that a PC's login can put into an append-only repository, each may keep every
backup and restore from working: a file in index/, snapshots/, keys/, locks/ or data/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from backup import ledger, quarantine, sealed, sweep
from backup.ledger import Entry, Key, Kind
from backup.quarantine import Junk
from collector.store.database import Store

KINDS: tuple[Kind, ...] = ("keys", "snapshots", "index", "data")
"""Folders whose files are named by their own SHA-256; locks/ comes and goes."""

_HASH = re.compile(r"[0-9a-f]{64}")
_TEMPORARY = re.compile(r"-tmp-?[0-9]*$|\.rest-server-temp[0-9]*$|^\.")
"""What restic or a server leaves of an upload that was cut short; no snapshot ever rests on it."""


class LookError(Exception):
    """The repository's folder cannot be listed at all."""


@dataclass(frozen=True)
class Looked:
    """The ledger after the look, and what moved into quarantine because of it."""

    ledger: tuple[Entry, ...]
    junk: tuple[Junk, ...]


def look(
    store: Store,
    repository: str,
    folder: Path,
    aside: Path,
    key: sealed.Key | None,
    now: datetime,
) -> Looked:
    """Bring the ledger up to the names that are there now. Raises LookError.

    `aside` is the quarantine's folder. Without a key only names can be judged, and new keys.
    """
    with store.read() as connection:
        known = ledger.load(connection, repository)
    found = listing(folder)
    junk = tuple(_junk(folder, found, known, key))
    moved = {(each.kind, each.name) for each in junk}
    after = tuple(
        replace(entry, state="quarantined") if entry.key in moved else entry
        for entry in ledger.merged(known, found, now)
    )
    with store.write() as connection:
        ledger.save(connection, repository, [e for e in after if known.get(e.key) != e])
        quarantine.note(connection, repository, aside, junk, now)
    for each in junk:
        quarantine.move(folder, aside, each)
    return Looked(after, junk)


def listing(folder: Path) -> Mapping[Key, int]:
    """Size of every object by kind and name. Raises LookError."""
    try:
        found: dict[Key, int] = {("config", "config"): (folder / "config").stat().st_size}
        for kind in KINDS:
            for path in _files(folder / kind):
                found[(kind, path.name)] = path.stat().st_size
    except OSError as error:
        raise LookError(f"{error.filename} cannot be listed: {error.strerror}") from error
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif not _TEMPORARY.search(path.name):
            yield path


def _junk(
    folder: Path, found: Mapping[Key, int], known: Mapping[Key, Entry], key: sealed.Key | None
) -> Iterator[Junk]:
    for (kind, name), size_bytes in found.items():
        before = known.get((kind, name))
        if kind == "config" or (before and before.state == "sound"):
            continue
        # Keys are all known after the first look: one more later lets somebody read everything.
        if kind == "keys" and known and (before is None or before.state == "quarantined"):
            yield Junk(kind, name, "a key that nobody has approved")
        elif not _HASH.fullmatch(name):
            yield Junk(kind, name, "no name that restic gives")
        elif reason := _reason(folder, (kind, name), size_bytes, before, key):
            yield Junk(kind, name, reason)
    for path in locks(folder):
        if key is not None and not _opens(key, path) and _is_whole(path):
            yield Junk("locks", path.name, "not sealed with this repository's key")


def _reason(
    folder: Path, of: Key, size_bytes: int, before: Entry | None, key: sealed.Key | None
) -> str | None:
    """Why an object is junk: its hash is right, so that nothing changed it, and yet nobody opens it.

    One with a wrong hash may be damaged or still be arriving; too short and still here, it is junk.
    """
    kind, _name = of
    path = sweep.path(folder, of)
    if before and before.last_verified_at is None and size_bytes < sealed.LEAST_BYTES:
        return "too short for anything that restic stores"
    if before is not None and before.state != "quarantined":
        return None
    try:
        if key is None or kind == "keys" or not path.is_file():
            return None
        if sealed.is_pack(key, path) if kind == "data" else _opens(key, path):
            return None
        return "not sealed with this repository's key" if _is_whole(path) else None
    except OSError:
        return None  # the sweep tells what cannot be read


def locks(folder: Path) -> list[Path]:
    """Every lock that was written whole."""
    try:
        return sorted(path for path in _files(folder / "locks") if _HASH.fullmatch(path.name))
    except OSError:
        return []


def _opens(key: sealed.Key, path: Path) -> bool:
    try:
        sealed.opened(key, path.read_bytes())
    except FileNotFoundError:
        return True  # a lock that was let go of meanwhile
    except sealed.SealError:
        return False
    return True


def _is_whole(path: Path) -> bool:
    try:
        return sweep.sha256(path) == path.name
    except FileNotFoundError:
        return False
