"""At the city: every ward's days, byte for byte as they were signed, and the newest of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, insert, select

from collector.inventory.model import Inventory
from collector.joining import RefusedError
from collector.summary import signing, wards, wire
from collector.summary.tables import summaries

OLDEST = timedelta(days=400)
"""A ward that was cut off for a year can still tell all of it."""
AHEAD = timedelta(days=1)
"""A ward's midnight may be behind the city's clock, its clock a little ahead: no more than a day."""


class ConflictError(Exception):
    """That revision is stored with other bytes: a correction has the next number."""


@dataclass(frozen=True, slots=True)
class Told:
    """A ward's newest day."""

    summary: wire.Summary
    received_at: datetime
    revisions: int
    """How often that day was told."""


def take(
    connection: Connection, now: datetime, inventory: Inventory, body: bytes, signature: bytes
) -> wire.SummaryAnswer:
    """Store one day of one ward, once. Raises RefusedError, SummaryError or ConflictError."""
    summary = wire.summary(body)
    known = wards.public_key_of(connection, summary.site)
    declared = inventory.ward(summary.site) is not None
    if not declared or known is None or not signing.fits(known, signature, wire.SIGNED + body):
        raise RefusedError(f"a summary of {summary.site} is not signed by it")
    _plausible(summary.day, now, inventory.site.timezone)
    stored = _stored(connection, summary)
    if stored is None:
        connection.execute(
            insert(summaries).values(
                site=summary.site,
                day=summary.day.isoformat(),
                revision=summary.revision,
                body=body.decode(),
                signature=signature,
                public_key=known,
                received_at=now,
            )
        )
    elif stored.body.encode() != body:
        raise ConflictError(f"revision {summary.revision} of {summary.day} is stored otherwise")
    sha256 = hashlib.sha256(body).hexdigest()
    return wire.SummaryAnswer(summary.site, summary.day, summary.revision, sha256)


def newest(connection: Connection) -> Mapping[str, Told]:
    """The last revision of the last day of every ward that ever told one."""
    days = (
        select(summaries.c.site, func.max(summaries.c.day).label("day"))
        .group_by(summaries.c.site)
        .subquery()
    )
    found = connection.execute(
        select(summaries.c.site, summaries.c.body, summaries.c.received_at)
        .join(days, (days.c.site == summaries.c.site) & (days.c.day == summaries.c.day))
        .order_by(summaries.c.site, summaries.c.revision)
    )
    told: dict[str, Told] = {}
    for row in found:
        before = told.get(row.site)
        count = 1 + (before.revisions if before else 0)
        told[row.site] = Told(wire.summary(row.body.encode()), row.received_at, count)
    return told


def damaged(connection: Connection) -> tuple[tuple[str, str, int], ...]:
    """The site, day and revision of every stored row whose signature no longer fits its bytes."""
    found = connection.execute(select(summaries).order_by(summaries.c.site, summaries.c.day))
    return tuple(
        (row.site, row.day, row.revision)
        for row in found
        if not signing.fits(
            bytes(row.public_key), bytes(row.signature), wire.SIGNED + row.body.encode()
        )
    )


def _plausible(day: date, now: datetime, timezone: str) -> None:
    today = now.astimezone(ZoneInfo(timezone)).date()
    if not today - OLDEST <= day < today + AHEAD:
        raise wire.SummaryError(f"{day} has not ended yet, or is long gone by - at `$.day`")


def _stored(connection: Connection, summary: wire.Summary) -> Row[tuple[str]] | None:
    return connection.execute(
        select(summaries.c.body).where(
            summaries.c.site == summary.site,
            summaries.c.day == summary.day.isoformat(),
            summaries.c.revision == summary.revision,
        )
    ).first()
