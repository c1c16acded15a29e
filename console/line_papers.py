"""From what is recorded of a line to the digests that its papers are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import Connection, select

from alerts.documents.digest import Record
from alerts.documents.line_digest import LineDigest
from alerts.documents.period import Period, month
from alerts.documents.texts import text
from collector.inventory.model import Inventory, Line
from collector.lines import interruptions, ledger
from collector.lines.period import LinePeriod, Lost, period
from collector.lines.tables import interruptions as kept
from collector.lines.votes import COLLECTOR
from collector.store.tables import agents, reports
from console import names

AROUND = timedelta(minutes=5)
"""Looks from before and after an outage: what is sound shows what is not."""


class LineError(Exception):
    """No such line, or nothing to write of it; worded for the operator."""


def month_digest(
    connection: Connection, inventory: Inventory, line: str, asked: str, now: datetime
) -> LineDigest:
    """A month of a line. The same month gives the same digest. Raises LineError, PeriodError."""
    declared, span = _declared(inventory, line), month(asked)
    zone = ZoneInfo(inventory.site.timezone)
    until = span.ends_at(zone, now)
    if until <= span.starts_at(zone):
        raise LineError(f"no day of {asked} is over yet")
    told = period(connection, inventory, declared, span.first, span.last, until)
    tests = {one.report for one in told.tests}
    return _digest(connection, inventory, declared, span, told, tests)


def outage_digest(
    connection: Connection, inventory: Inventory, line: str, number: int | None, now: datetime
) -> LineDigest:
    """One interruption of a line, by its number; without one the newest. Raises LineError."""
    declared, zone = _declared(inventory, line), ZoneInfo(inventory.site.timezone)
    if number is None:
        one, which = _newest(connection, line, now), "interruption of the last year"
    else:
        one, which = interruptions.one(connection, number), f"interruption {number}"
    if one is None or one.line != line:
        raise LineError(f"line {line} has no {which}: see wardwatch line interruptions")
    # Its end, so that the paper is the same bytes whenever it is asked for; else the minute of now.
    until = one.ended_at or now.replace(second=0, microsecond=0)
    span = month(f"{one.began_at.astimezone(zone):%Y-%m}")
    told = period(connection, inventory, declared, span.first, until.astimezone(zone).date(), until)
    lost = next((each for each in told.lost if each.interruption.id == one.id), Lost(one, 0.0, 0.0))
    looks = ledger.between(connection, line, one.began_at - AROUND, until + AROUND)
    digest = _digest(connection, inventory, declared, span, told, set())
    return replace(digest, outage=lost, looks=looks)


def _newest(connection: Connection, line: str, now: datetime) -> interruptions.Interruption | None:
    found = interruptions.recent(connection, line, now - timedelta(days=366))
    return found[0] if found else None


def _declared(inventory: Inventory, line: str) -> Line:
    found = inventory.line(line)
    if found is None:
        known = ", ".join(one.id for one in inventory.lines) or "none"
        raise LineError(f"no line {line} is declared (declared: {known})")
    return found


def _digest(
    connection: Connection,
    inventory: Inventory,
    line: Line,
    span: Period,
    told: LinePeriod,
    numbers: set[int | None],
) -> LineDigest:
    zone = ZoneInfo(inventory.site.timezone)
    numbers |= {vote.report for one in told.lost for vote in one.interruption.votes}
    assets = {vote.asset for one in told.lost for vote in one.interruption.votes}
    assets |= {one.asset for one in told.tests}
    assets |= {one.interruption.subject for one in told.lost if one.interruption.subject}
    return LineDigest(
        inventory=inventory,
        line=line,
        period=span,
        until=told.until,
        finished=told.until == span.ends_at(zone, datetime.max.replace(tzinfo=zone)),
        told=told,
        names={one: _name(inventory, one) for one in assets},
        records=_records(connection, [one for one in numbers if one is not None]),
        sums=_sums(connection, [one.interruption.id for one in told.lost]),
    )


def _name(inventory: Inventory, asset: str) -> str:
    """The collector's own machine may stand in no inventory."""
    return text("lines.collector") if asset == COLLECTOR else names.label(inventory, asset)


def _records(connection: Connection, numbers: Sequence[int]) -> Mapping[int, Record]:
    rows = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.sha256, agents.c.asset)
        .join(agents, agents.c.id == reports.c.agent)
        .where(reports.c.id.in_(numbers))
    )
    return {
        row.id: Record(row.id, row.asset or "–", row.received_at, bytes(row.sha256).hex())
        for row in rows
    }


def _sums(connection: Connection, numbers: Sequence[int]) -> Mapping[int, str]:
    """Of the votes as they are kept with each interruption."""
    rows = connection.execute(select(kept.c.id, kept.c.evidence).where(kept.c.id.in_(numbers)))
    return {row.id: hashlib.sha256(row.evidence.encode()).hexdigest() for row in rows}
