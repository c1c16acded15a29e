"""The one thread that writes reports: many batches in one commit, an answer after it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, Full, Queue
from types import TracebackType
from typing import Literal, Protocol, Self

from sqlalchemy.exc import DBAPIError

from collector.batch import Batch, Stored
from collector.store.database import Store
from collector.writing import write

log = logging.getLogger(__name__)

QUEUE = 512  # batches that wait, alone or in groups; beyond it the agents wait, with their spools
GROUP = 256  # batches in one commit, or a few more

Cause = Literal["crowded", "disk-full", "down"]


class Receipt(Protocol):
    """Who is told what became of a batch, from the writer's thread: a Future is one."""

    def set_running_or_notify_cancel(self) -> bool:
        """Whether anybody still waits; False: the batch is not written."""

    def set_result(self, result: Stored, /) -> None:
        """The batch is committed."""

    def set_exception(self, exception: BaseException, /) -> None:
        """The batch was not stored."""


Job = tuple[Batch, Receipt]


class WriterError(Exception):
    """A batch that was not stored; the agent keeps it and comes again."""

    def __init__(self, cause: Cause, words: str) -> None:
        super().__init__(words)
        self.cause = cause


class Writer:
    """Takes batches from any thread and commits them in groups. Use as a context manager."""

    def __init__(self, store: Store, room: int = QUEUE) -> None:
        self._store = store
        self._queue: Queue[Sequence[Job] | None] = Queue(room)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._closed = False
        self._worded = threading.Event()
        self._door = threading.Lock()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write what waits, then end."""
        with self._door:  # nothing comes in behind the last one
            self._closed = True
        self._queue.put(None)
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether batches are being written."""
        return self._thread.is_alive() and not self._closed

    def submit(self, batch: Batch) -> Future[Stored]:
        """Hand a batch over; the future is done once it is committed, or holds a WriterError."""
        future: Future[Stored] = Future()
        self._put([(batch, future)])
        return future

    def take(self, jobs: Sequence[Job]) -> None:
        """The same for many at once; each receipt learns by itself what cannot be queued."""
        self._worded.clear()
        try:
            self._put(jobs)
        except WriterError as error:
            for _, receipt in jobs:
                receipt.set_exception(error)
            self._worded.set()

    def wait_worded(self, seconds: float) -> bool:
        """Wait until the statements of what was taken have run and the disk alone is waited for.

        False: they have not in that time. What is waited for is no promise that anything is stored.
        """
        return self._worded.wait(seconds)

    def _put(self, jobs: Sequence[Job]) -> None:
        with self._door:
            if not self.alive:
                raise WriterError("down", "the writer is not running")
            try:
                self._queue.put_nowait(jobs)
            except Full:
                raise WriterError("crowded", "too many batches are waiting") from None

    def _run(self) -> None:
        while True:
            jobs, ending = self._group()
            if jobs:
                self._commit(jobs)
            self._worded.set()
            if ending:
                return

    def _group(self) -> tuple[list[Job], bool]:
        """Wait for what comes, then take along whatever came while the last group was written."""
        jobs: list[Job] = []
        come = self._queue.get()
        while come is not None:
            # Of whom nobody waits for any more nothing is written: its client has gone.
            jobs += [job for job in come if job[1].set_running_or_notify_cancel()]
            if len(jobs) >= GROUP:
                return jobs, False
            try:
                come = self._queue.get_nowait()
            except Empty:
                return jobs, False
        return jobs, True

    def _commit(self, jobs: Sequence[Job]) -> None:
        try:
            with self._store.write() as connection:
                stored = write(connection, [batch for batch, _ in jobs])
                self._worded.set()
        except Exception as error:  # noqa: BLE001 - the thread lives on, whatever one group met
            self._split(jobs, error)
            return
        for (_, receipt), outcome in zip(jobs, stored, strict=True):
            receipt.set_result(outcome)

    def _split(self, jobs: Sequence[Job], error: Exception) -> None:
        """One by one after a failure: a batch that cannot be stored costs itself alone."""
        if len(jobs) == 1 or _disk_is_full(error):
            for _, receipt in jobs:
                receipt.set_exception(_told(error))
            log.error("reports were not stored: %s", getattr(error, "orig", error))
            return
        for job in jobs:
            self._commit([job])


def _told(error: Exception) -> WriterError:
    told = (
        WriterError("disk-full", "the disk of the collector is full")
        if _disk_is_full(error)
        else WriterError("down", "the database did not take it")
    )
    told.__cause__ = error
    return told


def _disk_is_full(error: Exception) -> bool:
    """SQLITE_FULL by its words, PostgreSQL's disk_full by its code (53100)."""
    if not isinstance(error, DBAPIError):
        return False
    return "disk is full" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "53100"
