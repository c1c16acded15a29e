"""Heals damaged objects: from another repository's same ciphertext, else from what the PC still has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backup import exact, ledger, pin, quarantine, sweep, upkeep
from backup.ledger import Entry
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import check
from backup.quarantine import Junk
from backup.restic import Restic, ResticError
from collector import asks, audit
from collector.inventory.model import Inventory, Repository

if TYPE_CHECKING:
    from backup.prove import Verifier

ACTOR = "wardwatch"


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when each damaged object was replaced and its new bytes were read back with their hash."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return verifier.obstacle(job, "it lies on another machine: it is healed there")
    broken = [
        each
        for each in verifier.look(declared, folder).ledger
        if each.problem and each.state != "quarantined"
    ]
    others = tuple(_others(inventory, declared, verifier.state_folder))
    healed = [each for each in broken if any(_healed(other, folder, each) for other in others)]
    now = verifier.clock()
    with verifier.store.write() as connection:
        ledger.mark(connection, declared.id, [each.key for each in healed], "new")
        for each in healed:
            detail = {"repository": declared.id, "kind": each.kind, "name": each.name}
            audit.append(connection, now, ACTOR, "object-healed", detail)
    left = [each for each in broken if each not in healed]
    error = f"{len(left)} objects have no sound copy: {left[0].problem}" if left else None
    return Proof(
        job,
        now,
        ok=not left,
        files=len(healed),
        bytes=sum(each.size_bytes for each in healed),
        error=error,
        detail=Detail(problems=tuple(each.problem or "" for each in left)[:20]),
    )


def from_the_pc(verifier: Verifier, inventory: Inventory, repository: str) -> tuple[str, ...]:
    """By the officer's word: put damaged packs and indexes aside, and ask the PCs to store anew.

    Returns what was put aside; the bytes stay in quarantine. What no PC holds any more is named by
    the next check. Raises ResticError, PinError.
    """
    declared = pin.repository(inventory, repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return ()
    with verifier.store.read() as connection:
        known = ledger.load(connection, declared.id)
    broken = [e for e in known.values() if e.problem and e.kind in ("data", "index")]
    restic, aside = (
        verifier.restic(declared),
        verifier.state_folder / quarantine.FOLDER / declared.id,
    )
    restic.unlock()
    packs = [each.name for each in broken if each.kind == "data" and each.state == "damaged"]
    for each in broken:
        quarantine.copy(sweep.path(folder, each.key), aside, Junk(each.kind, each.name, "damaged"))
    if not packs or not upkeep.repair_packs(restic, packs, aside):
        for each in broken:
            sweep.path(folder, each.key).unlink(missing_ok=True)
        upkeep.rebuild_index(restic)
    now = verifier.clock()
    with verifier.store.write() as connection:
        ledger.forget(connection, declared.id, [each.key for each in broken])
        ledger.forget(connection, declared.id, _indexes_gone(folder, known))
        for one in inventory.backups:
            if one.repository == declared.id:
                asks.ask(connection, now, one.machine, "backup", one.id)
        told: dict[str, str | int | None] = {"repository": declared.id, "count": len(broken)}
        audit.append(connection, now, ACTOR, "damage-put-aside", told)
    verifier.look(declared, folder)
    return tuple(f"{each.kind}/{each.name}" for each in broken)


def lost_snapshots(verifier: Verifier, inventory: Inventory, repository: str) -> tuple[str, ...]:
    """By the officer's word: put snapshots aside whose lists of files nobody has any more."""
    declared = pin.repository(inventory, repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return ()
    restic = verifier.restic(declared)
    junk = tuple(
        Junk("snapshots", each.id, "its lists of files are lost")
        for each in restic.snapshots()
        if not _is_listed(restic, each.id)
    )
    check.put_aside(verifier, declared, folder, junk)
    return tuple(f"{each.kind}/{each.name}" for each in junk)


def _is_listed(restic: Restic, snapshot: str) -> bool:
    try:
        restic.files(snapshot, lambda _file: None)
    except ResticError:
        return False
    return True


def _indexes_gone(folder: Path, known: dict[ledger.Key, Entry]) -> list[ledger.Key]:
    """Rebuilding the index replaces its files."""
    return [key for key in known if key[0] == "index" and not sweep.path(folder, key).exists()]


def _others(inventory: Inventory, declared: Repository, state_folder: Path) -> Iterator[Path]:
    """Folders with the same ciphertext: the exact copies of this one, or what this one is a copy of."""
    for each in inventory.repositories:
        ours = each.exact and each.copy_of == declared.id
        theirs = declared.exact and declared.copy_of == each.id
        folder = pin.folder(each, state_folder)
        if (ours or theirs) and folder is not None and (folder / "config").exists():
            yield folder


def _healed(other: Path, folder: Path, entry: Entry) -> bool:
    wanted = entry.sha256 if entry.kind == "config" else entry.name
    place = sweep.path(folder, entry.key)
    # Read back from the disk, past its cache: only that is proof.
    return exact.bring(other, folder, entry) is None and sweep.sha256(place) == wanted
