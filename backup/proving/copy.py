"""Brings a second repository up to the first: byte for byte, or by `restic copy`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backup import exact, ledger, pin, sweep, upkeep
from backup.plan import Job
from backup.proofs import Proof
from backup.proving import watch
from backup.proving.failure import ProofError
from collector.inventory.model import Inventory, Repository

if TYPE_CHECKING:
    from backup.prove import Verifier


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when every snapshot of the first repository is in the second one."""
    target = pin.repository(inventory, job.repository)
    source = pin.repository(inventory, target.copy_of or "")
    if pin.folder(source, verifier.state_folder) is not None:
        watch.make(verifier, inventory, Job("watch", source.id))
    if target.exact:
        return _exactly(verifier, job, source, target)
    first, second = verifier.restic(source), verifier.restic(target)
    second.unlock()
    upkeep.copy(second, first)
    there = {(each.at, each.tags, each.paths) for each in second.snapshots()}
    every = first.snapshots()
    missing = [each for each in every if (each.at, each.tags, each.paths) not in there]
    if missing:
        raise ProofError(f"{len(missing)} snapshots are not in the copy, first {missing[0].id}")
    folder = pin.folder(target, verifier.state_folder)
    if folder is not None:
        verifier.look(target, folder)
    return Proof(job, verifier.clock(), ok=True, files=len(every))


def _exactly(verifier: Verifier, job: Job, source: Repository, target: Repository) -> Proof:
    here = pin.folder(source, verifier.state_folder)
    there = pin.folder(target, verifier.state_folder)
    if here is None or there is None:
        raise ProofError("a copy byte for byte is made between folders of this machine")
    with verifier.store.read() as connection:
        known = ledger.load(connection, source.id)
    copied = exact.copy(here, there, known.values(), verifier.stop, verifier.far)
    with verifier.store.write() as connection:
        ledger.mark(connection, target.id, copied.spare, "going")
    exact.remove(there, copied.spare)
    if (there / "config").exists():
        _write_off(verifier, target, there)
    if copied.failed:
        raise ProofError(f"{len(copied.failed)} objects were not copied, first {copied.failed[0]}")
    return Proof(job, verifier.clock(), ok=True, files=copied.objects, bytes=copied.bytes)


def _write_off(verifier: Verifier, target: Repository, there: Path) -> None:
    """Take out of the ledger what went from the copy by our own hand, in an earlier round as well."""
    looked = verifier.look(target, there).ledger
    went = [
        each.key
        for each in looked
        if each.state == "going" and not sweep.path(there, each.key).exists()
    ]
    with verifier.store.write() as connection:
        ledger.forget(connection, target.id, went)
