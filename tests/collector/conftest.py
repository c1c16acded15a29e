"""Real parts for the collector's tests: both databases, a small office, a served collector."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess  # noqa: TID251 - the tests start the PostgreSQL that they ask
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from collector.inventory.model import Inventory
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from tests.collector.office import OFFICE

POSTGRES = Path("/usr/lib/postgresql")


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(POSTGRES.glob(f"*/bin/{name}"), reverse=True)), None
    )
    assert found is not None, f"PostgreSQL's {name} is missing: install postgresql"
    return found


def _as_server(*words: str) -> None:
    """PostgreSQL refuses to run as root."""
    prefix = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run((*prefix, *words), check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A private PostgreSQL on a unix socket; gives the URL of its database `postgres`."""
    # A short path: a unix socket's name has room for 107 bytes.
    with tempfile.TemporaryDirectory(prefix="ww-pg-", dir="/tmp") as name:
        folder = Path(name)
        user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        if os.geteuid() == 0:
            shutil.chown(folder, user)
        data, log = str(folder / "data"), str(folder / "log")
        _as_server(_program("initdb"), "-D", data, "-A", "trust", "-U", user, "-E", "UTF8", "-N")
        options = f"-k {folder} -c listen_addresses= -c max_connections=40 -c shared_buffers=16MB"
        start = ("-D", data, "-l", log, "-w", "-o", options, "start")
        _as_server(_program("pg_ctl"), *start)
        try:
            yield f"postgresql://{user}@/postgres?host={folder}"
        finally:
            _as_server(_program("pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """An empty database of its own."""
    server = create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"))
    database = f"t{os.urandom(6).hex()}"
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {database}"))
    yield postgres.replace("/postgres?", f"/{database}?")
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """The same test on both databases."""
    url = (
        f"sqlite:///{tmp_path}/wardwatch.sqlite"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    opened = connect(url)
    METADATA.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def inventory() -> Inventory:
    return OFFICE


@pytest.fixture
def noon() -> datetime:
    """A Monday, 12:00 in UTC: 19:00 in Việt Nam, when the office is closed."""
    return datetime(2026, 11, 23, 12, tzinfo=UTC)
