"""Migrations: the same schema as the tables say, whole or not at all, on both databases."""

from __future__ import annotations

import signal
import subprocess  # noqa: TID251 - the migration that is killed runs in a process of its own
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

# Each package adds its tables to METADATA when it is imported.
import alerts.tables  # noqa: F401
import backup.tables  # noqa: F401
import collector.store.tables  # noqa: F401
import console.tables  # noqa: F401
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.migrate import SchemaError, migrate

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
    if len(tables) == 7:
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


def test_a_migration_killed_half_way_leaves_the_schema_of_before(url: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED_HALF_WAY, url], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    store = connect(url)
    with store.read() as connection:
        assert not set(inspect(connection).get_table_names()) & set(METADATA.tables)
    migrate(store)
    with store.read() as connection:
        assert set(inspect(connection).get_table_names()) >= set(METADATA.tables)
    store.close()


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
