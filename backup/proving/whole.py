"""Restores all of a set's newest snapshot: it proves each file, and is what the forecast rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backup import drill, measured, pin, receipts, whole
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import watch
from backup.proving.drilling import SCRATCH
from collector.inventory.model import Inventory

if TYPE_CHECKING:
    from backup.prove import Verifier

TOLD = 100
"""Files by name; the error has their number."""


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when every file of the listing came back in its size and every witness in its bytes."""
    declared, set_id = pin.repository(inventory, job.repository), job.set or ""
    if pin.folder(declared, verifier.state_folder) is not None:
        watch.make(verifier, inventory, Job("watch", declared.id))  # junk would stop the restore
    with verifier.store.read() as connection:
        snapshot = receipts.newest_snapshot(connection, set_id)
        known = drill.Known(receipts.vouching(connection, set_id), {})
    if snapshot is None:
        raise drill.DrillError(f"the set {set_id} was never backed up")
    restic, scratch = verifier.restic(declared), verifier.state_folder / SCRATCH
    listed = whole.listing(restic, snapshot)
    size_bytes = sum(file.size_bytes for file in listed)
    with verifier.store.read() as connection:
        ahead = measured.forecast(connection, job.repository, set_id, len(listed), size_bytes)
    if whole.has_room(scratch, listed, verifier.reserve_bytes):
        done = whole.restored(restic, snapshot, listed, scratch, known)
    else:
        done = whole.streamed(restic, snapshot, listed, known)
    return Proof(
        job,
        verifier.clock(),
        ok=not done.wrong,
        files=done.files,
        bytes=done.bytes,
        seconds=done.seconds,
        error=_error(done),
        detail=Detail(
            mismatched=done.wrong[:TOLD],
            compared=done.compared,
            snapshot=snapshot,
            streamed=done.streamed,
            forecast_seconds=ahead.seconds if ahead else None,
            forecast_basis=ahead.basis if ahead else None,
        ),
    )


def _error(done: whole.Whole) -> str | None:
    if done.wrong:
        return f"{len(done.wrong)} of {done.files} files did not come back equal"
    return None
