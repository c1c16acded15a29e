"""Keeps the readings of the lines, and gives back the newest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, insert, select

from collector import progress
from collector.lines.hours import NAME
from collector.readings import LineReading, Target
from collector.store.database import Store
from collector.store.tables import line_readings

_TARGETS = msgspec.json.Decoder(tuple[Target, ...])


def record(connection: Connection, reading: LineReading) -> None:
    """Store one look at a line; its latency is the best of its targets'."""
    answered = [t.latency_seconds for t in reading.targets if t.latency_seconds is not None]
    connection.execute(
        insert(line_readings).values(
            line=reading.line,
            at=reading.at,
            up=reading.up,
            latency_seconds=min(answered, default=None),
            detail=msgspec.json.encode(reading.targets).decode(),
        )
    )


def recent(connection: Connection, since: datetime) -> Mapping[str, tuple[LineReading, ...]]:
    """The readings of every line since then, newest first."""
    found: dict[str, list[LineReading]] = {}
    rows = connection.execute(
        select(line_readings)
        .where(line_readings.c.at >= since)
        .order_by(line_readings.c.at.desc(), line_readings.c.id.desc())
    )
    for row in rows:
        reading = LineReading(row.line, row.at, row.up, _TARGETS.decode(row.detail))
        found.setdefault(row.line, []).append(reading)
    return {line: tuple(readings) for line, readings in found.items()}


def prune(store: Store, before: datetime, at_once: int = 500) -> int:
    """Forget the readings from before then that are in their hour; returns how many.

    Page by page: what is written beside it does not wait behind a year of minutes.
    """
    gone = 0
    with store.read() as connection:
        rolled_up_to = progress.reached(connection, NAME)
    while True:
        with store.write() as connection:
            old = connection.execute(
                select(line_readings.c.id)
                .where(line_readings.c.at < before, line_readings.c.id <= rolled_up_to)
                .limit(at_once)
            )
            numbers = list(old.scalars())
            connection.execute(delete(line_readings).where(line_readings.c.id.in_(numbers)))
        gone += len(numbers)
        if len(numbers) < at_once:
            return gone
