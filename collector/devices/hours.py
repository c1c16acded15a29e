"""Keeps each hour of a device's figures as one row, for as long as plans look back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from collector.devices.tables import device_hours, device_latest, device_readings
from collector.devices.trend import Point, days_to_empty
from collector.hourly import Course
from collector.store.database import Store

TREND_OVER = timedelta(days=60)
_FIGURES = msgspec.json.Decoder(dict[str, float])


def _summed(rows: Any) -> dict[tuple[str, str, datetime], list[float]]:
    found: dict[tuple[str, str, datetime], list[float]] = {}
    for row in rows:
        hour_at = row.at.replace(minute=0, second=0, microsecond=0)
        told = _FIGURES.decode(row.figures) if row.figures else {}
        for figure, value in (("up", float(row.up)), *told.items()):
            found.setdefault((row.device, figure, hour_at), []).append(value)
    return found


def _merge(connection: Connection, rows: Sequence[Any]) -> None:
    for key, values in _summed(rows).items():
        _add(connection, key, values)


def _add(connection: Connection, key: tuple[str, str, datetime], values: list[float]) -> None:
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


COURSE = Course("device_hours", device_readings, _merge)
