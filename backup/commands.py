"""What the officer does by hand: run, verify and drill now, and accept what was meant."""

from __future__ import annotations

from typing import Literal

from backup import holds, ledger, pin, quarantine
from backup.answers import Snapshot
from backup.plan import Job
from backup.proofs import Proof
from backup.prove import Verifier
from backup.proving.heal import from_the_pc, lost_snapshots
from collector import asks
from collector.inventory.model import BackupSet, Inventory


class CommandError(Exception):
    """What was asked for cannot be done, in words for the officer."""


def backup_set(inventory: Inventory, id: str) -> BackupSet:
    """The declared set of that id."""
    found = next((each for each in inventory.backups if each.id == id), None)
    if found is None:
        known = ", ".join(each.id for each in inventory.backups) or "none"
        raise CommandError(f"no backup set {id}: declared are {known}")
    return found


def run(verifier: Verifier, inventory: Inventory, set_id: str) -> int:
    """Ask the set's PC to back it up; the number of the ask. The PC takes it up when it is on."""
    declared = backup_set(inventory, set_id)
    with verifier.store.write() as connection:
        return asks.ask(connection, verifier.clock(), declared.machine, "backup", declared.id)


def verify(verifier: Verifier, inventory: Inventory, repository: str) -> tuple[Proof, ...]:
    """Sweep a repository and check its structure, now."""
    _declared(inventory, repository)
    return (
        verifier.prove(inventory, Job("sweep", repository)),
        verifier.prove(inventory, Job("check", repository)),
    )


def drill(
    verifier: Verifier, inventory: Inventory, set_id: str, kind: Literal["drill", "whole"] = "drill"
) -> Proof:
    """Restore and compare files of a set, a draw or all of them, now."""
    declared = backup_set(inventory, set_id)
    return verifier.prove(inventory, Job(kind, declared.repository, declared.id))


def snapshots(verifier: Verifier, inventory: Inventory, set_id: str) -> tuple[Snapshot, ...]:
    """The snapshots of a set, as the repository lists them. Raises ResticError."""
    declared = backup_set(inventory, set_id)
    restic = verifier.restic(pin.repository(inventory, declared.repository))
    return restic.snapshots(declared.id)


def accept(verifier: Verifier, inventory: Inventory, repository: str, object: str) -> None:
    """Take the officer's word for one object that vanished or appeared: `keys/<name>`."""
    _declared(inventory, repository)
    kind, _, name = object.partition("/")
    with verifier.store.write() as connection:
        if not ledger.accept(connection, repository, kind, name):
            raise CommandError(f"{object} of {repository} neither vanished nor is in quarantine")


def approve_key(verifier: Verifier, inventory: Inventory, repository: str, name: str) -> None:
    """Let a new key into the repository, out of quarantine: who holds it can read everything."""
    _declared(inventory, repository)
    folder = pin.folder(pin.repository(inventory, repository), verifier.state_folder)
    aside = verifier.state_folder / quarantine.FOLDER / repository
    if folder is None or not quarantine.put_back(folder, aside, "keys", name):
        raise CommandError(f"no key {name} of {repository} is in quarantine")
    with verifier.store.write() as connection:
        ledger.mark(connection, repository, [("keys", name)], "new")


def heal(
    verifier: Verifier, inventory: Inventory, repository: str
) -> tuple[Proof, tuple[str, ...]]:
    """Heal from an exact copy; what has none is put aside, and the PCs are asked to store it anew.

    Where no object is damaged, snapshots are put aside whose lists of files are lost since.
    Returns the healing's proof and what was put aside. Raises ResticError, PinError.
    """
    _declared(inventory, repository)
    proof = verifier.prove(inventory, Job("heal", repository))
    if not proof.ok:
        return proof, from_the_pc(verifier, inventory, repository)
    return proof, () if proof.files else lost_snapshots(verifier, inventory, repository)


def explain(verifier: Verifier, hold: int, why: str, actor: str) -> None:
    """The officer's word on what holds retention."""
    with verifier.store.write() as connection:
        if not holds.explain(connection, hold, why, actor, verifier.clock()):
            raise CommandError(f"no hold {hold} waits for an explanation")


def _declared(inventory: Inventory, repository: str) -> None:
    if all(each.id != repository for each in inventory.repositories):
        known = ", ".join(each.id for each in inventory.repositories) or "none"
        raise CommandError(f"no repository {repository}: declared are {known}")
