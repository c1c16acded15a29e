"""How a line went, step by step: latency, loss and jitter, by minutes of late and hours of before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, select

from collector.line_readings import LineReading
from collector.lines import ledger
from collector.lines.hours import LineHour
from collector.store.tables import line_hours

STEP = timedelta(minutes=10)


class Step(Struct, frozen=True):
    """One step. None: nothing answered, or nobody looked."""

    at: datetime
    """Where it begins."""
    up_ratio: float
    """Share of the looks in which the line was up."""
    latency_seconds: float | None
    jitter_seconds: float | None
    loss_ratio: float | None


def by_minutes(connection: Connection, line: str, now: datetime) -> tuple[Step, ...]:
    """The last day, ten minutes a step, out of the readings themselves; oldest first."""
    return stepped(ledger.between(connection, line, now - timedelta(days=1), now))


def by_hours(connection: Connection, line: str, since: datetime) -> tuple[Step, ...]:
    """Since then, an hour a step, as they are kept for years; oldest first."""
    rows = connection.execute(
        select(line_hours)
        .where(line_hours.c.line == line, line_hours.c.hour_at >= since)
        .order_by(line_hours.c.hour_at)
    )
    return tuple(_step(row.hour_at, LineHour(*row[2:])) for row in rows)


def stepped(readings: Sequence[LineReading]) -> tuple[Step, ...]:
    """Readings, oldest first, in steps."""
    found: dict[datetime, LineHour] = {}
    for one in readings:
        at = one.at - (one.at - one.at.replace(minute=0, second=0, microsecond=0)) % STEP
        answered = [t.latency_seconds for t in one.targets if t.latency_seconds is not None]
        step = found.setdefault(at, LineHour())
        step.add(one.up, min(answered, default=None), one.targets)
    return tuple(_step(at, sums) for at, sums in found.items())


def _step(at: datetime, sums: LineHour) -> Step:
    return Step(
        at,
        sums.up_count / sums.count if sums.count else 0.0,
        sums.latency_seconds_sum / sums.latency_count if sums.latency_count else None,
        sums.jitter_seconds_sum / sums.jitter_count if sums.jitter_count else None,
        1 - sums.answered_count / sums.asked_count if sums.asked_count else None,
    )
