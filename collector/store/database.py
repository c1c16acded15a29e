"""Opens the database, and hands out the two kinds of transaction: one that reads, one that writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged survives a power cut
    "busy_timeout=10000",  # serving and duties take turns
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",  # short stalls: checkpoints, not CPU, set the slowest answers
)


@dataclass(frozen=True)
class Store:
    """One database. `read` sees one moment; `write` is whole or not at all."""

    engine: Engine
    fence: Callable[[Connection], None] | None = None
    """Looked at last in each transaction that writes: it raises where this process may no longer."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees the same moment throughout."""
        with self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":  # SQLite's readers do so by themselves
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; it is durable when the block has been left."""
        with self.engine.connect().execution_options(write=True) as connection, connection.begin():
            yield connection
            if self.fence is not None:
                self.fence(connection)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def connect(url: str) -> Store:
    """Open a database by its SQLAlchemy URL, without looking at its schema."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, hide_parameters=True)  # an error's words go to the log
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_settings)
        event.listen(engine, "begin", _sqlite_begin)
    return Store(engine)


def _sqlite_settings(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # our BEGIN, not the driver's late and guessed one
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    # A write lock taken at the start can wait; one taken half way through can only fail.
    mode = "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN"
    connection.exec_driver_sql(mode)
