"""Restores a draw of a set's newest snapshot and compares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backup import drill, pin, receipts
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import watch
from collector.inventory.model import Inventory

if TYPE_CHECKING:
    from backup.prove import Verifier

SCRATCH = "scratch"


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when every file that was drawn came back equal, and at least one was compared."""
    declared, set_id = pin.repository(inventory, job.repository), job.set or ""
    if pin.folder(declared, verifier.state_folder) is not None:
        watch.make(verifier, inventory, Job("watch", declared.id))  # junk would stop the restore
    with verifier.store.read() as connection:
        snapshot = receipts.newest_snapshot(connection, set_id)
        known = drill.Known(
            receipts.vouching(connection, set_id), receipts.last_restored(connection, set_id)
        )
    if snapshot is None:
        raise drill.DrillError(f"the set {set_id} was never backed up")
    scratch = verifier.state_folder / SCRATCH
    drilled = drill.drill(verifier.restic(declared), snapshot, scratch, known, verifier.chance)
    now = verifier.clock()
    with verifier.store.write() as connection:
        receipts.note_restored(connection, set_id, drilled.restored, now)
    return Proof(
        job,
        now,
        ok=not drilled.mismatched,
        files=drilled.files,
        bytes=drilled.bytes,
        seconds=drilled.seconds,
        error=_error(drilled),
        detail=Detail(
            mismatched=drilled.mismatched,
            compared=drilled.compared,
            set_aside=drilled.set_aside,
            rto_seconds=drilled.rto_seconds,
            snapshot=snapshot,
        ),
    )


def _error(drilled: drill.Drilled) -> str | None:
    if drilled.mismatched:
        return f"{len(drilled.mismatched)} of {drilled.files} files did not come back equal"
    return None
