"""Opens a spool that may be damaged: what is no spool is put aside, and its loss declared."""

from __future__ import annotations

import sqlite3

from agent import spool_limits
from agent.spool import Place, Spool, SpoolError


def recovered(path: Place, at: str) -> Spool:
    """Open the spool; a file that is none is put aside, and its loss declared in a new epoch."""
    try:
        return Spool(path)
    except SpoolError as problem:
        if not isinstance(problem.__cause__, sqlite3.DatabaseError) or isinstance(
            problem.__cause__, sqlite3.OperationalError
        ):
            raise  # a full disk or a lock is no reason to give up what the file holds
        _put_aside(path)
        spool = Spool(path)
        loss = spool_limits.Loss(None, None, None, f"the spool could not be read: {problem}")
        spool.append("loss", loss.section(), at=at)
        return spool


def _put_aside(place: Place) -> None:
    from pathlib import Path  # noqa: PLC0415 - half a mebibyte, for what hardly ever happens

    path = Path(place)
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(path.with_name(f"{path.name}.damaged{suffix}"))
