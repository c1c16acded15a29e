"""Speed tests: when the next one is due and who makes it, and what came of those that were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from collector import asks, progress, sections, wire
from collector.inventory.model import Inventory, Line
from collector.line_readings import Bandwidth
from collector.lines import permits
from collector.lines.permits import JOB
from collector.lines.tables import permits as lent
from collector.lines.tables import speed_tests
from collector.state import Machine
from collector.store.database import Store
from collector.store.tables import agents, reports
from collector.store.tables import asks as table

NAME = "line_speed_tests"
AT_ONCE = 100
TAKE_UP = timedelta(minutes=10)
"""A PC that has not come with a receipt by then is off: the next one is asked."""
AWAKE = timedelta(minutes=3)
TRIES_PER_DAY = 6
"""Asks of one line in a day: a server that is out is not tried all through the lunch break."""


class Measured(Struct, frozen=True):
    """One speed test as it was told. Without an error both rates are there."""

    line: str
    asset: str
    at: datetime
    """When the collector received it."""
    provider: str
    bytes_used: int
    report: int | None = None
    server: str | None = None
    scope: str | None = None
    down_bits_per_second: float | None = None
    up_bits_per_second: float | None = None
    latency_seconds: float | None = None
    jitter_seconds: float | None = None
    loaded_latency_seconds: float | None = None
    error: str | None = None


class Standing(Struct, frozen=True):
    """How the next test of a line stands: who is to make it, or why nobody is."""

    asset: str | None = None
    why: str | None = None


def standing(
    inventory: Inventory,
    line: Line,
    tests: Sequence[Measured],
    machines: Mapping[str, Machine],
    now: datetime,
    left_bytes: int,
    asked: Sequence[datetime] = (),
) -> Standing:
    """What is to be done now. `tests` are newest first; `asked` are the line's asks of one day."""
    test = line.speed_test
    if test is None:
        return Standing(why="no speed test is declared")
    good = next((one for one in tests if one.error is None), None)
    why = permits.unfit(line, test, inventory.site.timezone, machines, now)
    if good and now - good.at < timedelta(hours=test.every_hours):
        why = "measured lately"
    elif not why and left_bytes < permits.wanted_bytes(line):
        why = "the byte budget of the day is used up"
    elif not why and len(asked) >= TRIES_PER_DAY:
        why = "tried often enough today"
    if why:
        return Standing(why=why)
    awake = [name for name in test.machines if _is_awake(machines.get(name), now)]
    if not awake:
        return Standing(why="no PC that may measure is on")
    # Whoever measured longest ago comes first: one PC with a bad cable is not asked for ever.
    last = {name: max((t.at for t in tests if t.asset == name), default=None) for name in awake}
    return Standing(min(awake, key=lambda name: (last[name] is not None, last[name] or now)))


def tick(
    store: Store, inventory: Inventory, machines: Mapping[str, Machine], now: datetime
) -> None:
    """Take up the receipts, and ask for the tests that are due."""
    follow(store)
    with store.write() as connection:
        asks.withdraw(connection, now, JOB, now - TAKE_UP)
        for line in inventory.lines:
            if line.speed_test is None or _is_open(connection, line.id):
                continue
            zone = inventory.site.timezone
            left = permits.left_bytes(connection, line, line.speed_test, zone, now)
            made, today = newest(connection, line.id, 50), _asked(connection, line.id, now)
            found = standing(inventory, line, made, machines, now, left, today)
            if found.asset:
                asks.ask(connection, now, found.asset, JOB, line.id)


def newest(connection: Connection, line: str, limit: int) -> tuple[Measured, ...]:
    """A line's tests, newest first."""
    rows = connection.execute(
        select(speed_tests)
        .where(speed_tests.c.line == line)
        .order_by(speed_tests.c.at.desc(), speed_tests.c.id.desc())
        .limit(limit)
    )
    return tuple(map(_test, rows))


