"""The statements that every report goes through, run by the driver itself: Core costs four times as much.

On SQLite many rows go in one statement: between two steps of a statement Python's lock changes
hands, and the thread that serves the connections would keep it. PostgreSQL takes a column at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from collector.counting import Count
from collector.quarantine import TAKEN
from collector.store.columns import EPOCH

Key = tuple[str, str, int]
"""(agent, epoch, seq): one row each."""
Epoch = tuple[str, str]
"""(agent, epoch)"""

NAMED = "IN (SELECT value FROM json_each(?))"
NAMED_POSTGRESQL = "= ANY(%s)"
# In one order for all: groups of several processes cannot lock each other out, and an agent's
# epochs are counted by one at a time. SQLite has one writer, and no locks of rows.
AGENTS = (
    "SELECT id, asset, state FROM agents WHERE id {names} AND state IN ({states}) ORDER BY id{lock}"
)
EPOCHS = (
    "SELECT agent, epoch, id, ordinal, highest_seq, counted_from_seq, machine,"
    " restored_at IS NOT NULL FROM epochs WHERE agent {names}"
)
ASKED = "SELECT 1 FROM asks WHERE asset {names} AND handed_at IS NULL AND done_at IS NULL LIMIT 1"
BEGIN = "INSERT INTO epochs (agent, epoch, ordinal, first_received_at) {rows}"
COUNTED = (
    "UPDATE epochs SET last_report_at = new.column1, restored_at ="
    " CASE WHEN epochs.highest_seq < new.column2 THEN NULL ELSE epochs.restored_at END,"
    " highest_seq = new.column2 FROM {rows} WHERE epochs.id = new.column3"
)
ADD = (
    "INSERT INTO reports (stream, agent, epoch, seq, kind, at, received_at, body, sha256)"
    " {rows} ON CONFLICT (stream, seq) DO NOTHING"
)
BEFORE = "SELECT coalesce(max(id), 0) FROM reports"
ADDED = "SELECT id, agent, epoch, seq FROM reports WHERE id > ?"
MOVE = (
    "INSERT INTO latest (agent, kind, ordinal, seq, report) {rows} ON CONFLICT (agent, kind)"
    " DO UPDATE SET ordinal = excluded.ordinal, seq = excluded.seq, report = excluded.report"
    " WHERE (latest.ordinal, latest.seq) < (excluded.ordinal, excluded.seq)"
)
SIZES = (256, 64, 16, 4, 1)
"""Rows in one statement: few different texts, which the driver keeps compiled; 256 rows of nine
values stay far below SQLite's 32,766."""


class Agent(NamedTuple):
    """What the writer needs of an agent whose reports are taken."""

    asset: str | None
    state: str


class Known(Struct, frozen=True):
    """An epoch as the store holds it."""

    id: int
    ordinal: int
    count: Count
    machine: str | None = None


class Newest(NamedTuple):
    """What `latest` is to hold of one agent and kind, unless it holds something later."""

    agent: str
    kind: str
    ordinal: int
    seq: int
    report: int


def lock(connection: Connection, names: Collection[str]) -> dict[str, Agent]:
    """Those of these agents whose reports are taken, held until the transaction ends."""
    states = ", ".join([f"'{state}'" for state in TAKEN])
    end = "" if _on_sqlite(connection) else " FOR UPDATE"
    found = _asked(connection, AGENTS, names, states=states, lock=end)
    return {agent: Agent(asset, state) for agent, asset, state in found}


def epochs(connection: Connection, names: Collection[str]) -> dict[Epoch, Known]:
    """The epochs of these agents, their missing numbers not read yet."""
    return {
        (agent, epoch): Known(
            number, ordinal, Count(highest, counted_from, restored=bool(restored)), machine
        )
        for agent, epoch, number, ordinal, highest, counted_from, machine, restored in _asked(
            connection, EPOCHS, names
        )
    }


def begin(connection: Connection, met: Mapping[Epoch, tuple[int, datetime]]) -> dict[Epoch, Known]:
    """Epochs that the collector meets for the first time: by each its ordinal, and when it came."""
    if not met:
        return {}
    rows = [(*epoch, ordinal, _micros(at)) for epoch, (ordinal, at) in met.items()]
    if _on_sqlite(connection):
        first = _run(connection, BEGIN, "VALUES {groups}", rows)[1] - len(rows) + 1
        begun = {(row[0], row[1]): first + n for n, row in enumerate(rows)}
    else:
        types = _unnested(("text", "text", "int", "bigint"))
        told = _run_columns(connection, f"{BEGIN} RETURNING id, agent, epoch", types, rows)
        begun = {(agent, epoch): number for number, agent, epoch in told.all()}
    return {epoch: Known(begun[epoch], ordinal, Count()) for epoch, (ordinal, _) in met.items()}


