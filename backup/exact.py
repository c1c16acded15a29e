"""Copies a repository's objects byte for byte, each held against its hash on the way.

The copy is the same ciphertext under the same names: an object that is damaged in one repository is
healed from the other in the time that it takes to copy a file, without restic or the password.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from backup import ledger, look, sweep
from backup.ledger import Entry, Key

ORDER = {"config": 0, "keys": 1, "data": 2, "index": 3, "snapshots": 4}
"""What others rest on comes first: a copy that is cut short holds no snapshot of nothing."""
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Copied:
    """What one round of copying did."""

    objects: int
    bytes: int
    failed: tuple[str, ...]
    spare: tuple[Key, ...]
    """What the first repository has pruned, and nothing needs in the second any more."""


def copy(
    source: Path,
    target: Path,
    entries: Iterable[Entry],
    stop: threading.Event,
    far: sweep.Far = lambda _bytes, _of_bytes: None,
) -> Copied:
    """Copy what is not there yet, telling `far` after each object. Nothing is spare while anything is amiss in the first one."""
    known = sorted(entries, key=lambda each: ORDER[each.kind])
    there = look.listing(target) if (target / "config").exists() else {}
    objects = size = 0
    failed: list[str] = []
    wanted = [
        entry
        for entry in known
        if not ledger.gone(entry) and there.get(entry.key) != entry.size_bytes
    ]
    due_bytes = sum(entry.size_bytes for entry in wanted)
    for entry in wanted:
        far(size, due_bytes)
        if stop.is_set():
            break
        if reason := bring(source, target, entry):
            failed.append(f"{entry.kind}/{entry.name}: {reason}")
        else:
            objects, size = objects + 1, size + entry.size_bytes
    names = {entry.key for entry in known}
    sound = not failed and not stop.is_set() and not any(entry.problem for entry in known)
    spare = tuple(key for key in there if key not in names) if sound else ()
    return Copied(objects, size, tuple(failed), spare)


def remove(target: Path, spare: Iterable[Key]) -> None:
    """Take out what is spare: first what rests on others."""
    for key in sorted(spare, key=lambda each: -ORDER[each[0]]):
        sweep.path(target, key).unlink(missing_ok=True)


def bring(source: Path, target: Path, entry: Entry) -> str | None:
    """Copy one object, whole and with the right hash or not at all: None, or why not."""
    wanted = (entry.sha256 or "") if entry.kind == "config" else entry.name
    place = sweep.path(target, entry.key)
    unfinished = place.with_name(f"{place.name}-tmp-{os.getpid()}")
    digest = hashlib.sha256()
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with sweep.path(source, entry.key).open("rb") as old, unfinished.open("wb") as new:
            while chunk := old.read(CHUNK_BYTES):
                digest.update(chunk)
                new.write(chunk)
            new.flush()
            os.fsync(new.fileno())
        if digest.hexdigest() != wanted and (wanted or entry.kind != "config"):
            return "it does not have its hash"
        unfinished.chmod(0o400)
        unfinished.replace(place)
    except OSError as error:
        return error.strerror or str(error)
    finally:
        unfinished.unlink(missing_ok=True)
    return None
