"""Leases: of several processes on one database, which one alone may do a task."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from collector.store.database import Store
from collector.store.tables import leases

log = logging.getLogger(__name__)

TERM = timedelta(seconds=9)
RENEW_SECONDS = 2.0
TRUST_SECONDS = 6.0
"""So long after its last renewal the holder still acts: it stops before another may begin."""


def take(
    connection: Connection, name: str, holder: str, address: str, now: datetime, term: timedelta
) -> bool:
    """Take a lease that is free or one's own, or renew it; False while another holds it."""
    new = {
        "name": name,
        "holder": holder,
        "address": address,
        "taken_at": now,
        "expires_at": now + term,
    }
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    taken = connection.execute(
        kind(leases)
        .values(new)
        .on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={one: new[one] for one in ("holder", "address", "expires_at")},
            where=or_(leases.c.holder == holder, leases.c.expires_at <= now),
        )
        .returning(leases.c.holder)
    ).first()
    return taken is not None


def release(connection: Connection, name: str, holder: str) -> None:
    """Give a lease of one's own back, so that the next one need not wait for its end."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


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

    def _keep(self) -> None:
        while not self._stop.is_set():
            self._renew()
            self._stop.wait(RENEW_SECONDS)

    def _renew(self) -> None:
        began = time.monotonic()  # before asking: an answer that is late counts from the question
        try:
            with self._store.write() as connection:
                now = database_now(connection, self._clock())
                mine = take(connection, self._name, self._holder, self._address, now, TERM)
        except DBAPIError as error:
            log.warning("the lease %s could not be renewed: %s", self._name, error.orig)
            return
        if mine and not self.held:
            log.info("this process holds the lease %s", self._name)
        self._renewed_at = began if mine else None
