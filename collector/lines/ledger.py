"""Keeps the readings of the lines, and gives back the newest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, insert, select

from collector.line_readings import LineReading, Target
from collector.store.tables import line_readings


class _Around(Struct, frozen=True, omit_defaults=True):
    """Everything of a reading but its targets."""

    gateway: Target | None = None
    hop: Target | None = None
    name_servers: tuple[Target, ...] = ()
    services: tuple[Target, ...] = ()
    link_up: bool | None = None
    public_address: str | None = None


_TARGETS = msgspec.json.Decoder(tuple[Target, ...])
_AROUND = msgspec.json.Decoder(_Around)


def record(connection: Connection, reading: LineReading) -> None:
    """Store one look at a line; its latency is the best of its targets'."""
    answered = [t.latency_seconds for t in reading.targets if t.latency_seconds is not None]
    around = _Around(*(getattr(reading, name) for name in _Around.__struct_fields__))
    connection.execute(
        insert(line_readings).values(
            line=reading.line,
            at=reading.at,
            up=reading.up,
            latency_seconds=min(answered, default=None),
            detail=msgspec.json.encode(reading.targets).decode(),
            around=msgspec.json.encode(around).decode(),
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
        found.setdefault(row.line, []).append(reading(row))
    return {line: tuple(readings) for line, readings in found.items()}


def between(
    connection: Connection, line: str, first: datetime, last: datetime
) -> tuple[LineReading, ...]:
    """One line's readings from `first` up to, and without, `last`; oldest first."""
    rows = connection.execute(
        select(line_readings)
        .where(line_readings.c.line == line)
        .where(line_readings.c.at >= first, line_readings.c.at < last)
        .order_by(line_readings.c.at, line_readings.c.id)
    )
    return tuple(map(reading, rows))


def looks(
    connection: Connection, line: str, first: datetime, last: datetime
) -> tuple[tuple[datetime, bool], ...]:
    """The same, when and whether up alone: a month of them is read for one figure."""
    rows = connection.execute(
        select(line_readings.c.at, line_readings.c.up)
        .where(line_readings.c.line == line)
        .where(line_readings.c.at >= first, line_readings.c.at < last)
        .order_by(line_readings.c.at, line_readings.c.id)
    )
    return tuple((row.at, row.up) for row in rows)


def reading(row: Any) -> LineReading:
    """One row as it was recorded; an older version kept the targets alone."""
    around = _AROUND.decode(row.around) if row.around else _Around()
    values = {name: getattr(around, name) for name in _Around.__struct_fields__}
    return LineReading(row.line, row.at, row.up, _TARGETS.decode(row.detail), **values)