def anything_asked(connection: Connection, assets: Collection[str]) -> bool:
    """Whether any of these assets has an ask that was not handed over: seldom."""
    return bool(_asked(connection, ASKED, assets))


def mark_counted(connection: Connection, heard: Mapping[int, tuple[datetime, int]]) -> None:
    """Set by epoch when it was last heard, and the highest number that came of it."""
    rows = [(_micros(at), seq, number) for number, (at, seq) in sorted(heard.items())]
    if _on_sqlite(connection):
        _run(connection, COUNTED, "(VALUES {groups}) AS new", rows)
    else:
        columns = f"({_unnested(('bigint',) * 3)}) AS new (column1, column2, column3)"
        _run_columns(connection, COUNTED, columns, rows)


def add(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> dict[Key, int]:
    """Insert rows in the order of ADD's columns; the numbers of those that were not there before.

    Nobody else adds rows of these agents meanwhile: the caller holds their lock.
    """
    if not rows:
        return {}
    given = [
        (stream, agent, epoch, seq, kind, _micros(at), _micros(received_at), body, sha256)
        for stream, agent, epoch, seq, kind, at, received_at, body, sha256 in rows
    ]
    if not _on_sqlite(connection):
        types = ("bigint", "text", "text", "bigint", "text", "bigint", "bigint", "text", "bytea")
        asked = f"{ADD} RETURNING id, agent, epoch, seq"
        added = _run_columns(connection, asked, _unnested(types), given).all()
        return {(agent, epoch, seq): number for number, agent, epoch, seq in added}
    before = connection.exec_driver_sql(BEFORE).scalar_one()
    changed, last = _run(connection, ADD, "VALUES {groups}", given)
    if changed == len(given):
        # One writer, and numbers in a row: nothing needs to be read back.
        first = last - len(given) + 1
        return {(row[1], row[2], row[3]): first + n for n, row in enumerate(given)}
    found = connection.exec_driver_sql(ADDED, (before,))
    return {(agent, epoch, seq): number for number, agent, epoch, seq in found}


def move(connection: Connection, newest: Iterable[Newest]) -> None:
    """Let `latest` move on to a greater (ordinal of the epoch, seq), and never back."""
    rows = list(newest)
    if _on_sqlite(connection):
        _run(connection, MOVE, "VALUES {groups}", rows)
    else:
        types = ("text", "text", "int", "bigint", "bigint")
        _run_columns(connection, MOVE, _unnested(types), rows)


def _on_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _asked(
    connection: Connection, statement: str, names: Collection[str], **more: str
) -> Sequence[Any]:
    """One parameter for many names, as `collector.store.among` does it."""
    listed = sorted(names)
    if _on_sqlite(connection):
        told: Any = msgspec.json.encode(listed).decode()
        words = statement.format(names=NAMED, **more)
    else:
        told, words = listed, statement.format(names=NAMED_POSTGRESQL, **more)
    return connection.exec_driver_sql(words, (told,)).all()


def _run(
    connection: Connection, statement: str, groups: str, rows: Sequence[tuple[Any, ...]]
) -> tuple[int, int]:
    """Run a statement for all rows on SQLite: how many it changed, and the newest row's number."""
    changed, last, start = 0, 0, 0
    for size in SIZES:
        while len(rows) - start >= size:
            values = tuple([value for row in rows[start : start + size] for value in row])
            words = _worded(statement, groups, size, len(rows[0]))
            done = connection.exec_driver_sql(words, values)
            changed, last, start = changed + done.rowcount, done.lastrowid, start + size
    return changed, last


def _run_columns(
    connection: Connection, statement: str, columns: str, rows: Sequence[tuple[Any, ...]]
) -> Any:
    """Run a statement for all rows on PostgreSQL, each column as one array."""
    arrays = tuple([list(column) for column in zip(*rows, strict=True)])
    return connection.exec_driver_sql(statement.format(rows=columns), arrays) if rows else None


def _unnested(types: Iterable[str]) -> str:
    return f"SELECT * FROM unnest({', '.join([f'%s::{one}[]' for one in types])})"  # noqa: S608


@cache
def _worded(statement: str, groups: str, times: int, width: int) -> str:
    """The statement with its group of values so many times."""
    group = f"({', '.join('?' * width)})"
    return statement.format(rows=groups.format(groups=", ".join([group] * times)))


def _micros(instant: datetime) -> int:
    """As `store.columns.Instant` keeps it."""
    since = instant - EPOCH  # in whole numbers, as `//` does, at a third of its cost
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
