"""Keeps what receipts say: each run of a set, and the witnesses that later drills call on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, func, insert, select

from backup.rows import upsert
from backup.tables import backup_changes, backup_runs, restored_files, witnesses
from collector import wire
from collector.readings import Backup
from collector.sections import SectionError, typed
from collector.store.columns import Instant
from collector.store.tables import agents, reports

OVERLAP = 1_000
"""Reports looked at again: another serving process may commit a smaller number later."""
WITNESSES_KEPT = timedelta(days=90)


def record(connection: Connection, owners: Mapping[str, str], now: datetime) -> int:
    """Take up the receipts that came since the last look; returns how many.

    `owners` names the asset of each set: no PC speaks for another's set.
    """
    newest = connection.scalar(select(func.max(backup_runs.c.report))) or 0
    rows = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.body, agents.c.asset)
        .join(agents, agents.c.id == reports.c.agent)
        .where(
            agents.c.asset.is_not(None),
            reports.c.kind == "backup",
            reports.c.id > newest - OVERLAP,
            reports.c.id.not_in(select(backup_runs.c.report)),
        )
        .order_by(reports.c.id)
    ).all()
    for report, received_at, body, asset in rows:
        receipt = _understood(body)
        if receipt and owners.get(receipt.set) == asset:
            _keep(connection, report, asset, received_at, receipt)
    if rows:
        connection.execute(delete(witnesses).where(witnesses.c.seen_at < now - WITNESSES_KEPT))
    return len(rows)


def newest_snapshot(connection: Connection, set_id: str) -> str | None:
    """The newest snapshot of a set that a receipt named; None while there is none."""
    found: str | None = connection.scalar(
        select(backup_runs.c.snapshot)
        .where(backup_runs.c.set_id == set_id, backup_runs.c.snapshot.is_not(None))
        .order_by(backup_runs.c.report.desc())
        .limit(1)
    )
    return found


def named(connection: Connection, set_id: str | None = None) -> dict[str, datetime]:
    """Every snapshot that a receipt (of that set) named, with when the first such receipt came.

    In the order of those receipts: their instants alone may be the same.
    """
    of_set = () if set_id is None else (backup_runs.c.set_id == set_id,)
    rows = connection.execute(
        select(backup_runs.c.snapshot, func.min(backup_runs.c.received_at, type_=Instant()))
        .where(backup_runs.c.snapshot.is_not(None), *of_set)
        .group_by(backup_runs.c.snapshot)
        .order_by(func.min(backup_runs.c.report))
    )
    return {row[0]: row[1] for row in rows}


def vouching(connection: Connection, set_id: str) -> dict[tuple[str, int, int], str]:
    """SHA-256 by (hash of the path, size, time) of every witness of a set."""
    rows = connection.execute(select(witnesses).where(witnesses.c.set_id == set_id))
    return {(row.path_sha256, row.size_bytes, row.modified_ns): row.sha256 for row in rows}


def last_restored(connection: Connection, set_id: str) -> dict[str, datetime]:
    """When each file of a set was last restored, by the hash of its path."""
    rows = connection.execute(select(restored_files).where(restored_files.c.set_id == set_id))
    return {row.path_sha256: row.restored_at for row in rows}


def note_restored(connection: Connection, set_id: str, paths: Iterable[str], now: datetime) -> None:
    """Remember that these files, by the hash of their paths, were restored just now."""
    rows = [{"set_id": set_id, "path_sha256": path, "restored_at": now} for path in paths]
    upsert(connection, restored_files, rows, ("restored_at",))


def _understood(body: str) -> Backup | None:
    """The receipt; None where the section is no receipt: it stays stored, and proves nothing."""
    try:
        receipt = typed("backup", wire.report(body).section)
    except (wire.WireError, SectionError):
        return None
    return receipt if isinstance(receipt, Backup) else None


def _keep(
    connection: Connection, report: int, asset: str, received_at: datetime, receipt: Backup
) -> None:
    connection.execute(
        insert(backup_runs).values(
            report=report,
            asset=asset,
            set_id=receipt.set,
            ok=receipt.ok,
            received_at=received_at,
            snapshot=receipt.snapshot,
            files=receipt.files,
            bytes=receipt.bytes,
            error=receipt.error,
        )
    )
    connection.execute(
        insert(backup_changes).values(
            report=report,
            set_id=receipt.set,
            received_at=received_at,
            snapshot=receipt.snapshot,
            pins_sha256=receipt.pins_sha256,
            files=receipt.files,
            new_files=receipt.new_files,
            changed_files=receipt.changed_files,
            unmodified_files=receipt.unmodified_files,
            sampled=receipt.sampled,
            encrypted=receipt.encrypted,
            canaries=msgspec.json.encode(receipt.canaries).decode(),
        )
    )
    vouchers = [
        {"set_id": receipt.set, "seen_at": received_at, **asdict(each)}
        for each in receipt.witnesses
    ]
    upsert(connection, witnesses, vouchers, ("sha256", "seen_at"))
