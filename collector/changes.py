"""Follows the inventories as they come in, and keeps every change of a machine for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from collector import progress, wire
from collector.differences import Difference, differences
from collector.store.database import Store
from collector.store.tables import agents, epochs, inventory_changes, inventory_known, reports

KINDS = ("hardware", "system", "software")
NAME = "inventory_changes"
AT_ONCE = 20
"""Reports in one transaction: a PC has thousands of packages, and the writer waits behind it."""
AT_MOST_OF_ONE = 5_000
"""Changes of one report; a section that is all different says no more in its ten thousandth row."""


class Known(Struct, frozen=True):
    """All that was ever read of one kind of one machine, and which report said so last."""

    agent: str
    ordinal: int
    seq: int
    section: Any
    unread: tuple[str, ...] = ()


class Change(Struct, frozen=True):
    """One row of a machine's life, `before` and `after` as JSON."""

    id: int
    asset: str
    kind: str
    at: datetime
    path: str
    before: str | None
    after: str | None


def follow(store: Store, at_once: int = AT_ONCE) -> int:
    """Take up what came since the last time; returns how many changes were found.

    Each report is taken up once, whatever is killed when. The first inventory of a machine is no
    change; a report that is older than what is known, or of a quarantined agent, is none either.
    """
    found = 0
    while True:
        with store.read() as connection:
            start = progress.reached(connection, NAME)
            rows = _rows(connection, start, at_once)
            known = _known(connection, {(row.asset, row.kind) for row in rows})
        if not rows:
            return found
        before = dict(known)
        changes = [change for row in rows for change in _changes(row, known)]
        with store.write() as connection:
            if progress.move(connection, NAME, start, rows[-1].id):
                _keep(connection, before, known, changes)
                found += len(changes)


def changes_of(connection: Connection, asset: str, limit: int = 200) -> tuple[Change, ...]:
    """The newest changes of one machine, newest first."""
    return newest(connection, limit, asset)


def newest(connection: Connection, limit: int, asset: str | None = None) -> tuple[Change, ...]:
    """The newest changes of one machine, or of all, newest first."""
    wanted = select(inventory_changes).order_by(inventory_changes.c.id.desc()).limit(limit)
    if asset is not None:
        wanted = wanted.where(inventory_changes.c.asset == asset)
    rows = connection.execute(wanted)
    return tuple(
        Change(row.id, row.asset, row.kind, row.at, row.path, row.before, row.after) for row in rows
    )


def _rows(connection: Connection, start: int, at_once: int) -> Sequence[Any]:
    same = and_(epochs.c.agent == reports.c.agent, epochs.c.epoch == reports.c.epoch)
    believed = or_(
        agents.c.quarantined_at.is_(None), reports.c.received_at < agents.c.quarantined_at
    )
    return connection.execute(
        select(reports, agents.c.asset, epochs.c.ordinal)
        .join(agents, agents.c.id == reports.c.agent)
        .join(epochs, same)
        .where(reports.c.id > start, reports.c.kind.in_(KINDS), believed)
        .where(agents.c.asset.is_not(None))
        .order_by(reports.c.id)
        .limit(at_once)
    ).all()


def _known(
    connection: Connection, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], Known | None]:
    found: dict[tuple[str, str], Known | None] = {}
    for asset, kind in wanted:
        text = connection.execute(
            select(inventory_known.c.fields).where(
                inventory_known.c.asset == asset, inventory_known.c.kind == kind
            )
        ).scalar_one_or_none()
        found[asset, kind] = msgspec.json.decode(text, type=Known) if text else None
    return found


def _changes(row: Any, known: dict[tuple[str, str], Known | None]) -> list[dict[str, Any]]:
    """What this report changes, moving `known` on."""
    place = (row.asset, row.kind)
    before = known[place]
    if (
        before
        and before.agent == row.agent
        and (before.ordinal, before.seq) > (row.ordinal, row.seq)
    ):
        return []
    try:
        report = wire.report(row.body)
        section = msgspec.json.decode(report.section)
    except (wire.WireError, msgspec.DecodeError, RecursionError):
        return []  # kept as it came, and never believed
    gaps = tuple(gap.field for gap in report.gaps)
    if row.kind in gaps or not isinstance(section, dict):
        return []  # nothing of it was read
    found: tuple[Difference, ...] = ()
    if before is not None:
        found, section = differences(before.section, section, gaps, before.unread)
    known[place] = Known(row.agent, row.ordinal, row.seq, section, gaps)
    return [_row(row, one) for one in found[:AT_MOST_OF_ONE]]


def _row(row: Any, one: Difference) -> dict[str, Any]:
    return {
        "asset": row.asset,
        "agent": row.agent,
        "report": row.id,
        "kind": row.kind,
        "at": row.at,
        "received_at": row.received_at,
        "path": one.path.replace("\x00", ""),
        "before": None if one.before is None else msgspec.json.encode(one.before).decode(),
        "after": None if one.after is None else msgspec.json.encode(one.after).decode(),
    }


def _keep(
    connection: Connection,
    before: dict[tuple[str, str], Known | None],
    known: dict[tuple[str, str], Known | None],
    changes: list[dict[str, Any]],
) -> None:
    for (asset, kind), held in known.items():
        if held is None or held is before[asset, kind]:
            continue
        here = (inventory_known.c.asset == asset, inventory_known.c.kind == kind)
        connection.execute(delete(inventory_known).where(*here))
        fields = msgspec.json.encode(held).decode()
        connection.execute(insert(inventory_known).values(asset=asset, kind=kind, fields=fields))
    if changes:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        # Names come from the PC: two that spell one path are one row.
        connection.execute(dialect.insert(inventory_changes).on_conflict_do_nothing(), changes)
