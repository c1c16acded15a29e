"""Migrations: the same schema as the tables say, whole or not at all, on both databases."""

from __future__ import annotations

import signal
import subprocess  # noqa: TID251 - the migration that is killed runs in a process of its own
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

# Each package adds its tables to METADATA when it is imported.
import alerts.tables  # noqa: F401
import backup.tables  # noqa: F401
import collector.devices.tables
import collector.escrow.tables
import collector.lines.tables
import collector.store.tables
import collector.summary.tables  # noqa: F401
import console.tables  # noqa: F401
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.migrate import SchemaError, configuration, migrate

KILLED_HALF_WAY = """
import os, signal, sys
from sqlalchemy import event
from collector.store.database import connect
from collector.store.migrate import migrate

store, tables = connect(sys.argv[1]), []

@event.listens_for(store.engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    if statement.strip().startswith("CREATE TABLE"):
        tables.append(statement)
    if len(tables) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

migrate(store)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/wardwatch.sqlite"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def empty(url: str) -> Iterator[Store]:
    store = connect(url)
    yield store
    store.close()


def test_the_migrated_schema_is_the_one_that_the_tables_describe(empty: Store) -> None:
    migrate(empty)
    with empty.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_second_start_finds_nothing_to_migrate(empty: Store) -> None:
    migrate(empty)
    migrate(empty)
    with empty.read() as connection:
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)


@pytest.mark.parametrize("tables", [7, len(METADATA.tables)])
def test_a_migration_killed_half_way_leaves_the_schema_of_before(url: str, tables: int) -> None:
    program = [sys.executable, "-c", KILLED_HALF_WAY, url, str(tables)]
    done = subprocess.run(program, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    store = connect(url)
    with store.read() as connection:
        assert not set(inspect(connection).get_table_names()) & set(METADATA.tables)
    migrate(store)
    with store.read() as connection:
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)
    store.close()


def test_the_second_migration_killed_half_way_leaves_the_first_with_its_rows(url: str) -> None:
    store = connect(url)
    _at_0001(store)
    tables = "6"  # of those that the second migration makes
    program = [sys.executable, "-c", KILLED_HALF_WAY, url, tables]
    assert subprocess.run(program, timeout=60, check=False).returncode == -signal.SIGKILL
    with store.read() as connection:
        assert not inspect(connection).has_table("inventory_known")
        assert connection.execute(text("SELECT id FROM agents")).scalars().all() == ["a1"]
    migrate(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT id FROM agents")).scalars().all() == ["a1"]
    store.close()


def test_numbers_of_before_the_count_are_not_said_to_be_missing(empty: Store) -> None:
    _at_0001(empty)
    migrate(empty)
    with empty.read() as connection:
        rows = connection.execute(
            text("SELECT epoch, highest_seq, counted_from_seq FROM epochs ORDER BY epoch")
        )
        assert rows.all() == [("e1", 7, 8), ("e2", 0, 1)]


def test_reports_keep_their_numbers_when_their_keys_become_narrow(empty: Store) -> None:
    _at_0001(empty)
    with empty.write() as connection:
        command.upgrade(configuration(connection), "0006")
        connection.execute(text("UPDATE agents SET last_report_at = 5000000"))
        connection.execute(
            text(
                "INSERT INTO latest (agent, kind, ordinal, seq, report, at, received_at, body)"
                " SELECT agent, kind, 1, seq, id, at, received_at, body FROM reports WHERE seq = 7"
            )
        )
        before = connection.execute(text("SELECT id, epoch, seq, body, sha256 FROM reports")).all()
        newest = max(row.id for row in before)
        connection.execute(text("DELETE FROM reports WHERE seq = 7"))
    migrate(empty)
    with empty.write() as connection:
        after = connection.execute(text("SELECT id, epoch, seq, body, sha256 FROM reports")).all()
        assert after == [row for row in before if row.seq != 7]
        heard = connection.execute(text("SELECT epoch, last_report_at FROM epochs ORDER BY epoch"))
        assert heard.all() == [("e1", None), ("e2", 5_000_000)]
        assert connection.execute(text("SELECT report FROM latest")).scalar_one() == newest
        stream = connection.execute(text("SELECT id FROM epochs WHERE epoch = 'e1'")).scalar_one()
        added = connection.execute(
            text(
                "INSERT INTO reports"
                " (stream, agent, epoch, seq, kind, at, received_at, body, sha256)"
                " VALUES (:stream, 'a1', 'e1', 8, 'load', 0, 0, '{}', :hash) RETURNING id"
            ),
            {"stream": stream, "hash": b"h"},
        )
        assert added.scalar_one() > newest


def _at_0001(store: Store) -> None:
    """A database as the first version left it: an agent, whose loads were pruned but for two."""
    with store.write() as connection:
        command.upgrade(configuration(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO agents (id, key_hash, state, hostname, joined_at)"
                " VALUES ('a1', :key, 'approved', 'MAY-01', 0)"
            ),
            {"key": b"k"},
        )
        for ordinal, epoch in enumerate(("e1", "e2"), start=1):
            connection.execute(
                text(
                    "INSERT INTO epochs (agent, epoch, ordinal, first_received_at)"
                    " VALUES ('a1', :epoch, :ordinal, 0)"
                ),
                {"epoch": epoch, "ordinal": ordinal},
            )
        for seq in (3, 7):
            connection.execute(
                text(
                    "INSERT INTO reports (agent, epoch, seq, kind, at, received_at, body, sha256)"
                    " VALUES ('a1', 'e1', :seq, 'load', 0, 0, '{}', :hash)"
                ),
                {"seq": seq, "hash": b"h"},
            )


def test_a_database_of_a_newer_version_is_left_alone_and_said_so(empty: Store) -> None:
    migrate(empty)
    with empty.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="written by a newer one"):
        migrate(empty)


def test_a_database_of_somebody_else_is_left_alone_and_said_so(empty: Store) -> None:
    with empty.write() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises(SchemaError, match="did not make"):
        migrate(empty)
