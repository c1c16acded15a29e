"""One run of a set on the PC: sources checked, witnesses read, stored, looked at again; a receipt comes out."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent import underway
from backup import canary, stores, witness
from backup.answers import Progress
from backup.canary import Canary
from backup.restic import Restic, ResticError, Stored
from backup.stores import Address, StoreError
from backup.witness import Witness

PINS = "backup.json"
ADDRESS_FILES = ("login_file", "environment_file", "ca_file", "key_file", "known_hosts_file")
CACHE_LEAST_BYTES = 64 * 1024 * 1024
"""Free beside the cache: without it a backup is slower, and comes to its end."""
UNREADABLE_TOLD = 20
"""Unreadable paths named in a receipt; the error counts all of them."""
PROGRESS_EVERY_SECONDS = 1.0


class PinError(Exception):
    """backup.json does not say how to back up that set."""


@dataclass(frozen=True)
class Pin:
    """One set as pinned on this PC: nothing of it ever comes over the wire."""

    set: str
    paths: tuple[str, ...]
    excludes: tuple[str, ...]
    repository: Address
    password_file: Path
    canary: bool = False
    """Whether a canary is planted in each folder; databases, say, take no file of ours."""

    @property
    def sha256(self) -> str:
        """Stands for what is backed up and where to: only runs of the same are held against each other.

        In a new repository restic finds every file new, as if all had been encrypted.
        """
        told = json.dumps([self.paths, self.excludes, self.repository.path])
        return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True)
class Receipt:
    """What one run did; the section of a report of the kind `backup`."""

    set: str
    ok: bool
    started_at: str
    duration_seconds: float
    snapshot: str | None = None
    files: int | None = None
    bytes: int | None = None
    added_bytes: int | None = None
    unreadable: tuple[str, ...] = ()
    error: str | None = None
    job: int | None = None
    witnesses: tuple[Mapping[str, Any], ...] = ()
    set_aside: int = 0
    """Files read before the backup that had another size or age after it, or were gone."""
    new_files: int | None = None
    changed_files: int | None = None
    """Against the snapshot before; what is neither changed nor unmodified was removed."""
    unmodified_files: int | None = None
    pins_sha256: str | None = None
    sampled: int = 0
    encrypted: int = 0
    """Of the sampled files, those that look encrypted."""
    canaries: tuple[Canary, ...] = ()

    def section(self) -> dict[str, Any]:
        """As JSON; what is not known is left out."""
        return {key: value for key, value in asdict(self).items() if value is not None}


def pin(folder: Path, name: str) -> Pin:
    """Read the pin of one set from the agent's folder."""
    try:
        entry = json.loads((folder / PINS).read_text("utf-8"))["sets"][name]
        return Pin(
            set=name,
            paths=tuple(entry["paths"]),
            excludes=tuple(entry.get("excludes", ())),
            repository=_address(entry, folder),
            password_file=folder / entry["password_file"],
            canary=entry.get("canary") is True,
        )
    except OSError as error:
        raise PinError(f"{folder / PINS} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise PinError(f"the set {name} is not pinned in {folder / PINS}") from error


def _address(entry: Mapping[str, str], folder: Path) -> Address:
    """A relative name is one in the agent's own folder: the pins came there with their secrets."""
    files = {name: folder / entry[name] for name in ADDRESS_FILES if name in entry}
    return Address(entry["repository"], **files)


def run(
    name: str, folder: Path, job: int | None, clock: Callable[[], datetime], chance: random.Random
) -> Receipt:
    """Back up one pinned set. Whatever goes wrong is told in the receipt, never raised."""
    started, began = clock(), time.monotonic()
    progress = folder / underway.place(name)
    pinned: Pin | None = None
    canaries: tuple[Canary, ...] = ()

    def receipt(error: str | None, outcome: _Outcome | None = None) -> Receipt:
        stored = outcome.stored if outcome else None
        return Receipt(
            set=name,
            ok=error is None,
            started_at=rfc3339(started),
            duration_seconds=round(time.monotonic() - began, 3),
            snapshot=stored.snapshot if stored else None,
            files=stored.files if stored else None,
            bytes=stored.bytes if stored else None,
            added_bytes=stored.added_bytes if stored else None,
            unreadable=stored.unreadable[:UNREADABLE_TOLD] if stored else (),
            error=error,
            job=job,
            witnesses=tuple(map(_told, outcome.witnesses)) if outcome else (),
            set_aside=outcome.set_aside if outcome else 0,
            new_files=stored.new_files if stored else None,
            changed_files=stored.changed_files if stored else None,
            unmodified_files=stored.unmodified_files if stored else None,
            pins_sha256=pinned.sha256 if pinned else None,
            sampled=outcome.sampled if outcome else 0,
            encrypted=outcome.encrypted if outcome else 0,
            canaries=canaries,
        )

    try:
        pinned = pin(folder, name)
        canaries = canary.watched(folder, pinned.paths) if pinned.canary else ()
        missing = _missing(pinned)
        if len(missing) == len(pinned.paths):
            return receipt(f"nothing to back up: {', '.join(missing)} does not exist")
        outcome = _store(pinned, folder, _Teller(name, progress, job, clock), chance)
    except (PinError, ResticError, StoreError) as error:
        return receipt(str(error))
    except OSError as error:
        return receipt(f"{error.filename or folder}: {error.strerror}")
    finally:
        progress.unlink(missing_ok=True)
    # Looked at again: restic takes no offence at a source that went away while it ran.
    missing = tuple(dict.fromkeys(missing + _missing(pinned)))
    return receipt(_shortfall(missing, outcome.stored, canaries), outcome)


@dataclass(frozen=True)
class _Outcome:
    stored: Stored
    witnesses: tuple[Witness, ...]
    set_aside: int
    sampled: int
    encrypted: int


def _store(pinned: Pin, folder: Path, teller: _Teller, chance: random.Random) -> _Outcome:
    reached = stores.access(pinned.repository)
    restic = Restic(
        reached.location,
        pinned.password_file,
        cache=_cache(folder),
        arguments=reached.arguments,
        environment=reached.environment,
    )
    present = [path for path in pinned.paths if os.path.lexists(path)]
    seen = tuple(witness.read(witness.choose(present, chance)))
    stored = restic.backup(pinned.set, present, pinned.excludes, teller)
    # Who was the same before and after restic read it is the same in the snapshot; a drill holds
    # size and time of the snapshot's own list against these once more.
    confirmed = tuple(each for each in seen if witness.is_unchanged(each))
    return _Outcome(
        stored,
        confirmed,
        len(seen) - len(confirmed),
        sampled=sum(each.encrypted is not None for each in seen),
        encrypted=sum(each.encrypted is True for each in seen),
    )


def _cache(folder: Path) -> Path | None:
    """Where restic keeps a copy of the lists of files; on a full disk it waits for ever to write it."""
    free_bytes = shutil.disk_usage(folder).free
    return folder / "restic-cache" if free_bytes >= CACHE_LEAST_BYTES else None


def _missing(pinned: Pin) -> tuple[str, ...]:
    return tuple(path for path in pinned.paths if not os.path.lexists(path))


def _shortfall(
    missing: tuple[str, ...], stored: Stored, canaries: tuple[Canary, ...]
) -> str | None:
    """Why a snapshot that was made is still no success, or None."""
    if missing:
        return f"source missing: {', '.join(missing)}"
    if stored.unreadable:
        return f"{len(stored.unreadable)} could not be read, first {stored.unreadable[0]}"
    if stored.files <= sum(each.state == "intact" for each in canaries):
        return "the sources hold no files: nothing was stored"
    return None


def _told(vouched: Witness) -> dict[str, Any]:
    return {
        "path_sha256": witness.path_sha256(witness.stored_path(str(vouched.path))),
        "size_bytes": vouched.size_bytes,
        "modified_ns": vouched.modified_ns,
        "sha256": vouched.sha256,
    }


@dataclass
class _Teller:
    """Keeps one small file with how far the run is, for who wants to watch."""

    set: str
    path: Path
    job: int | None
    clock: Callable[[], datetime]
    told: float = 0.0
    bytes: int = -1
    moved_at: float = 0.0
    """Monotonic instant at which the bytes last grew; that clock is one for all processes."""

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if progress.bytes != self.bytes:
            self.bytes, self.moved_at = progress.bytes, now
        if now - self.told < PROGRESS_EVERY_SECONDS:
            return
        self.told = now
        whose = {"set": self.set, "job": self.job, "at": rfc3339(self.clock())}
        told = json.dumps({**whose, **asdict(progress), "moved_at": self.moved_at})
        unfinished = self.path.with_suffix(".new")
        with suppress(OSError):  # a full disk: how far it is, is worth no backup
            unfinished.write_text(told, "utf-8")
            unfinished.replace(self.path)


def rfc3339(at: datetime) -> str:
    """An instant as reports carry it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
