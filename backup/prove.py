"""Makes one proof from beginning to end, and writes down what came of it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from backup import at_work, drill, look, passwords, proofs, quarantine, reach, sealed, stores
from backup.look import Looked, LookError
from backup.pin import PinError
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import MAKERS, ProofError
from backup.restic import Restic, ResticError, ResticMissing
from backup.sweep import Far
from collector.inventory.model import Inventory, Repository
from collector.store.database import Store


@dataclass(frozen=True)
class Verifier:
    """What every proof needs. Each one is limited in time, and ends early when asked to stop."""

    store: Store
    state_folder: Path
    clock: Callable[[], datetime]
    chance: random.Random = field(default_factory=random.SystemRandom)
    stop: threading.Event = field(default_factory=threading.Event)
    limit_seconds: float = 4 * 3600.0
    far: Far = lambda _bytes, _of_bytes: None
    """Told how far the proof is, where it knows; `prove` puts a row of the store behind it."""
    reserve_bytes: int = 2 * 1024**3
    """What a whole restore to scratch must leave free; where it would not, nothing is written."""

    def prove(self, inventory: Inventory, job: Job) -> Proof:
        """Make the proof; what stood in its way is its error, and nothing is raised for it.

        A proof that was cut short by `stop` leaves no row: it says nothing about the backups.
        """
        with at_work.told(self.store, job, self.clock) as far:
            proof = _made(replace(self, far=far), inventory, job)
            if proof.ok or not self.stop.is_set():
                with self.store.write() as connection:
                    proofs.keep(connection, proof)
        return proof

    def broke(self, job: Job, error: Exception) -> Proof:
        """Write down that the verifier itself failed: then it is no proof either."""
        proof = self.obstacle(job, f"the verifier failed: {type(error).__name__}: {error}")
        with self.store.write() as connection:
            proofs.keep(connection, proof)
        return proof

    def obstacle(self, job: Job, error: str) -> Proof:
        """Something outside of the repository stood in the way."""
        return Proof(job, self.clock(), ok=False, error=error, detail=Detail(obstacle=True))

    def restic(self, declared: Repository) -> Restic:
        """The repository as proofs read it: never from a cache. Raises StoreError, PinError."""
        return reach.restic(self.store, declared, self.state_folder, self.stop, self.limit_seconds)

    def look(self, declared: Repository, folder: Path) -> Looked:
        """The repository's ledger as of now, junk moved aside. Raises LookError."""
        aside = self.state_folder / quarantine.FOLDER / declared.id
        key = self.key(declared, folder)
        return look.look(self.store, declared.id, folder, aside, key, self.clock())

    def key(self, declared: Repository, folder: Path) -> sealed.Key | None:
        """The repository's own key; None where the password opens none: restic tells that best."""
        try:
            password = passwords.find(self.store, declared, self.state_folder).text
            return sealed.master(folder / "keys", password)
        except (OSError, PinError, sealed.SealError):
            return None


def _made(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    began = time.monotonic()
    try:
        proof = MAKERS[job.kind](verifier, inventory, job)
    except (ResticMissing, PinError, stores.StoreError) as error:
        proof = verifier.obstacle(job, str(error))
    except (ResticError, ProofError, LookError, drill.DrillError) as error:
        proof = Proof(job, verifier.clock(), ok=False, error=str(error))
    except OSError as error:
        proof = verifier.obstacle(
            job, f"{error.filename or verifier.state_folder}: {error.strerror}"
        )
    return proof if proof.seconds else replace(proof, seconds=time.monotonic() - began)
