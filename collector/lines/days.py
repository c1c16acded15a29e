"""Each day's availability of each line as one row, made once it has ended, and kept for years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from collector import office_hours
from collector.inventory.model import Inventory, Line
from collector.lines import ledger
from collector.lines.availability import Sum, spans, summed
from collector.lines.facts import Availability, Cause, LineFacts, Speed
from collector.lines.interruptions import Interruption, recent
from collector.lines.speed_tests import newest
from collector.lines.tables import days
from collector.store.database import Store

LOOK_BACK_DAYS = 34
"""Readings are kept for 35: a day that ended while nobody cleaned is made later."""
WINDOWS: Mapping[str, int] = {"1d": 1, "7d": 7, "30d": 30}
SPEEDS = 50


def make(store: Store, inventory: Inventory, now: datetime) -> int:
    """Make the rows of all days that have ended; returns how many were made."""
    zone, made = ZoneInfo(inventory.site.timezone), 0
    today = now.astimezone(zone).date()
    for line in inventory.lines:
        for back in range(LOOK_BACK_DAYS, 0, -1):
            day = today - timedelta(days=back)
            with store.read() as connection:
                known = connection.execute(
                    select(days.c.day).where(days.c.line == line.id, days.c.day == str(day))
                ).first()
                row = None if known else _row(connection, inventory, line, day, zone)
            if row:
                with store.write() as connection:
                    connection.execute(insert(days).values(row))
                made += 1
    return made


def by_day(
    connection: Connection, inventory: Inventory, line: Line, first: date, last: date, now: datetime
) -> Mapping[date, Sum]:
    """Each day from the first to the last, both with them: by its row, else by its looks."""
    zone = ZoneInfo(inventory.site.timezone)
    known = _stored(connection, line, first, last + timedelta(days=1))
    found = {}
    for back in range((last - first).days + 1):
        day = first + timedelta(days=back)
        found[day] = known.get(day) or _summed(connection, inventory, line, day, zone, now)
    return found


def facts(connection: Connection, inventory: Inventory, now: datetime) -> Mapping[str, LineFacts]:
    """What is kept of every line, for rules, metrics and pages."""
    found = {}
    today = now.astimezone(ZoneInfo(inventory.site.timezone)).date()
    first = today - timedelta(days=max(WINDOWS.values()) - 1)
    for line in inventory.lines:
        each = by_day(connection, inventory, line, first, today, now)
        windows = {
            name: _shares(inventory, dict(list(each.items())[-count:]), now)
            for name, count in WINDOWS.items()
        }
        speeds = tuple(
            Speed(
                one.at,
                one.asset,
                one.scope or "lan",
                one.down_bits_per_second,
                one.up_bits_per_second,
                one.report,
                one.latency_seconds,
                one.jitter_seconds,
            )
            for one in newest(connection, line.id, SPEEDS)
            if one.down_bits_per_second is not None and one.up_bits_per_second is not None
        )
        lasting = next(
            (one for one in recent(connection, line.id, now) if one.ended_at is None), None
        )
        found[line.id] = LineFacts(windows, speeds, _cause(lasting) if lasting else None)
    return found


def _cause(lasting: Interruption) -> Cause:
    votes = tuple(vote.report for vote in lasting.votes if vote.report is not None)
    return Cause(
        lasting.id, lasting.began_at, lasting.party, lasting.because, lasting.subject, votes
    )


def total(each: Iterable[Sum]) -> Sum:
    """Several spans of time together."""
    found = Sum()
    for one in each:
        found.add(one)
    return found


def _shares(inventory: Inventory, each: Mapping[date, Sum], now: datetime) -> Availability:
    seen, zone = total(each.values()), ZoneInfo(inventory.site.timezone)
    first = next((day for day, one in each.items() if one.all_seconds), None)
    expected = 0.0
    if first is not None:  # before that nobody watched the line at all
        begin = bounds(first, zone)[0]
        expected = office_hours.open_seconds(inventory.site, begin, now)
    return Availability(
        seen.office_ratio, seen.all_ratio, seen.office_seconds, seen.all_seconds, expected
    )


def _stored(connection: Connection, line: Line, first: date, before: date) -> dict[date, Sum]:
    rows = connection.execute(
        select(days).where(
            days.c.line == line.id, days.c.day >= str(first), days.c.day < str(before)
        )
    )
    return {
        date.fromisoformat(row.day): Sum(
            row.all_seconds, row.all_up_seconds, row.office_seconds, row.office_up_seconds
        )
        for row in rows
    }


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where a day of the office begins, and where the next one does."""
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    return begin, datetime(after.year, after.month, after.day, tzinfo=zone)


def _summed(
    connection: Connection,
    inventory: Inventory,
    line: Line,
    day: date,
    zone: ZoneInfo,
    now: datetime,
) -> Sum:
    first, last = bounds(day, zone)
    looks = ledger.looks(connection, line.id, first, last)
    return summed(looks, min(last, now), partial(office_hours.is_open, inventory.site))


def _row(
    connection: Connection, inventory: Inventory, line: Line, day: date, zone: ZoneInfo
) -> dict[str, object] | None:
    first, last = bounds(day, zone)
    looks = ledger.looks(connection, line.id, first, last)
    if not looks:
        return None
    total = summed(looks, last, partial(office_hours.is_open, inventory.site))
    return {
        "line": line.id,
        "day": str(day),
        "all_seconds": total.all_seconds,
        "all_up_seconds": total.all_up_seconds,
        "office_seconds": total.office_seconds,
        "office_up_seconds": total.office_up_seconds,
        "interruptions": len(spans(looks)),
    }
