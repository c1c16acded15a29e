"""A copy of every table in one SQLite file, from either database and back into either."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text

from collector.store.database import Store, connect
from collector.store.migrate import SchemaError, migrate

AT_ONCE = 2_000


class CopyError(Exception):
    """The copy is not whole, in words for the operator."""


def copy_out(store: Store, into: Path) -> None:
    """One moment of the database as a file; whoever reports meanwhile does not wait.

    SQLite's own online copy, or all tables of one PostgreSQL snapshot row by row.
    """
    if store.engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(str(store.engine.url.database))) as source,
            closing(sqlite3.connect(into)) as target,
        ):
            source.backup(target)
    else:
        copy = connect(f"sqlite:///{into}")
        try:
            migrate(copy)
            _copy(store, copy)
        finally:
            copy.close()
    with closing(sqlite3.connect(into)) as target:
        target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def check(file: Path) -> None:
    """Raises CopyError where a page of the copy is damaged or no wardwatch wrote it."""
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        ) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise CopyError(f"{file.name} is no database of wardwatch: {error}") from error
    if said != ["ok"]:
        raise CopyError(f"{file.name} is damaged: {said[0]}")


def copy_in(file: Path, store: Store) -> None:
    """Fill an empty database from a copy, and go on counting where the copy stood."""
    with store.read() as connection:
        if inspect(connection).get_table_names():
            raise CopyError("the database to restore into is not empty: name an empty one")
    source = connect(f"sqlite:///{file}")
    try:
        migrate(source)  # the copy may be of an older version
        migrate(store)
        _copy(source, store)
    except SchemaError as error:
        raise CopyError(str(error)) from error
    finally:
        source.close()


def _copy(source: Store, target: Store) -> None:
    """All rows of all tables, between two databases of the same schema."""
    with source.read() as reading, target.write() as writing:
        theirs, ours = MetaData(), MetaData()
        theirs.reflect(reading)
        ours.reflect(writing)
        for table in ours.sorted_tables:
            if table.name == "alembic_version":
                continue
            _rows(reading, writing, theirs.tables[table.name], table)
            if writing.dialect.name == "postgresql":
                _go_on(writing, table)


def _rows(reading: Connection, writing: Connection, theirs: Table, ours: Table) -> None:
    # A row that points to another of its own table may come before it: pointed out afterwards.
    own = [key.parent.name for key in ours.foreign_keys if key.column.table is ours]
    later: list[dict[str, Any]] = []
    rows = reading.execution_options(yield_per=AT_ONCE).execute(select(theirs))
    for page in rows.mappings().partitions(AT_ONCE):
        given = [dict(row) for row in page]
        later += [row for row in given if any(row[name] is not None for name in own)]
        bare = dict.fromkeys(own)
        writing.execute(ours.insert(), [{**row, **bare} for row in given])
    for row in later:
        here = [column == row[column.name] for column in ours.primary_key.columns]
        writing.execute(ours.update().where(*here).values({name: row[name] for name in own}))


def _go_on(writing: Connection, table: Table) -> None:
    """A row's number that was given is never given again."""
    column = table.autoincrement_column
    if column is None:
        return
    named = text("SELECT pg_get_serial_sequence(:table, :column)")
    sequence = writing.execute(named, {"table": table.name, "column": column.name}).scalar()
    last = writing.execute(select(func.max(column))).scalar()
    if sequence is not None and last is not None:
        writing.execute(select(func.setval(sequence, last)))
