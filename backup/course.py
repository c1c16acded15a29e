"""What the page of backups shows beside the statement: drills, sizes day by day, damage, what is under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select

from backup import holds, measured, underway
from backup.holds import Hold
from backup.proofs import Detail
from backup.tables import ledger_days, proofs
from backup.underway import Proving, Running
from collector.state import Machine

DRILLS_SHOWN = 10
DAYS_SHOWN = 90
SWEEPS_LOOKED_AT = 200


@dataclass(frozen=True)
class Drilled:
    """One restore drill that was made."""

    set: str
    at: datetime
    ok: bool
    files: int
    compared: int
    bytes: int
    seconds: float
    error: str | None
    kind: Literal["drill", "whole", "restore"] = "drill"
    """Of a draw of files; of all; of all for people."""
    forecast_seconds: float | None = None
    """Of a whole set, as it was forecast before; None where it was not."""
    off_ratio: float | None = None
    """0.1: it took a tenth longer than forecast."""


@dataclass(frozen=True)
class Course:
    """All of it, as of now."""

    drills: tuple[Drilled, ...]
    days: tuple[tuple[str, Mapping[str, int]], ...]
    """Day, and the bytes of each repository on it, the oldest day first."""
    hits: Mapping[str, Mapping[str, Sequence[str]]]
    """By repository, then by damaged pack: the files that it is part of."""
    holds: tuple[Hold, ...]
    running: tuple[Running, ...]
    proving: tuple[Proving, ...]


def course(connection: Connection, machines: Mapping[str, Machine], now: datetime) -> Course:
    """`machines` is the live state: how far a backup is, its PC tells with its load."""
    return Course(
        drills=_drills(connection),
        days=_days(connection, now),
        hits=_hits(connection),
        holds=tuple(holds.unexplained(connection)),
        running=underway.backups(connection, machines, now),
        proving=underway.proofs(connection, now),
    )


def _drills(connection: Connection) -> tuple[Drilled, ...]:
    rows = connection.execute(
        select(proofs)
        .where(proofs.c.kind.in_(("drill", "whole", "restore")))
        .order_by(proofs.c.id.desc())
        .limit(DRILLS_SHOWN)
    )
    return tuple(map(_drilled, rows))


def _drilled(row: Row[Any]) -> Drilled:
    detail = _detail(row.detail)
    off_ratio = measured.off(row.seconds, detail) if row.ok else None
    return Drilled(
        set=row.set_id,
        at=row.at,
        ok=row.ok,
        files=row.files,
        compared=detail.compared,
        bytes=row.bytes,
        seconds=row.seconds,
        error=row.error,
        kind=row.kind,
        forecast_seconds=None if off_ratio is None else detail.forecast_seconds,
        off_ratio=off_ratio,
    )


def _days(connection: Connection, today: datetime) -> tuple[tuple[str, Mapping[str, int]], ...]:
    first = (today - timedelta(days=DAYS_SHOWN)).date().isoformat()
    rows = connection.execute(
        select(ledger_days.c.day, ledger_days.c.repository, ledger_days.c.bytes)
        .where(ledger_days.c.day >= first)
        .order_by(ledger_days.c.day)
    )
    found: dict[str, dict[str, int]] = {}
    for day, repository, size_bytes in rows:
        found.setdefault(day, {})[repository] = size_bytes
    return tuple(found.items())


def _hits(connection: Connection) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Of each repository's newest sweep: what is whole again is told no more."""
    rows = connection.execute(
        select(proofs.c.repository, proofs.c.detail)
        .where(proofs.c.kind == "sweep")
        .order_by(proofs.c.id.desc())
        .limit(SWEEPS_LOOKED_AT)
    )
    newest: dict[str, Detail] = {}
    for repository, detail in rows:
        if repository not in newest:
            newest[repository] = _detail(detail)
    return {name: detail.hits for name, detail in newest.items() if detail.hits}


def _detail(text: str) -> Detail:
    return msgspec.json.decode(text, type=Detail)
