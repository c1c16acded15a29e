"""How long a PC was on each day, by what was heard of it, and when it came and went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from collector.readings import Presence
from collector.store.tables import load_hours, reports
from console.loads import STEP, Step

DAYS = 14
LOADS_AN_HOUR = 60
"""An agent tells its load each minute; one that was told to hurry was on no longer than an hour."""
WORDS_SHOWN = 12


class HeardDay(Struct, frozen=True):
    """One day by the office's own calendar. `hours` is 0 where nothing was heard."""

    day: date
    hours: float


class Word(Struct, frozen=True):
    """A coming or a going, as the PC said it."""

    at: datetime
    state: Literal["started", "stopped", "shutdown", "sleep"]
    report: int


class _Body(Struct):
    section: Presence


def days(
    connection: Connection, agent: str, steps: Iterable[Step], zone: str, now: datetime
) -> tuple[HeardDay, ...]:
    """The last two weeks, today last: from hours that were rolled up, then from the day's loads."""
    since = now - timedelta(days=DAYS)
    rows = connection.execute(
        select(load_hours.c.hour_at, load_hours.c.count.label("loads")).where(
            load_hours.c.agent == agent, load_hours.c.hour_at > since
        )
    )
    return by_day({row.hour_at: row.loads for row in rows}, steps, zone, now)


def by_day(
    counts: Mapping[datetime, int], steps: Iterable[Step], zone: str, now: datetime
) -> tuple[HeardDay, ...]:
    """Hours heard for each day, none left out. Pure."""
    office = ZoneInfo(zone)
    today = now.astimezone(office).date()
    heard = {today - timedelta(days=back): 0.0 for back in range(DAYS - 1, -1, -1)}
    spans = [(at, min(1.0, count / LOADS_AN_HOUR)) for at, count in counts.items()]
    # What was not rolled up yet stands in the day's own steps alone.
    rolled_up = max(counts, default=None)
    spans += [
        (step.at, STEP / timedelta(hours=1))
        for step in steps
        if rolled_up is None or step.at >= rolled_up + timedelta(hours=1)
    ]
    for at, hours in spans:
        day = at.astimezone(office).date()
        if day in heard:
            heard[day] += hours
    return tuple(HeardDay(day, round(hours, 1)) for day, hours in heard.items())


def words(connection: Connection, agent: str) -> tuple[Word, ...]:
    """The newest comings and goings, newest first."""
    rows = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.body)
        .where(reports.c.agent == agent, reports.c.kind == "presence", reports.c.kind != "load")
        .order_by(reports.c.id.desc())
        .limit(WORDS_SHOWN)
    )
    found = []
    for row in rows:
        try:
            said = msgspec.json.decode(row.body, type=_Body).section
        except msgspec.MsgspecError:
            continue  # an older form: a line less, not a broken page
        found.append(Word(row.received_at, said.state, row.id))
    return tuple(found)
