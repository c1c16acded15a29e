"""What is under way now: backups on PCs, by what each tells, and proofs on the collector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from agent import jobs
from backup.tables import proofs_running
from collector.readings import Underway
from collector.state import Machine
from collector.store.tables import asks

QUIET = timedelta(minutes=3)
"""A PC tells every minute: three in a row that do not come are no delay of the network.
A proof tells every ten seconds."""

Stage = Literal["asked", "taken", "moving", "still", "restarted", "quiet"]
"""The PC has yet to take it; has taken it, and tells no figure; goes on; stands still; has started
its agent anew since, so that nothing runs; has told nothing for `QUIET`, and nobody knows."""


@dataclass(frozen=True)
class Running:
    """One backup that was asked for and whose receipt has not come."""

    set: str
    machine: str
    asked_at: datetime
    stage: Stage
    told_at: datetime | None = None
    """When the PC last told anything of it; None where it has yet to take it."""
    ratio: float | None = None
    bytes: int | None = None
    still_seconds: float | None = None


@dataclass(frozen=True)
class Proving:
    """One proof that is being made; `bytes` of `of_bytes` are done, where it knows."""

    kind: str
    repository: str
    set: str | None
    started_at: datetime
    told_at: datetime
    quiet: bool
    """It has told nothing for `QUIET`: it was killed, or its machine is down."""
    bytes: int | None = None
    of_bytes: int | None = None

    @property
    def ratio(self) -> float | None:
        """0 to 1; None where it is not known."""
        if self.bytes is None or not self.of_bytes:
            return None
        return min(self.bytes / self.of_bytes, 1.0)


def proofs(connection: Connection, now: datetime) -> tuple[Proving, ...]:
    """In the order in which they began."""
    rows = connection.execute(select(proofs_running).order_by(proofs_running.c.id))
    return tuple(
        Proving(
            row.kind,
            row.repository,
            row.set_id,
            row.started_at,
            row.told_at,
            quiet=now - row.told_at > QUIET,
            bytes=row.bytes,
            of_bytes=row.of_bytes,
        )
        for row in rows
    )


def backups(
    connection: Connection, machines: Mapping[str, Machine], now: datetime
) -> tuple[Running, ...]:
    """In the order in which they were asked for."""
    rows = connection.execute(
        select(asks.c.argument, asks.c.asset, asks.c.asked_at, asks.c.handed_at)
        .where(asks.c.job == jobs.BACKUP, asks.c.done_at.is_(None))
        .order_by(asks.c.id)
    )
    return tuple(
        running(Running(set_id, asset, asked_at, "asked"), handed_at, machines.get(asset), now)
        for set_id, asset, asked_at, handed_at in rows
    )


def running(
    asked: Running, handed_at: datetime | None, machine: Machine | None, now: datetime
) -> Running:
    """What the machine's newest load and its last start say of one that was asked for."""
    if handed_at is None:
        return asked
    load = machine.load if machine else None
    heard_at = max(handed_at, load.received_at) if load else handed_at
    told = _row(asked.set, machine) if load and load.received_at >= handed_at else None
    return Running(
        asked.set,
        asked.machine,
        asked.asked_at,
        stage=_stage(told, handed_at, heard_at, machine, now),
        told_at=heard_at,
        ratio=told.ratio if told else None,
        bytes=told.bytes if told else None,
        still_seconds=told.still_seconds if told else None,
    )


def _row(set_id: str, machine: Machine | None) -> Underway | None:
    rows = machine.load.value.backups if machine and machine.load else ()
    return next((one for one in rows if one.set == set_id), None)


def _stage(
    told: Underway | None,
    handed_at: datetime,
    heard_at: datetime,
    machine: Machine | None,
    now: datetime,
) -> Stage:
    if now - heard_at > QUIET:
        return "quiet"
    if told is not None:
        if told.ratio is None:
            return "taken"
        return "moving" if told.still_seconds is None else "still"
    last = machine.presence if machine else None
    if (
        last is not None
        and last.received_at > handed_at
        and last.value.state == "started"
        and last.value.slept_seconds is None  # after a sleep it goes on
    ):
        return "restarted"
    return "taken"
