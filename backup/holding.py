"""Looks at what receipts told of changes, and holds the repository where it looks like ransomware."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from backup import holds, signs
from backup.signs import Change, Kind
from backup.tables import backup_changes
from collector.inventory.model import BackupSet

CAUSES: frozenset[str] = frozenset(("mass-change", "entropy", "canary"))


@dataclass(frozen=True)
class Watched:
    """What the newest judged run of a set says."""

    report: int
    received_at: datetime
    unknown: tuple[Kind, ...]
    """Signs that could not be looked for in it."""


def watch(connection: Connection, sets: Iterable[BackupSet]) -> int:
    """Judge the runs that came since the last look, in their order; how many holds were raised."""
    raised = 0
    repositories = {one.id: one.repository for one in sets}
    waiting = select(backup_changes).where(backup_changes.c.unknown.is_(None))
    for row in connection.execute(waiting.order_by(backup_changes.c.report)).all():
        before = _before(connection, row)
        found = signs.judged(_change(row, before), _history(before))
        connection.execute(
            update(backup_changes)
            .where(backup_changes.c.report == row.report)
            .values(unknown=json.dumps(found.unknown))
        )
        repository = repositories.get(row.set_id)
        last = next((one.snapshot for one in reversed(before) if one.snapshot), None)
        for sign in found.signs if repository else ():
            detail = f"{sign.detail}; the snapshot before it: {(last or '-')[:8]}"
            hold = holds.raise_(
                connection, repository or "", sign.kind, detail, row.received_at, row.set_id
            )
            raised += hold is not None
    return raised


def newest(connection: Connection) -> Mapping[str, Watched]:
    """The newest judged run of each set."""
    last = (
        select(func.max(backup_changes.c.report))
        .where(backup_changes.c.unknown.is_not(None))
        .group_by(backup_changes.c.set_id)
    )
    rows = connection.execute(select(backup_changes).where(backup_changes.c.report.in_(last)))
    return {
        row.set_id: Watched(row.report, row.received_at, tuple(json.loads(row.unknown)))
        for row in rows
    }


def alarms(connection: Connection) -> Mapping[str, Sequence[holds.Hold]]:
    """By set: the signs that nobody has explained yet, the oldest first."""
    found: dict[str, list[holds.Hold]] = defaultdict(list)
    for one in holds.unexplained(connection):
        if one.set is not None and one.cause in CAUSES:
            found[one.set].append(one)
    return found


def _before(connection: Connection, row: Row[tuple[object, ...]]) -> list[Row[tuple[object, ...]]]:
    """Earlier runs of the same set and the same pins that stored something, the oldest first."""
    rows = connection.execute(
        select(backup_changes)
        .where(
            backup_changes.c.set_id == row.set_id,
            backup_changes.c.pins_sha256 == row.pins_sha256,
            backup_changes.c.report < row.report,
            backup_changes.c.snapshot.is_not(None),
        )
        .order_by(backup_changes.c.report.desc())
        .limit(signs.HISTORY + 1)
    )
    return list(reversed(rows.all()))


def _history(rows: Sequence[Row[tuple[object, ...]]]) -> list[Change]:
    """Each held against the one before it; the first has none."""
    return [replace(_change(row, rows[:place]), canaries=()) for place, row in enumerate(rows)]


def _change(row: Row[tuple[object, ...]], before: Sequence[Row[tuple[object, ...]]]) -> Change:
    told = msgspec.json.decode(row.canaries, type=list[dict[str, str]])
    return Change(
        before=before[-1].files if before else None,
        changed=row.changed_files,
        unmodified=row.unmodified_files,
        sampled=row.sampled,
        encrypted=row.encrypted,
        canaries=tuple(one["path"] for one in told if one["state"] in ("changed", "gone")),
        watched=sum(one["state"] != "unplanted" for one in told),
    )
