"""Holds: while one is unexplained, no snapshot of its repository is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select, update

from backup.tables import backup_holds
from collector import audit

Cause = Literal["mass-change", "entropy", "canary", "damage", "unknown-snapshot"]
ACTOR = "wardwatch"


@dataclass(frozen=True)
class Hold:
    """One thing that nobody has explained yet."""

    id: int
    repository: str
    set: str | None
    cause: Cause
    detail: str
    since: datetime


def raise_(
    connection: Connection,
    repository: str,
    cause: Cause,
    detail: str,
    now: datetime,
    set_id: str | None = None,
) -> int | None:
    """Hold the repository; None where the same cause holds the same set already."""
    same = [each for each in unexplained(connection, repository) if each.cause == cause]
    if any(each.set == set_id for each in same):
        return None
    values = {"repository": repository, "set_id": set_id, "cause": cause, "detail": detail}
    number: int = connection.execute(
        insert(backup_holds).values(**values, since=now).returning(backup_holds.c.id)
    ).scalar_one()
    audit.append(connection, now, ACTOR, "retention-held", {"hold": number, **values})
    return number


def unexplained(connection: Connection, repository: str | None = None) -> Sequence[Hold]:
    """What holds a repository, or all of them, the oldest first."""
    statement = select(backup_holds).where(backup_holds.c.explained_at.is_(None))
    if repository is not None:
        statement = statement.where(backup_holds.c.repository == repository)
    return [
        Hold(row.id, row.repository, row.set_id, row.cause, row.detail, row.since)
        for row in connection.execute(statement.order_by(backup_holds.c.id))
    ]


def explain(connection: Connection, hold: int, explanation: str, actor: str, now: datetime) -> bool:
    """The officer's word on what happened; False where no such hold is open."""
    done = connection.execute(
        update(backup_holds)
        .where(backup_holds.c.id == hold, backup_holds.c.explained_at.is_(None))
        .values(explained_at=now, explained_by=actor, explanation=explanation)
    )
    if done.rowcount != 1:
        return False
    audit.append(connection, now, actor, "hold-explained", {"hold": hold, "why": explanation})
    return True
