"""Leases: of several processes on one database, which one alone may do a task."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from collector.store.columns import EPOCH
from collector.store.database import Store
from collector.store.tables import leases

log = logging.getLogger(__name__)

TERM = timedelta(seconds=9)
RENEW_SECONDS = 2.0
TRUST_SECONDS = 6.0
"""So long after its last renewal the holder still acts: it stops before another may begin."""


class FencedError(Exception):
    """Another process holds the lease by now: what this one was about to write is undone."""


def take(
    connection: Connection,
    name: str,
    holder: str,
    address: str,
    now: datetime,
    term: timedelta,
    generation: int | None = None,
) -> int | None:
    """Take a lease that is free or one's own; None while another holds it.

    The answer is its generation: one more each time that it is taken, the same while it is renewed
    by whoever names the `generation` that it took.
    """
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = {"holder": holder, "address": address, "expires_at": now + term}
    renewed = and_(leases.c.holder == holder, leases.c.generation == (generation or 0))
    taken: int | None = connection.execute(
        kind(leases)
        .values(name=name, taken_at=now, generation=1, **new)
        .on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={
                **new,
                "taken_at": case(
                    (renewed, leases.c.taken_at), else_=literal(now, leases.c.taken_at.type)
                ),
                "generation": case((renewed, leases.c.generation), else_=leases.c.generation + 1),
            },
            where=or_(leases.c.holder == holder, leases.c.expires_at <= now),
        )
        .returning(leases.c.generation)
    ).scalar_one_or_none()
    return taken


def check(connection: Connection, name: str, holder: str, generation: int | None) -> None:
    """Raise FencedError unless the lease is still the one that was taken, until this commits.

    The row stays locked until then, for as long as a commit takes: whoever takes over waits for
    it. A process that is stopped just there is let go of by PostgreSQL after five seconds.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '5s'")
    found = connection.execute(
        select(leases.c.generation)
        .where(leases.c.name == name, leases.c.holder == holder)
        .with_for_update(read=True)
    ).scalar_one_or_none()
    if generation is None or found != generation:
        raise FencedError(f"the lease {name} was taken over: nothing was written")


def release(connection: Connection, name: str, holder: str) -> None:
    """Give a lease of one's own back, so that the next one need not wait for its end.

    The row stays, and with it the generation: counted anew, an old holder's would fit again.
    """
    connection.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.holder == holder)
        .values(holder="", expires_at=EPOCH)
    )


def holds(connection: Connection, name: str, generation: int, now: datetime) -> bool:
    """Whether whoever took that generation still has the lease."""
    found = connection.execute(
        select(leases.c.generation).where(leases.c.name == name, leases.c.expires_at > now)
    ).scalar_one_or_none()
    return found == generation


def holder_of(connection: Connection, name: str, now: datetime) -> str | None:
    """The address of the one who holds it."""
    return connection.execute(
        select(leases.c.address).where(leases.c.name == name, leases.c.expires_at > now)
    ).scalar_one_or_none()


def database_now(connection: Connection, now: datetime) -> datetime:
    """The clock that all who share the database go by: PostgreSQL's own, else the given one.

    The machines' clocks may differ by more than a lease lasts.
    """
    if connection.dialect.name != "postgresql":
        return now
    told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return told


class Lease:
    """Keeps one lease as long as it can, from a thread of its own. Use as a context manager."""

    def __init__(
        self, store: Store, name: str, holder: str, address: str, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._name = store, name
        self._holder, self._address = holder, address
        self._clock = clock
        self._renewed_at: float | None = None
        self._generation: int | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease-{name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        try:
            with self._store.write() as connection:
                release(connection, self._name, self._holder)
        except DBAPIError as failure:
            log.warning("the lease %s ends by itself: %s", self._name, failure.orig)

    @property
    def held(self) -> bool:
        """Whether this process may act now, by a clock that nobody sets."""
        renewed_at = self._renewed_at
        return renewed_at is not None and time.monotonic() - renewed_at < TRUST_SECONDS

    def fenced(self) -> Store:
        """The same database; nothing is committed there that this lease does not cover."""
        return replace(
            self._store,
            fence=lambda connection: check(connection, self._name, self._holder, self._generation),
        )

    def _keep(self) -> None:
        while not self._stop.is_set():
            self._renew()
            self._stop.wait(RENEW_SECONDS)

    def _renew(self) -> None:
        began = time.monotonic()  # before asking: an answer that is late counts from the question
        try:
            with self._store.write() as connection:
                now = database_now(connection, self._clock())
                taken = take(
                    connection, self._name, self._holder, self._address, now, TERM, self._generation
                )
        except DBAPIError as error:
            log.warning("the lease %s could not be renewed: %s", self._name, error.orig)
            return
        if taken is not None and not self.held:
            log.info("this process holds the lease %s", self._name)
        self._generation = taken
        self._renewed_at = began if taken is not None else None
