"""Rolls readings up into hours, each exactly once, and forgets those that are in their hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Table, delete, func, select

from collector import progress
from collector.store.database import Store

SETTLED = timedelta(minutes=10)
"""PostgreSQL may show a row after one with a greater number; no commit takes as long as this."""


class Course(Struct, frozen=True):
    """One kind of readings: its rows have an `id` that grows and an instant `at`."""

    name: str
    """Under which its progress is kept."""
    readings: Table
    merge: Callable[[Connection, Sequence[Any]], None]
    """Adds those rows to their hours, within the transaction that notes how far it came."""


def roll_up(store: Store, course: Course, now: datetime, at_once: int) -> int:
    """Add what was read since the last time to its hours, each reading exactly once."""
    taken, table = 0, course.readings
    while True:
        with store.read() as connection:
            start = progress.reached(connection, course.name)
            rows = connection.execute(
                select(table)
                .where(table.c.id > start, table.c.at < now - SETTLED)
                .order_by(table.c.id)
                .limit(at_once)
            ).all()
        if not rows:
            return taken
        with store.write() as connection:
            if progress.move(connection, course.name, start, rows[-1].id):
                course.merge(connection, rows)
                taken += len(rows)


def prune(store: Store, course: Course, before: datetime, at_once: int = 500) -> int:
    """Forget the readings from before then that are in their hour; returns how many.

    Page by page: what is written beside it does not wait behind a year of minutes.
    """
    gone, table = 0, course.readings
    with store.read() as connection:
        rolled_up_to = progress.reached(connection, course.name)
        oldest = connection.execute(select(func.min(table.c.id))).scalar_one()
    while oldest is not None:
        with store.write() as connection:
            old = (
                select(table.c.id)
                .where(table.c.at < before, table.c.id <= rolled_up_to)
                .limit(at_once)
            )
            numbers = list(connection.execute(old).scalars())
            connection.execute(delete(table).where(table.c.id.in_(numbers)))
        gone += len(numbers)
        if len(numbers) < at_once:
            break
    return gone
