"""Reads the day's share of a repository again by hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backup import damage, ledger, pin, sweep
from backup.plan import Job
from backup.proofs import Detail, Proof
from collector.inventory.model import Inventory, Repository

if TYPE_CHECKING:
    from backup.prove import Verifier

PROBLEMS_TOLD = 20
"""Of one sweep in its row; the ledger holds all."""


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when all of the share was read and nothing in the ledger is amiss."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return verifier.obstacle(
            job, f"the repository {declared.id} lies on another machine: it is swept there"
        )
    swept = sweep.sweep(
        verifier.store,
        sweep.Place(declared.id, folder, declared.sweep_days, inventory.site.timezone),
        verifier.look(declared, folder).ledger,
        verifier.key(declared, folder),
        verifier.clock,
        verifier.stop,
        verifier.far,
    )
    return Proof(
        job,
        verifier.clock(),
        ok=swept.complete and not swept.problems,
        files=swept.objects,
        bytes=swept.bytes,
        error=_error(swept),
        detail=Detail(
            problems=swept.problems[:PROBLEMS_TOLD], hits=_hits(verifier, declared, swept)
        ),
    )


def _hits(
    verifier: Verifier, declared: Repository, swept: sweep.Swept
) -> dict[str, tuple[str, ...]]:
    if not any(problem.startswith("data/") for problem in swept.problems):
        return {}
    with verifier.store.read() as connection:
        entries = ledger.load(connection, declared.id).values()
    return dict(damage.files_hit(verifier.restic(declared), entries))


def _error(swept: sweep.Swept) -> str | None:
    if swept.problems:
        return f"{len(swept.problems)} objects are not as they were stored: {swept.problems[0]}"
    return None if swept.complete else "stopped before all of today's share was read"