def between(
    connection: Connection, line: str, first: datetime, last: datetime
) -> tuple[Measured, ...]:
    """A line's tests of that time, oldest first."""
    rows = connection.execute(
        select(speed_tests)
        .where(speed_tests.c.line == line, speed_tests.c.at >= first, speed_tests.c.at < last)
        .order_by(speed_tests.c.at, speed_tests.c.id)
    )
    return tuple(map(_test, rows))


def follow(store: Store, at_once: int = AT_ONCE) -> int:
    """Take up each receipt once, whatever is killed when; returns how many."""
    found = 0
    while True:
        with store.read() as connection:
            start = progress.reached(connection, NAME)
            rows = connection.execute(
                select(reports.c.id, reports.c.received_at, reports.c.body, agents.c.asset)
                .join(agents, agents.c.id == reports.c.agent)
                .where(reports.c.kind == "bandwidth", reports.c.id > start)
                .where(agents.c.quarantined_at.is_(None), agents.c.asset.is_not(None))
                .order_by(reports.c.id)
                .limit(at_once)
            ).all()
        if not rows:
            return found
        with store.write() as connection:
            if progress.move(connection, NAME, start, rows[-1].id):
                for row in rows:
                    _take_up(connection, row)
                found += len(rows)


def _take_up(connection: Connection, row: Any) -> None:
    try:
        told = sections.typed("bandwidth", wire.report(row.body).section)
    except (wire.WireError, sections.SectionError):
        return  # kept as it came, and never believed
    if not isinstance(told, Bandwidth):
        return
    lent_bytes = _lent_bytes(connection, row.asset, told)
    error = told.error or doubt(told)
    if error is None and lent_bytes is None:
        error = "the line was not lent to this PC"
    connection.execute(
        insert(speed_tests).values(
            line=told.line,
            asset=row.asset,
            report=row.id,
            generation=told.generation,
            at=row.received_at,
            provider=told.provider,
            server=told.server,
            scope=told.scope,
            down_bits_per_second=None if error else told.down_bits_per_second,
            up_bits_per_second=None if error else told.up_bits_per_second,
            latency_seconds=told.latency_seconds,
            jitter_seconds=told.jitter_seconds,
            loaded_latency_seconds=told.loaded_latency_seconds,
            # Whoever does not know what it used has used all that it was lent.
            bytes_used=(lent_bytes or 0) if told.bytes_used is None else told.bytes_used,
            error=error,
        )
    )


def doubt(told: Bandwidth) -> str | None:
    """Why figures cannot be true: a rate needs the bytes that make it, for two seconds at least."""
    down, up, used = told.down_bits_per_second, told.up_bits_per_second, told.bytes_used
    if not down or not up or not used:
        return "the receipt holds no figures"
    if (down + up) / 8 * 2.0 > used:
        return "the figures contradict the bytes that were used"
    return None


def _lent_bytes(connection: Connection, asset: str, told: Bandwidth) -> int | None:
    """What it was lent for that test; None where it was lent nothing."""
    found = connection.execute(
        select(lent.c.bytes).where(
            lent.c.line == told.line,
            lent.c.generation == (told.generation or 0),
            lent.c.asset == asset,
            lent.c.job == (told.job or 0),
        )
    ).first()
    return found.bytes if found else None


def _asked(connection: Connection, line: str, now: datetime) -> tuple[datetime, ...]:
    since = now - timedelta(hours=20)  # a day's hours for measuring lie close together
    rows = connection.execute(
        select(table.c.asked_at).where(
            table.c.job == JOB,
            table.c.argument == line,
            table.c.asked_at >= since,
        )
    )
    return tuple(rows.scalars())


def _is_open(connection: Connection, line: str) -> bool:
    found = connection.execute(
        select(table.c.id).where(
            table.c.job == JOB,
            table.c.argument == line,
            table.c.done_at.is_(None),
        )
    ).first()
    return found is not None


def _is_awake(machine: Machine | None, now: datetime) -> bool:
    agent = machine.agent if machine else None
    seen = agent.last_report_at if agent else None
    return seen is not None and now - seen < AWAKE


def _test(row: Any) -> Measured:
    return Measured(**{name: getattr(row, name) for name in Measured.__struct_fields__})
