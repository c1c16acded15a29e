"""Keeps each hour's loads and line readings as one row, in short transactions that a kill may cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, tuple_

from collector import hourly, progress, sections, wire
from collector.hourly import SETTLED
from collector.hours import Hour, Place, Taken, hours
from collector.lines import hours as lines_hours
from collector.readings import Load
from collector.store.database import Store
from collector.store.tables import line_hours, load_hours, reports

KEEP = timedelta(days=3 * 366)
"""Three years of hours: what a plan for buying machines and lines looks back on."""
AT_ONCE = 300
"""Rows in one transaction: it holds the writer for a few milliseconds."""
LOADS = "load_hours"


def roll_up(store: Store, now: datetime, at_once: int = AT_ONCE) -> int:
    """Add what was received since the last time to its hours; returns how many rows were taken.

    Each row is added exactly once, whatever is killed when: how far it came is written with the
    hours themselves. Loads that no longer are understood count for nothing.
    """
    taken = 0
    older: dict[str, Taken] = {}
    while page := _page(store, now - SETTLED, at_once, older):
        added = _added(store, *page)
        if not added:
            older.clear()  # another process moves these on
        taken += added
    return taken + hourly.roll_up(store, lines_hours.COURSE, now, at_once)


def forget(connection: Connection, now: datetime) -> int:
    """Let go of hours older than three years; returns how many."""
    gone = 0
    for table in (load_hours, line_hours):
        gone += connection.execute(delete(table).where(table.c.hour_at < now - KEEP)).rowcount
    return gone


def loads_rolled_up_to(connection: Connection) -> int:
    """The last row of `reports` whose load is in its hour: later ones must not be pruned."""
    return progress.reached(connection, LOADS)


def _page(
    store: Store, before: datetime, at_once: int, older: dict[str, Taken]
) -> tuple[int, int, list[Taken], dict[str, Taken]] | None:
    """Where it begins and ends, its loads, and the load before the first of each agent.

    `older` is what the page before ended with: whom it does not know is looked up.
    """
    with store.read() as connection:
        start = progress.reached(connection, LOADS)
        rows = connection.execute(
            select(
                reports.c.id,
                reports.c.stream,
                reports.c.agent,
                reports.c.epoch,
                reports.c.seq,
                reports.c.at,
                reports.c.received_at,
                reports.c.body,
            )
            .where(reports.c.id > start, reports.c.kind == "load")
            .order_by(reports.c.id)
            .limit(at_once)
        ).all()
        settled = []
        for row in rows:
            if row.received_at >= before:  # and so is all that follows
                break
            settled.append(row)
        if not settled:
            return None
        loads = [one for row in settled if (one := _taken(row)) is not None]
        for agent, stream in {row.agent: row.stream for row in settled}.items():
            if agent not in older and (held := _before(connection, stream, start)):
                older[agent] = held
    return start, settled[-1].id, loads, older


def _before(connection: Connection, stream: int, start: int) -> Taken | None:
    row = connection.execute(
        select(reports)
        .where(reports.c.stream == stream, reports.c.kind == "load", reports.c.id <= start)
        .order_by(reports.c.seq.desc())
        .limit(1)
    ).first()
    return _taken(row) if row else None


def _taken(row: Any) -> Taken | None:
    try:
        value = sections.typed("load", wire.report(row.body).section)
    except (wire.WireError, sections.SectionError):
        return None  # kept as it came, and never believed
    return Taken(row.agent, row.epoch, row.seq, row.at, value) if isinstance(value, Load) else None


def _added(
    store: Store, start: int, end: int, loads: Sequence[Taken], older: dict[str, Taken]
) -> int:
    made = hours(loads, older)
    with store.write() as connection:
        if not progress.move(connection, LOADS, start, end):
            return 0  # another process was quicker: the rows are in
        _merge(connection, made)
    return len(loads)


def _merge(connection: Connection, made: dict[Place, Hour]) -> None:
    places = sorted(made)
    key = tuple_(load_hours.c.agent, load_hours.c.hour_at)
    names = [field.name for field in fields(Hour)]
    held = connection.execute(select(load_hours).where(key.in_(places))).all() if places else []
    for row in held:
        made[row.agent, row.hour_at].add(Hour(*(getattr(row, name) for name in names)))
    if held:
        old = [(row.agent, row.hour_at) for row in held]
        connection.execute(delete(load_hours).where(key.in_(old)))
    if places:
        rows = [{"agent": a, "hour_at": at, **asdict(made[a, at])} for a, at in places]
        connection.execute(insert(load_hours), rows)
