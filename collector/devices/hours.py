"""Keeps each hour of a device's figures as one row, for as long as plans look back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from collector import progress
from collector.devices.tables import device_hours, device_latest, device_readings
from collector.devices.trend import Point, days_to_empty
from collector.store.database import Store

NAME = "device_hours"
SETTLED = timedelta(minutes=10)
"""PostgreSQL may show a row after one with a greater number; no commit takes as long as this."""
TREND_OVER = timedelta(days=60)
_FIGURES = msgspec.json.Decoder(dict[str, float])


def roll_up(store: Store, now: datetime, at_once: int) -> int:
    """Add what was read since the last time to its hours, each reading exactly once."""
    taken = 0
    while True:
        with store.read() as connection:
            start = progress.reached(connection, NAME)
            rows = connection.execute(
                select(device_readings)
                .where(device_readings.c.id > start, device_readings.c.at < now - SETTLED)
                .order_by(device_readings.c.id)
                .limit(at_once)
            ).all()
        if not rows:
            return taken
        with store.write() as connection:
            if progress.move(connection, NAME, start, rows[-1].id):
                for key, values in _summed(rows).items():
                    _merge(connection, key, values)
                taken += len(rows)


def _summed(rows: Any) -> dict[tuple[str, str, datetime], list[float]]:
    found: dict[tuple[str, str, datetime], list[float]] = {}
    for row in rows:
        hour_at = row.at.replace(minute=0, second=0, microsecond=0)
        told = _FIGURES.decode(row.figures) if row.figures else {}
        for figure, value in (("up", float(row.up)), *told.items()):
            found.setdefault((row.device, figure, hour_at), []).append(value)
    return found


def _merge(connection: Connection, key: tuple[str, str, datetime], values: list[float]) -> None:
    device, figure, hour_at = key
    here = (
        device_hours.c.device == device,
        device_hours.c.figure == figure,
        device_hours.c.hour_at == hour_at,
    )
    held = connection.execute(select(device_hours).where(*here)).first()
    new = {
        "samples": len(values) + (held.samples if held else 0),
        "total": sum(values) + (held.total if held else 0),
        "least": min([*values, *([held.least] if held else [])]),
        "most": max([*values, *([held.most] if held else [])]),
        "last": values[-1],
    }
    if held is None:
        row = {"device": device, "figure": figure, "hour_at": hour_at}
        connection.execute(insert(device_hours).values(**row, **new))
    else:
        connection.execute(update(device_hours).where(*here).values(**new))


def points(connection: Connection, device: str, since: datetime) -> dict[str, list[Point]]:
    """Every figure of one device since then, oldest first; of an hour its last value."""
    found: dict[str, list[Point]] = {}
    rows = connection.execute(
        select(device_hours.c.figure, device_hours.c.hour_at, device_hours.c.last)
        .where(device_hours.c.device == device, device_hours.c.hour_at >= since)
        .order_by(device_hours.c.hour_at)
    )
    for figure, hour_at, last in rows:
        found.setdefault(figure, []).append(Point(hour_at, last))
    return found


def foresee(store: Store, now: datetime) -> None:
    """Write down by each device's hours in how many days its supplies will be empty."""
    with store.read() as connection:
        devices = connection.execute(select(device_latest.c.device)).scalars().all()
        told = {one: points(connection, one, now - TREND_OVER) for one in devices}
    with store.write() as connection:
        for device, known in told.items():
            days = {
                figure.removeprefix("supply/"): found
                for figure, line in known.items()
                if figure.startswith("supply/") and (found := days_to_empty(line)) is not None
            }
            trend = msgspec.json.encode(days).decode()
            here = device_latest.c.device == device
            connection.execute(update(device_latest).where(here).values(trend=trend))


def forget(connection: Connection, before: datetime) -> int:
    """Let go of hours from before then; returns how many."""
    return connection.execute(delete(device_hours).where(device_hours.c.hour_at < before)).rowcount


def prune(store: Store, before: datetime, at_once: int = 500) -> int:
    """Forget the readings from before then that are in their hour; returns how many."""
    gone = 0
    with store.read() as connection:
        rolled_up_to = progress.reached(connection, NAME)
        oldest = connection.execute(select(func.min(device_readings.c.id))).scalar_one()
    while oldest is not None:
        with store.write() as connection:
            old = connection.execute(
                select(device_readings.c.id)
                .where(device_readings.c.at < before, device_readings.c.id <= rolled_up_to)
                .limit(at_once)
            )
            numbers = list(old.scalars())
            connection.execute(delete(device_readings).where(device_readings.c.id.in_(numbers)))
        gone += len(numbers)
        if len(numbers) < at_once:
            break
    return gone
