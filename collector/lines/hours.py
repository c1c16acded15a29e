"""Keeps each hour of a line's readings as one row, for as long as plans look back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select

from collector.hourly import Course
from collector.line_readings import Target
from collector.store.tables import line_hours, line_readings

_TARGETS = msgspec.json.Decoder(tuple[Target, ...])


@dataclass(slots=True)
class LineHour:
    """One line's hour, as `line_hours` keeps it. None: nothing answered."""

    count: int = 0
    up_count: int = 0
    latency_count: int = 0
    latency_seconds_sum: float = 0.0
    latency_seconds_min: float | None = None
    latency_seconds_max: float | None = None
    asked_count: int = 0
    answered_count: int = 0
    jitter_count: int = 0
    jitter_seconds_sum: float = 0.0
    jitter_seconds_max: float | None = None

    def add(self, up: bool, latency_seconds: float | None, targets: tuple[Target, ...]) -> None:
        """One reading more."""
        self.count += 1
        self.up_count += up
        self.asked_count += sum(one.asked for one in targets)
        self.answered_count += sum(round(one.asked - one.lost) for one in targets)
        wavered = [one.jitter_seconds for one in targets if one.jitter_seconds is not None]
        if wavered:
            self.jitter_count += 1
            self.jitter_seconds_sum += min(wavered)
            self.jitter_seconds_max = max(min(wavered), self.jitter_seconds_max or 0.0)
        if latency_seconds is None:
            return
        self.latency_count += 1
        self.latency_seconds_sum += latency_seconds
        low, high = self.latency_seconds_min, self.latency_seconds_max
        self.latency_seconds_min = latency_seconds if low is None else min(low, latency_seconds)
        self.latency_seconds_max = latency_seconds if high is None else max(high, latency_seconds)


def _merge(connection: Connection, rows: Sequence[Any]) -> None:
    made: dict[tuple[str, datetime], LineHour] = {}
    for row in rows:
        place = (row.line, row.at.replace(minute=0, second=0, microsecond=0))
        if place not in made:
            made[place] = _held(connection, *place)
        made[place].add(row.up, row.latency_seconds, _TARGETS.decode(row.detail))
    for (line, hour_at), hour in made.items():
        connection.execute(insert(line_hours).values(line=line, hour_at=hour_at, **asdict(hour)))


def _held(connection: Connection, line: str, hour_at: datetime) -> LineHour:
    """What the hour held so far, taken out of the table."""
    here = (line_hours.c.line == line, line_hours.c.hour_at == hour_at)
    row = connection.execute(select(line_hours).where(*here)).first()
    if row is None:
        return LineHour()
    connection.execute(delete(line_hours).where(*here))
    return LineHour(*row[2:])


COURSE = Course("line_hours", line_readings, _merge)
