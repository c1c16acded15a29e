"""The statements that every report goes through, run by the driver itself: Core costs four times as much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector.store.columns import EPOCH

Key = tuple[str, str, int]
"""(agent, epoch, seq): one row each."""

SEEN = "UPDATE agents SET last_report_at = ? WHERE id = ?"
COUNTED = "UPDATE epochs SET highest_seq = ?, restored_at = NULL WHERE agent = ? AND epoch = ?"
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
    connection.exec_driver_sql(_for(connection, SEEN), rows)


def mark_counted(connection: Connection, highest: Mapping[tuple[str, str], int]) -> None:
    """Set the highest number that came of each (agent, epoch)."""
    rows = [(seq, agent, epoch) for (agent, epoch), seq in sorted(highest.items())]
    if rows:
        connection.exec_driver_sql(_for(connection, COUNTED), rows)


def add(
    connection: Connection,
    rows: Iterable[tuple[str, str, int, str, datetime, datetime, str, bytes]],
) -> dict[Key, int]:
    """Insert rows in the order of ADD's columns; the numbers of those that were not there before.

    `executemany` returns nothing, so the new rows are those past the highest number. Nobody else
    adds rows of these agents meanwhile: the caller holds their lock.
    """
    before = connection.exec_driver_sql(_for(connection, BEFORE)).scalar_one()
    given = [
        (agent, epoch, seq, kind, _micros(at), _micros(received_at), body, sha256)
        for agent, epoch, seq, kind, at, received_at, body, sha256 in rows
    ]
    if given:
        connection.exec_driver_sql(_for(connection, ADD), given)
    sent = {row[0] for row in given}
    added = connection.exec_driver_sql(_for(connection, ADDED), (before,))
    return {(row.agent, row.epoch, row.seq): row.id for row in added if row.agent in sent}


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
    if rows:  # an empty list would be run as a statement without values
        connection.exec_driver_sql(_for(connection, MOVE), rows)


def _for(connection: Connection, statement: str) -> str:
    """The same text for both drivers but for the sign of a parameter."""
    return statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")


def _micros(instant: datetime) -> int:
    """As `store.columns.Instant` keeps it."""
    return (instant - EPOCH) // timedelta(microseconds=1)
