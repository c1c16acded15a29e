"""Restores a set for people: which snapshot, into which folder, and whether it really lies there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backup import arriving, measured, pin, proofs, receipts
from backup.answers import File
from backup.arriving import Arrived
from backup.commands import CommandError, backup_set
from backup.forecast import Forecast
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.prove import Verifier
from backup.restic import Restic
from collector import audit
from collector.inventory.model import BackupSet, Inventory


@dataclass(frozen=True)
class Wish:
    """What is to be restored, and where to."""

    set: str
    into: Path
    at: datetime | None = None
    """The newest snapshot that the collector had seen by then; None for the newest of all."""
    snapshot: str | None = None
    """This one instead, by the whole or the beginning of its id."""
    paths: tuple[str, ...] = ()
    """Just these files and folders; empty for all."""
    beside: bool = False
    """Into a new folder below one that may hold something; nothing is ever overwritten."""


@dataclass(frozen=True)
class Restored:
    """One restore: what the snapshot lists, and what really lies in the folder now."""

    snapshot: str
    seen_at: datetime | None
    """When its receipt came; None for a snapshot that no receipt named."""
    folder: str
    files: int
    bytes: int
    missing: tuple[str, ...]
    """Files of the snapshot that are not there in full afterwards."""
    seconds: float
    forecast: Forecast | None = None
    """What was forecast just before, for all of a set; None for a part of it."""


def restore(
    verifier: Verifier,
    inventory: Inventory,
    wish: Wish,
    actor: str,
    tell: Callable[[Arrived], None] = lambda _arrived: None,
) -> Restored:
    """Restore, and look at what arrived; `tell` hears how far it is. Raises CommandError, ResticError."""
    declared = backup_set(inventory, wish.set)
    restic = verifier.restic(pin.repository(inventory, declared.repository))
    chosen, seen_at = _chosen(verifier, restic, wish)
    paths = tuple(map(_stored, wish.paths))
    into = wish.into / f"{wish.set}-{chosen[:8]}" if wish.beside else wish.into
    _require_empty(into)
    wanted = _wanted(restic, chosen, wish.set, paths)
    needed_bytes = sum(file.size_bytes for file in wanted)
    _require_room(into, needed_bytes)
    ahead = None if paths else _forecast(verifier, declared, len(wanted), needed_bytes)
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    with arriving.watched(into, len(wanted), needed_bytes, tell):
        seconds = restic.restore(chosen, into, paths)
    missing = tuple(arriving.missing(into, wanted))
    files = len(wanted) - len(missing)
    _note(verifier, wish.set, actor, chosen, into, files, len(missing))
    done = Restored(chosen, seen_at, str(into), files, needed_bytes, missing, seconds, ahead)
    if not paths:
        _note_whole(verifier, declared, done)
    return done


def _wanted(restic: Restic, snapshot: str, set_id: str, paths: tuple[str, ...]) -> list[File]:
    listed: list[File] = []
    restic.files(snapshot, listed.append)
    wanted = [file for file in listed if not paths or _is_below(file.path, paths)]
    if not wanted:
        below = ", ".join(paths) or "no file at all"
        raise CommandError(f"the snapshot {snapshot[:8]} of {set_id} does not hold: {below}")
    return wanted


def _stored(path: str) -> str:
    r"""As restic lists it: `C:\Users` of a Windows PC is `/C/Users`."""
    drive = re.match(r"([A-Za-z]):[\\/]", path)
    stored = f"/{drive[1].upper()}/{path[3:]}".replace("\\", "/") if drive else path
    return stored.rstrip("/") or "/"


def _chosen(verifier: Verifier, restic: Restic, wish: Wish) -> tuple[str, datetime | None]:
    """By the time that the receipt came: the time that a snapshot claims may be any."""
    present = {one.id for one in restic.snapshots(wish.set)}
    with verifier.store.read() as connection:
        seen = receipts.named(connection, wish.set)
    if wish.snapshot:
        found = [one for one in present if one.startswith(wish.snapshot)]
        if len(found) != 1:
            raise CommandError(
                f"{len(found)} snapshots of {wish.set} begin with {wish.snapshot}, not one"
            )
        return found[0], seen.get(found[0])
    if not seen:
        raise CommandError(f"the set {wish.set} was never backed up")
    # In the order in which their receipts came, which two of the same instant have, too.
    usable = [one for one, at in seen.items() if wish.at is None or at <= wish.at]
    if not usable:
        first = min(seen.values())
        raise CommandError(f"the first backup of {wish.set} came at {first:%Y-%m-%d %H:%M} UTC")
    left = [one for one in usable if one in present]
    if not left:
        raise CommandError(f"no snapshot of {wish.set} from then is in the repository any more")
    return left[-1], seen[left[-1]]


def _require_empty(into: Path) -> None:
    if into.is_symlink() or (into.exists() and not into.is_dir()):
        raise CommandError(f"{into} is no folder: name a new one")
    if into.exists() and any(into.iterdir()):
        raise CommandError(
            f"{into} is not empty: name a new folder, or --beside; nothing is overwritten"
        )


def _require_room(into: Path, needed_bytes: int) -> None:
    there = next(folder for folder in (into, *into.absolute().parents) if folder.exists())
    free_bytes = shutil.disk_usage(there).free
    if free_bytes < needed_bytes:
        raise CommandError(
            f"no room in {there}: {needed_bytes} bytes are needed and {free_bytes} are free"
        )


def _is_below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)


def _forecast(
    verifier: Verifier, declared: BackupSet, files: int, size_bytes: int
) -> Forecast | None:
    with verifier.store.read() as connection:
        return measured.forecast(connection, declared.repository, declared.id, files, size_bytes)


def _note_whole(verifier: Verifier, declared: BackupSet, done: Restored) -> None:
    """A row beside those of proofs: what was forecast is held against what it took."""
    error = f"{len(done.missing)} files did not arrive whole" if done.missing else None
    proof = Proof(
        Job("restore", declared.repository, declared.id),
        verifier.clock(),
        ok=not done.missing,
        files=done.files,
        bytes=done.bytes,
        seconds=done.seconds,
        error=error,
        detail=Detail(
            snapshot=done.snapshot,
            forecast_seconds=done.forecast.seconds if done.forecast else None,
            forecast_basis=done.forecast.basis if done.forecast else None,
        ),
    )
    with verifier.store.write() as connection:
        proofs.keep(connection, proof)


def _note(
    verifier: Verifier, set_id: str, actor: str, snapshot: str, into: Path, files: int, missing: int
) -> None:
    detail: dict[str, str | int | None] = {
        "set": set_id,
        "snapshot": snapshot,
        "to": str(into),
        "files": files,
        "missing": missing,
    }
    with verifier.store.write() as connection:
        audit.append(connection, verifier.clock(), actor, "backup-restored", detail)
