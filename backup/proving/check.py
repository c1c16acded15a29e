"""Checks that index, snapshots and trees agree; a snapshot that rests on nothing is junk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backup import ledger, pin, quarantine, receipts
from backup.plan import Job
from backup.proofs import Proof
from backup.proving import watch
from backup.quarantine import Junk
from backup.restic import Restic, ResticError, ResticLocked, ResticStopped
from collector.inventory.model import Inventory, Repository

if TYPE_CHECKING:
    from backup.prove import Verifier


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when restic says that it found no errors, maybe once a forged snapshot is out of the way."""
    declared = pin.repository(inventory, job.repository)
    restic = verifier.restic(declared)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        restic.check()
        return Proof(job, verifier.clock(), ok=True)
    watch.make(verifier, inventory, Job("watch", declared.id))
    try:
        restic.check()
    except ResticStopped:
        raise
    except ResticError:
        if not _set_aside(verifier, declared, folder, restic):
            raise
        restic.check()
    return Proof(job, verifier.clock(), ok=True)


def _set_aside(verifier: Verifier, declared: Repository, folder: Path, restic: Restic) -> bool:
    """Move snapshots into quarantine that no receipt named and whose folders nobody stored."""
    with verifier.store.read() as connection:
        named = receipts.named(connection)
        names = [
            entry.name
            for entry in ledger.load(connection, declared.id).values()
            if entry.kind == "snapshots" and not ledger.gone(entry) and entry.name not in named
        ]
    put_aside(verifier, declared, folder, junk := tuple(_rootless(restic, names)))
    return bool(junk)


def put_aside(
    verifier: Verifier, declared: Repository, folder: Path, junk: tuple[Junk, ...]
) -> None:
    """Move snapshots into quarantine, in the ledger as well."""
    aside = verifier.state_folder / quarantine.FOLDER / declared.id
    with verifier.store.write() as connection:
        quarantine.note(connection, declared.id, aside, junk, verifier.clock())
        ledger.mark(connection, declared.id, [("snapshots", e.name) for e in junk], "quarantined")
    for each in junk:
        quarantine.move(folder, aside, each)


def _rootless(restic: Restic, names: list[str]) -> Iterator[Junk]:
    for name in names:
        try:
            restic.root(name)
        except (ResticStopped, ResticLocked):
            raise  # a collector that is stopped in the middle says nothing of its snapshots
        except ResticError:
            yield Junk("snapshots", name, "a snapshot of nothing, which no receipt named")
