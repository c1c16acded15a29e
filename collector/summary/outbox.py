"""At the ward: days that were made and wait until the city says that it has stored them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, update

from collector.summary import wire
from collector.summary.tables import outgoing


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One day on its way."""

    day: date
    revision: int
    body: bytes
    made_at: datetime
    sent_at: datetime | None
    refused: str | None


def put(connection: Connection, summary: wire.Summary, now: datetime) -> None:
    """Keep it to be sent. Its number must be free: what was made once is never made otherwise."""
    connection.execute(
        insert(outgoing).values(
            day=summary.day.isoformat(),
            revision=summary.revision,
            body=wire.encode(summary).decode(),
            made_at=now,
        )
    )


def revisions(connection: Connection, day: date) -> int:
    """How often that day was made until now."""
    found: int = connection.execute(
        select(func.coalesce(func.max(outgoing.c.revision), 0)).where(
            outgoing.c.day == day.isoformat()
        )
    ).scalar_one()
    return found


def waiting(connection: Connection, limit: int | None = None) -> tuple[Outgoing, ...]:
    """What the city has neither stored nor refused, the oldest day first."""
    return _read(
        connection,
        select(outgoing)
        .where(outgoing.c.sent_at.is_(None), outgoing.c.refused.is_(None))
        .order_by(outgoing.c.day, outgoing.c.revision)
        .limit(limit),
    )


def newest(connection: Connection, limit: int) -> tuple[Outgoing, ...]:
    """The last that were made, the newest day first."""
    order = (outgoing.c.day.desc(), outgoing.c.revision.desc())
    return _read(connection, select(outgoing).order_by(*order).limit(limit))


def stored(connection: Connection, one: Outgoing, now: datetime) -> None:
    """The city has it."""
    _mark(connection, one, sent_at=now)


def refused(connection: Connection, one: Outgoing, cause: str) -> None:
    """The city will never take it: the officer is told why."""
    _mark(connection, one, refused=cause)


def _mark(connection: Connection, one: Outgoing, **values: object) -> None:
    connection.execute(
        update(outgoing)
        .where(outgoing.c.day == one.day.isoformat(), outgoing.c.revision == one.revision)
        .values(**values)
    )


def _read(connection: Connection, query: object) -> tuple[Outgoing, ...]:
    return tuple(
        Outgoing(
            date.fromisoformat(row.day),
            row.revision,
            row.body.encode(),
            row.made_at,
            row.sent_at,
            row.refused,
        )
        for row in connection.execute(query)  # type: ignore[call-overload] # a select of this table
    )
