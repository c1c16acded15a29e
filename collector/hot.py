"""The statements that every report goes through, run by the driver itself: Core costs four times as much.

On SQLite many rows go in one statement: between two steps of a statement Python's lock changes
hands, and the thread that serves the connections would keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection

from collector.store.columns import EPOCH

Key = tuple[str, str, int]
"""(agent, epoch, seq): one row each."""

SEEN = "UPDATE agents SET last_report_at = ? WHERE id = ?"
SEEN_MANY = (
    "UPDATE agents SET last_report_at = new.column1"
    " FROM (VALUES (?, ?)) AS new WHERE id = new.column2"
)
COUNTED = "UPDATE epochs SET highest_seq = ?, restored_at = NULL WHERE agent = ? AND epoch = ?"
COUNTED_MANY = (
    "UPDATE epochs SET highest_seq = new.column1, restored_at = NULL"
    " FROM (VALUES (?, ?, ?)) AS new WHERE agent = new.column2 AND epoch = new.column3"
)
BEFORE = "SELECT coalesce(max(id), 0) FROM reports"
ADD = (
    "INSERT INTO reports (agent, epoch, seq, kind, at, received_at, body, sha256)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent, epoch, seq) DO NOTHING"
)
ADDED = "SELECT id, agent, epoch, seq FROM reports WHERE id > ?"
MOVE = (
    "INSERT INTO latest (agent, kind, ordinal, seq, report, at, received_at, body)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (agent, kind) DO UPDATE SET"
    " ordinal = excluded.ordinal, seq = excluded.seq, report = excluded.report,"
    " at = excluded.at, received_at = excluded.received_at, body = excluded.body"
    " WHERE (latest.ordinal, latest.seq) < (excluded.ordinal, excluded.seq)"
)
SIZES = (256, 64, 16, 4, 1)
"""Rows in one statement: few different texts, which the driver keeps compiled; 256 rows of eight
values stay far below SQLite's 32,766."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What `latest` is to hold of one agent and kind, unless it holds something later."""

    agent: str
    kind: str
    ordinal: int
    seq: int
    report: int
    at: datetime
    received_at: datetime
    body: str


def mark_seen(connection: Connection, seen: Mapping[str, datetime]) -> None:
    """Set when each agent was last heard."""
    rows = [(_micros(at), agent) for agent, at in sorted(seen.items())]
    _run(connection, SEEN, SEEN_MANY, rows)


def mark_counted(connection: Connection, highest: Mapping[tuple[str, str], int]) -> None:
    """Set the highest number that came of each (agent, epoch)."""
    rows = [(seq, agent, epoch) for (agent, epoch), seq in sorted(highest.items())]
    _run(connection, COUNTED, COUNTED_MANY, rows)


def add(
    connection: Connection,
    rows: Iterable[tuple[str, str, int, str, datetime, datetime, str, bytes]],
) -> dict[Key, int]:
    """Insert rows in the order of ADD's columns; the numbers of those that were not there before.

    Nobody else adds rows of these agents meanwhile: the caller holds their lock.
    """
    given = [
        (agent, epoch, seq, kind, _micros(at), _micros(received_at), body, sha256)
        for agent, epoch, seq, kind, at, received_at, body, sha256 in rows
    ]
    # `executemany` returns nothing, so the new rows are those past the highest number.
    before = connection.exec_driver_sql(_for(connection, BEFORE)).scalar_one()
    added, last = _run(connection, ADD, ADD, given)
    if last is not None and added == len(given):
        # SQLite has one writer and numbers in a row: nothing needs to be read back.
        first = last - len(given) + 1
        return {(row[0], row[1], row[2]): first + n for n, row in enumerate(given)}
    sent = {row[0] for row in given}
    found = connection.exec_driver_sql(_for(connection, ADDED), (before,))
    return {(row.agent, row.epoch, row.seq): row.id for row in found if row.agent in sent}


def move(connection: Connection, newest: Iterable[Newest]) -> None:
    """Let `latest` move on to a greater (ordinal of the epoch, seq), and never back."""
    rows = [
        (
            one.agent,
            one.kind,
            one.ordinal,
            one.seq,
            one.report,
            _micros(one.at),
            _micros(one.received_at),
            one.body,
        )
        for one in newest
    ]
    _run(connection, MOVE, MOVE, rows)


def _run(
    connection: Connection, one: str, many: str, rows: list[tuple[Any, ...]]
) -> tuple[int, int | None]:
    """Run a statement for every row: how many rows it changed, and SQLite's newest row number."""
    if connection.dialect.name != "sqlite":
        if rows:  # an empty list would be run as a statement without values
            connection.exec_driver_sql(_for(connection, one), rows)
        return 0, None
    changed, last, start = 0, None, 0
    for size in SIZES:
        while len(rows) - start >= size:
            values = tuple([value for row in rows[start : start + size] for value in row])
            done = connection.exec_driver_sql(_repeated(many, size), values)
            changed, last, start = changed + done.rowcount, done.lastrowid, start + size
    return changed, last


@cache
def _repeated(statement: str, times: int) -> str:
    """The statement with its group of values so many times."""
    head, _, tail = statement.partition("(?")
    group, _, tail = tail.partition(")")
    return head + ", ".join([f"(?{group})"] * times) + tail


def _for(connection: Connection, statement: str) -> str:
    """The same text for both drivers but for the sign of a parameter."""
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")


def _micros(instant: datetime) -> int:
    """As `store.columns.Instant` keeps it."""
    since = instant - EPOCH  # in whole numbers, as `//` does, at a third of its cost
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
