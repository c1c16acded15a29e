"""Looks at the names of a repository every few minutes, so that junk stops no backup for long."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from backup import look, pin, stores
from backup.pin import PinError
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.restic import ResticError
from collector.inventory.model import Inventory, Repository

if TYPE_CHECKING:
    from backup.prove import Verifier


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Failed where something is not in its place; each look repeats it until it is put right."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return verifier.obstacle(
            job, "it lies on another machine: its names are not seen from here"
        )
    looked = verifier.look(declared, folder)
    _free(verifier, declared, folder)
    missing = tuple(each.problem for each in looked.ledger if each.problem)
    error = f"{len(missing)} objects are not in their place: {missing[0]}" if missing else None
    return Proof(
        job,
        verifier.clock(),
        ok=not missing,
        files=len(looked.ledger),
        error=error,
        detail=Detail(problems=missing[:20]),
    )


def _free(verifier: Verifier, declared: Repository, folder: Path) -> None:
    """Let go of locks of the dead: over a server no PC sees them, and one of ours stops them all."""
    if not look.locks(folder):
        return
    # What cannot be let go of is told by who needs the lock: a look at names rests on none.
    with suppress(ResticError, PinError, stores.StoreError):
        verifier.restic(declared).unlock()
