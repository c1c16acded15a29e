"""Makes one proof from beginning to end, and writes down what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from backup import drill, ledger, pin, proofs, receipts, sweep
from backup.pin import PinError
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.restic import Restic, ResticError, ResticMissing
from collector.inventory.model import Inventory, Repository
from collector.store.database import Store

SCRATCH = "scratch"
PROBLEMS_TOLD = 20
"""Of one sweep in its row; the ledger holds all."""


@dataclass(frozen=True)
class Verifier:
    """What every proof needs. Each one is limited in time, and ends early when asked to stop."""

    store: Store
    state_folder: Path
    clock: Callable[[], datetime]
    chance: random.Random = field(default_factory=random.SystemRandom)
    stop: threading.Event = field(default_factory=threading.Event)
    limit_seconds: float = 4 * 3600.0

    def prove(self, inventory: Inventory, job: Job) -> Proof:
        """Make the proof; what stood in its way is its error, and nothing is raised for it.

        A proof that was cut short by `stop` leaves no row: it says nothing about the backups.
        """
        began = time.monotonic()
        try:
            proof = self._made(inventory, job)
        except (ResticMissing, PinError) as error:
            proof = self._obstacle(job, str(error))
        except (ResticError, sweep.SweepError, drill.DrillError) as error:
            proof = Proof(job, self.clock(), ok=False, error=str(error))
        except OSError as error:
            proof = self._obstacle(job, f"{error.filename or SCRATCH}: {error.strerror}")
        proof = proof if proof.seconds else replace(proof, seconds=time.monotonic() - began)
        if proof.ok or not self.stop.is_set():
            with self.store.write() as connection:
                proofs.keep(connection, proof)
        return proof

    def broke(self, job: Job, error: Exception) -> Proof:
        """Write down that the verifier itself failed: then it is no proof either."""
        proof = self._obstacle(job, f"the verifier failed: {type(error).__name__}: {error}")
        with self.store.write() as connection:
            proofs.keep(connection, proof)
        return proof

    def _obstacle(self, job: Job, error: str) -> Proof:
        return Proof(job, self.clock(), ok=False, error=error, detail=Detail(obstacle=True))

    def restic(self, declared: Repository) -> Restic:
        """The repository as proofs read it: never from a cache."""
        return Restic(
            pin.location(declared, self.state_folder),
            pin.password_file(declared, self.state_folder),
            limit_seconds=self.limit_seconds,
            stop=self.stop,
        )

    def _made(self, inventory: Inventory, job: Job) -> Proof:
        declared = pin.repository(inventory, job.repository)
        if job.kind == "prepare":
            return self._prepare(job, declared)
        if job.kind == "sweep":
            return self._sweep(job, declared, inventory.site.timezone)
        if job.kind == "check":
            self.restic(declared).check()
            return Proof(job, self.clock(), ok=True)
        return self._drill(job, declared)

    def _prepare(self, job: Job, declared: Repository) -> Proof:
        """Make the repository, but only where there never was one: else it would hide a loss."""
        with self.store.read() as connection:
            known = ledger.load(connection, declared.id)
        if known:
            raise sweep.SweepError(f"the repository {declared.id} existed and is gone")
        restic = self.restic(declared)
        place = pin.folder(declared, self.state_folder)
        if place is not None:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        restic.init()
        return Proof(job, self.clock(), ok=True)

    def _sweep(self, job: Job, declared: Repository, timezone: str) -> Proof:
        folder = pin.folder(declared, self.state_folder)
        if folder is None:
            return self._obstacle(
                job, f"the repository {declared.id} lies on another machine: it is swept there"
            )
        swept = sweep.sweep(
            self.store,
            sweep.Place(declared.id, folder, declared.sweep_days, timezone),
            self.restic(declared).open,
            self.clock,
            self.stop,
        )
        return Proof(
            job,
            self.clock(),
            ok=swept.complete and not swept.problems,
            files=swept.objects,
            bytes=swept.bytes,
            error=_sweep_error(swept),
            detail=Detail(problems=swept.problems[:PROBLEMS_TOLD]),
        )

    def _drill(self, job: Job, declared: Repository) -> Proof:
        set_id = job.set or ""
        with self.store.read() as connection:
            snapshot = receipts.newest_snapshot(connection, set_id)
            known = drill.Known(
                receipts.vouching(connection, set_id), receipts.last_restored(connection, set_id)
            )
        if snapshot is None:
            raise drill.DrillError(f"the set {set_id} was never backed up")
        drilled = drill.drill(
            self.restic(declared), snapshot, self.state_folder / SCRATCH, known, self.chance
        )
        now = self.clock()
        with self.store.write() as connection:
            receipts.note_restored(connection, set_id, drilled.restored, now)
        return Proof(
            job,
            now,
            ok=not drilled.mismatched,
            files=drilled.files,
            bytes=drilled.bytes,
            seconds=drilled.seconds,
            error=_drill_error(drilled),
            detail=Detail(
                mismatched=drilled.mismatched,
                compared=drilled.compared,
                set_aside=drilled.set_aside,
                rto_seconds=drilled.rto_seconds,
                snapshot=snapshot,
            ),
        )


def _sweep_error(swept: sweep.Swept) -> str | None:
    if swept.problems:
        return f"{len(swept.problems)} objects are not as they were stored: {swept.problems[0]}"
    return None if swept.complete else "stopped before all of today's share was read"


def _drill_error(drilled: drill.Drilled) -> str | None:
    if drilled.mismatched:
        return f"{len(drilled.mismatched)} of {drilled.files} files did not come back equal"
    return None
