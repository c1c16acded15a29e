"""Clocks that run out: 50, 80 and 100 percent of their time, each told once as a row.

Whoever sends notices reads the rows: `id` only grows, so the last one read is a place to go on from.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from alerts.incidents import Incident
from alerts.obligations import LEGAL_TIME
from alerts.queries import Duty
from alerts.tables import escalations
from collector import audit

Percent = Literal[50, 80, 100]
STEPS: tuple[Percent, ...] = (50, 80, 100)
ACTOR = "wardwatch"
GATHERING = timedelta(days=60)
"""A yearly report takes weeks to gather: its time is the last sixty days before it is due."""


class Escalation(Struct, frozen=True):
    """One step that a clock has passed. `incident` is "" for a yearly report."""

    incident: str
    obligation: str
    due_at: datetime
    percent: Percent
    id: int = 0


def passed(start: datetime, due: datetime, now: datetime) -> tuple[Percent, ...]:
    """The steps that lie behind; exactly at a step it has been reached. Pure."""
    whole = (due - start).total_seconds()
    gone = (now - start).total_seconds()
    return tuple(step for step in STEPS if gone * 100 >= step * whole)


def due_steps(
    incidents: Iterable[Incident], duties: Iterable[Duty], now: datetime
) -> tuple[Escalation, ...]:
    """Every step that any open clock has passed, written down or not. Pure."""
    known = {one.id: one for one in incidents}
    return tuple(
        Escalation(duty.incident, duty.obligation, duty.due_at, step)
        for duty in duties
        if duty.due_at is not None and duty.state in {"counting", "overdue"}
        for step in passed(_start(duty, known.get(duty.incident), duty.due_at), duty.due_at, now)
    )


def _start(duty: Duty, incident: Incident | None, due_at: datetime) -> datetime:
    """When the clock began; a yearly report's time is that of gathering it."""
    if incident is None:
        return due_at - GATHERING
    fixed = incident.fixed_at if duty.obligation == "anm-final" else None
    return fixed or incident.starts_at


def record(
    connection: Connection, found: Iterable[Escalation], now: datetime
) -> tuple[Escalation, ...]:
    """Write those that are new, in the caller's transaction; the new ones, with their numbers."""
    rows = connection.execute(select(escalations))
    known = {(row.incident, row.obligation, row.due_at, row.percent) for row in rows}
    fresh = []
    for one in found:
        if (one.incident, one.obligation, one.due_at, one.percent) in known:
            continue
        made = connection.execute(
            insert(escalations)
            .values(
                incident=one.incident,
                obligation=one.obligation,
                due_at=one.due_at,
                percent=one.percent,
                at=now,
            )
            .returning(escalations.c.id)
        ).scalar_one()
        detail: dict[str, str | int | None] = {
            "incident": one.incident,
            "obligation": one.obligation,
            "due_at": one.due_at.astimezone(LEGAL_TIME).isoformat(),
            "percent": one.percent,
        }
        audit.append(connection, now, ACTOR, "obligation.escalated", detail)
        fresh.append(Escalation(one.incident, one.obligation, one.due_at, one.percent, made))
    return tuple(fresh)


def since(connection: Connection, id: int) -> tuple[Escalation, ...]:
    """The rows after that one, oldest first."""
    found = connection.execute(
        select(escalations).where(escalations.c.id > id).order_by(escalations.c.id)
    )
    return tuple(
        Escalation(row.incident, row.obligation, row.due_at, row.percent, row.id) for row in found
    )
