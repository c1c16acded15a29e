"""Makes a collector again on a fresh machine from the copy of its state."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from backup import own, tables_copy
from backup.answers import nanoseconds
from backup.own import DATABASE, Manifest, OwnError
from backup.restic import Restic, ResticError
from collector import audit
from collector.store.database import Store, connect
from collector.store.migrate import SchemaError, migrate
from collector.store.tables import agents, epochs, leases, replicas

FETCHED = "fetched"


def fetch(location: str, password_file: Path, snapshot: str | None, into: Path) -> Path:
    """Restore the newest copy, or the named one, below a new folder. Raises OwnError."""
    restic = Restic(location, password_file)
    try:
        known = restic.snapshots(own.TAG)
        if snapshot is not None:
            known = tuple(one for one in known if one.id.startswith(snapshot))
        if not known:
            raise OwnError(f"{location} holds no such copy of a collector's state")
        # Their times are the old collector's own: it alone wrote them.
        newest = max(known, key=lambda one: nanoseconds(one.at) or 0)
        restic.restore(newest.id, into)
    except ResticError as error:
        raise OwnError(str(error)) from error
    return own.found(into)


def bring_back(
    copy: Path, folder: Path, database: str | None, now: datetime
) -> tuple[Manifest, int]:
    """Make the state folder and the database as they were; the copy, and how many agents go on.

    `folder` holds nothing but what was fetched; `database` is an empty PostgreSQL, or None for
    SQLite in the folder. Raises OwnError; what was laid out so far is then taken away again.
    """
    told = own.check(copy)
    try:
        if any(path.name != FETCHED for path in folder.iterdir()):
            raise OwnError(f"{folder} is not empty: nothing was changed in it")
    except OSError as error:
        raise OwnError(f"{error.filename}: {error.strerror}") from error
    try:
        _lay_out(copy, folder, told)
        return told, _filled(folder / DATABASE, database, told, now)
    except (tables_copy.CopyError, SchemaError, SQLAlchemyError, OSError) as error:
        _empty(folder)
        raise OwnError(str(getattr(error, "orig", None) or error).splitlines()[0]) from error
    except OwnError:
        _empty(folder)
        raise


def _lay_out(copy: Path, folder: Path, told: Manifest) -> None:
    for name in told.files:
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(copy / name, folder / name)
        (folder / name).chmod(0o600)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _filled(file: Path, database: str | None, told: Manifest, now: datetime) -> int:
    store = connect(database or f"sqlite:///{file.absolute()}")
    try:
        if database is None:
            migrate(store)
        else:
            tables_copy.copy_in(file, store)
            file.unlink()
        return _marked(store, told, now)
    finally:
        store.close()


def _marked(store: Store, told: Manifest, now: datetime) -> int:
    """Written down in the same log: what agents sent since, and let go of, will be a gap with its cause."""
    with store.write() as connection:
        chain = audit.verify(connection)
        if chain.reason is not None or chain.head.hex() != told.audit_head:
            raise OwnError(f"the audit log does not hold: {chain.reason or 'its end is another'}")
        connection.execute(update(epochs).values(restored_at=now))
        for table in (leases, replicas):  # of processes that are no more
            connection.execute(delete(table))
        going_on: int = connection.execute(
            select(func.count()).select_from(agents).where(agents.c.state == "approved")
        ).scalar_one()
        detail: dict[str, str | int | None] = {
            "made_at": told.made_at.isoformat(),
            "agents": going_on,
        }
        audit.append(connection, now, "wardwatch", "state-restored", detail)
    return going_on
