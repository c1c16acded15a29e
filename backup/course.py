"""What the page of backups shows beside the statement: drills, sizes day by day, damage, what is under way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from agent import jobs
from backup import holds
from backup.holds import Hold
from backup.proofs import Detail
from backup.run import PROGRESS
from backup.tables import ledger_days, proofs
from collector.store.tables import asks

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


@dataclass(frozen=True)
class Running:
    """One backup that was asked for and has told nothing yet; `ratio` where this machine's own tells it."""

    set: str
    machine: str
    asked_at: datetime
    ratio: float | None = None


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


def course(connection: Connection, agent_folder: Path, today: datetime) -> Course:
    """`agent_folder` is that of this machine's own agent: of the others no progress travels."""
    return Course(
        drills=_drills(connection),
        days=_days(connection, today),
        hits=_hits(connection),
        holds=tuple(holds.unexplained(connection)),
        running=_running(connection, agent_folder),
    )


def _drills(connection: Connection) -> tuple[Drilled, ...]:
    rows = connection.execute(
        select(proofs)
        .where(proofs.c.kind == "drill")
        .order_by(proofs.c.id.desc())
        .limit(DRILLS_SHOWN)
    )
    return tuple(
        Drilled(
            set=row.set_id,
            at=row.at,
            ok=row.ok,
            files=row.files,
            compared=_detail(row.detail).compared,
            bytes=row.bytes,
            seconds=row.seconds,
            error=row.error,
        )
        for row in rows
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


def _running(connection: Connection, agent_folder: Path) -> tuple[Running, ...]:
    ratio = _progress(agent_folder)
    rows = connection.execute(
        select(asks).where(asks.c.job == jobs.BACKUP, asks.c.done_at.is_(None)).order_by(asks.c.id)
    )
    return tuple(
        Running(row.argument, row.asset, row.asked_at, ratio.get(row.argument)) for row in rows
    )


def _progress(agent_folder: Path) -> Mapping[str, float]:
    try:
        told = json.loads((agent_folder / PROGRESS).read_text("utf-8"))
        return {str(told["set"]): float(told["ratio"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _detail(text: str) -> Detail:
    return msgspec.json.decode(text, type=Detail)
