"""Keeps a row for each proof that is being made now, so that every process can show it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import SQLAlchemyError

from backup.plan import Job
from backup.tables import proofs_running
from backup.underway import QUIET
from collector.leases import FencedError
from collector.store.database import Store

BEAT_SECONDS = 10.0
"""How often the row says that the proof is still alive, and how far it is."""

log = logging.getLogger(__name__)


@dataclass
class Work:
    """One proof at work; called with how many bytes of how many it has done."""

    store: Store
    number: int
    clock: Callable[[], datetime]
    ended: threading.Event = field(default_factory=threading.Event)
    far: tuple[int, int] | None = None

    def __call__(self, bytes: int, of_bytes: int) -> None:
        self.far = bytes, of_bytes

    def beat(self, every_seconds: float) -> None:
        """Until it has ended."""
        while not self.ended.wait(every_seconds):
            done, of_bytes = self.far or (None, None)
            try:
                with self.store.write() as connection:
                    connection.execute(
                        update(proofs_running)
                        .where(proofs_running.c.id == self.number)
                        .values(told_at=self.clock(), bytes=done, of_bytes=of_bytes)
                    )
            except (SQLAlchemyError, FencedError) as error:
                # The proof itself goes on, and the next beat may tell.
                log.warning("how far a proof is could not be told: %s", error)


@contextmanager
def told(
    store: Store, job: Job, clock: Callable[[], datetime], beat_seconds: float = BEAT_SECONDS
) -> Iterator[Work]:
    """Have a row from here to the end. One whose verifier was killed goes with the next beginning."""
    now = clock()
    with store.write() as connection:
        connection.execute(delete(proofs_running).where(proofs_running.c.told_at < now - QUIET))
        number: int = connection.execute(
            insert(proofs_running)
            .values(
                kind=job.kind,
                repository=job.repository,
                set_id=job.set,
                started_at=now,
                told_at=now,
            )
            .returning(proofs_running.c.id)
        ).scalar_one()
    work = Work(store, number, clock)
    beating = threading.Thread(
        target=work.beat, args=(beat_seconds,), name="proof-beat", daemon=True
    )
    beating.start()
    try:
        yield work
    finally:
        work.ended.set()
        beating.join()
        try:
            with store.write() as connection:
                connection.execute(delete(proofs_running).where(proofs_running.c.id == number))
        except (SQLAlchemyError, FencedError) as error:
            # What was proved stands; the row falls silent, and goes with the next beginning.
            log.warning("that a proof has ended could not be told: %s", error)
