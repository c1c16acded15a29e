"""Makes a repository, but only where there never was one: else it would hide a loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backup import ledger, passwords, pin, upkeep
from backup.plan import Job
from backup.proofs import Proof
from backup.proving.failure import ProofError
from collector.inventory.model import Inventory

if TYPE_CHECKING:
    from backup.prove import Verifier

STORED = ("data", "index", "snapshots")
"""A repository that holds anything below these was once whole."""


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """The repository, and the first page of its ledger: its keys are known from now on."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    begun = folder is not None and (folder / "config").exists()
    with verifier.store.read() as connection:
        if not begun and ledger.load(connection, declared.id):
            raise ProofError(f"the repository {declared.id} existed and is gone")
    passwords.find(verifier.store, declared, verifier.state_folder)  # nothing is begun without one
    if folder is not None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not declared.exact and not begun:
            _tidy(declared.id, folder)
    if begun:
        verifier.restic(declared).snapshots()  # one that was cut short had made it: ours opens it
    elif declared.copy_of and not declared.exact:
        source = verifier.restic(pin.repository(inventory, declared.copy_of))
        upkeep.init_like(verifier.restic(declared), source)
    elif not declared.exact:
        verifier.restic(declared).init()
    if folder is not None and not declared.exact:
        verifier.look(declared, folder)
    return Proof(job, verifier.clock(), ok=True)


def _tidy(id: str, folder: Path) -> None:
    """Remove the key of a making that was cut short, from a folder that never held anything.

    Beside it restic 0.18 makes no repository, and the one that 0.14 makes opens every other time,
    by whichever of the two keys it comes to first.
    """
    if any(path.is_file() for kind in STORED for path in (folder / kind).rglob("*")):
        raise ProofError(f"the repository {id} has lost its config, and holds data")
    for path in (folder / "keys").glob("*"):
        path.unlink()
