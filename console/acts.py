"""The audit log as people read it: newest first, one page at a time, with the state of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select

from collector.store.tables import audit

AT_ONCE = 200


class Act(Struct, frozen=True):
    """One row."""

    seq: int
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]
    hash: str

    @property
    def told(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in sorted(self.detail.items()))


def acts(
    connection: Connection,
    *,
    actor: str = "",
    action: str = "",
    before: int | None = None,
    most: int = AT_ONCE,
) -> tuple[Act, ...]:
    """Rows with a number below `before`, of one actor, of one kind; the newest first."""
    wanted = select(audit).order_by(audit.c.seq.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(audit.c.seq < before)
    if actor:
        wanted = wanted.where(audit.c.actor == actor)
    if action:
        wanted = wanted.where(audit.c.action == action)
    return tuple(
        Act(
            row.seq,
            row.at,
            row.actor,
            row.action,
            msgspec.json.decode(row.detail),
            bytes(row.hash).hex(),
        )
        for row in connection.execute(wanted)
    )


def kinds(connection: Connection) -> tuple[str, ...]:
    """The kinds of act that there are."""
    found = connection.scalars(select(audit.c.action).distinct().order_by(audit.c.action))
    return tuple(found)


def count(connection: Connection) -> int:
    """How many rows."""
    return int(connection.scalar(select(func.count()).select_from(audit)) or 0)
