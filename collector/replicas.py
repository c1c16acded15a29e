"""The serving processes that share one database, as Prometheus is told of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from collector.leases import database_now
from collector.store.tables import replicas

TELL_SECONDS = 5.0
GONE = timedelta(minutes=10)
"""A process that is down stays listed so long: Prometheus is to see that it is down."""


def tell(
    connection: Connection, name: str, address: str, started_at: datetime, now: datetime
) -> None:
    """Say that this one serves at `host:port`; forget those that have not said so for long."""
    seen_at = database_now(connection, now)
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        kind(replicas)
        .values(id=name, address=address, started_at=started_at, seen_at=seen_at)
        .on_conflict_do_update(
            index_elements=[replicas.c.id],
            set_={"address": address, "started_at": started_at, "seen_at": seen_at},
        )
    )
    connection.execute(delete(replicas).where(replicas.c.seen_at < seen_at - GONE))


def leave(connection: Connection, name: str) -> None:
    """Say that this one was stopped on purpose."""
    connection.execute(delete(replicas).where(replicas.c.id == name))


def addresses(connection: Connection) -> tuple[str, ...]:
    """Every `host:port` that serves, in one order."""
    found = connection.execute(select(replicas.c.address).order_by(replicas.c.address)).scalars()
    return tuple(dict.fromkeys(found))
