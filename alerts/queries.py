"""What is known of incidents, their clocks and their history, read for screens, papers and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, select

from alerts import rows, statements
from alerts.finding import Finding
from alerts.incidents import OPEN, SERIOUS, Incident
from alerts.obligations import ObligationState, state
from alerts.tables import (
    deliveries,
    finding_changes,
    finding_current,
    incident_changes,
    incidents,
    obligation_changes,
    obligations,
)
from alerts.vocabulary import Field


class Duty(Struct, frozen=True):
    """One obligation of one incident, as it stands at the moment of asking."""

    incident: str
    obligation: str
    state: ObligationState
    due_at: datetime | None
    decided_at: datetime | None


class Event(Struct, frozen=True):
    """One row of an incident's history."""

    at: datetime
    actor: str
    action: str
    before: str | None
    after: str
    reason: str
    finding: Finding | None = None


class Delivery(Struct, frozen=True):
    """One proof of sending."""

    obligation: str
    at: datetime
    actor: str
    sent_at: datetime
    channel: str
    recipient: str
    file_sha256: str
    receipt: str


class File(Struct, frozen=True):
    """One incident with all that was done about it."""

    incident: Incident
    duties: tuple[Duty, ...]
    history: tuple[Event, ...]
    clock_history: tuple[Event, ...]
    deliveries: tuple[Delivery, ...]
    statements: Mapping[Field, str] = {}
    """What the officer stated, by field."""


class Spell(Struct, frozen=True):
    """Since when a finding has its verdict, and which incident a failing one belongs to."""

    rule: str
    subject: str
    verdict: Literal["pass", "fail", "unknown"]
    since_at: datetime
    incident: str | None


def all_incidents(connection: Connection) -> tuple[Incident, ...]:
    """Every incident, newest first."""
    found = connection.execute(
        select(incidents).order_by(incidents.c.opened_at.desc(), incidents.c.id.desc())
    )
    return tuple(rows.incident_of(row) for row in found)


def open_incidents(connection: Connection) -> tuple[Incident, ...]:
    """Those not ended: security first, then by level, oldest T0 first."""
    found = connection.execute(select(incidents).where(incidents.c.state.in_(sorted(OPEN))))
    return tuple(
        sorted(
            (rows.incident_of(row) for row in found),
            key=lambda one: (one.kind != "security", one.level, one.t0, one.id),
        )
    )


def file(connection: Connection, id: str, now: datetime) -> File | None:
    """The incident's whole file, or None where there is no such incident."""
    incident = rows.incident(connection, id)
    if incident is None:
        return None
    history = connection.execute(
        select(incident_changes)
        .where(incident_changes.c.incident == id)
        .order_by(incident_changes.c.id)
    )
    clock_history = connection.execute(
        select(obligation_changes)
        .where(obligation_changes.c.incident == id)
        .order_by(obligation_changes.c.id)
    )
    sent = connection.execute(
        select(deliveries).where(deliveries.c.incident == id).order_by(deliveries.c.id)
    )
    return File(
        incident=incident,
        duties=tuple(one for one in duties(connection, now) if one.incident == id),
        history=tuple(_event(row, row.action, row.finding) for row in history),
        clock_history=tuple(_event(row, row.obligation, None) for row in clock_history),
        deliveries=tuple(_delivery(row) for row in sent),
        statements=statements.newest(connection, id),
    )


def last_act(connection: Connection, id: str, actions: Iterable[str]) -> datetime | None:
    """When one of those acts was last done to that incident."""
    found = connection.execute(
        select(incident_changes.c.at)
        .where(incident_changes.c.incident == id, incident_changes.c.action.in_(tuple(actions)))
        .order_by(incident_changes.c.id.desc())
        .limit(1)
    )
    return found.scalar()


def duties(connection: Connection, now: datetime) -> tuple[Duty, ...]:
    """Every obligation of every incident, soonest due first; those without a date come last."""
    found = connection.execute(select(obligations))
    return tuple(
        sorted(
            (
                Duty(
                    row.incident,
                    row.obligation,
                    state(row.state, row.due_at, now),
                    row.due_at,
                    row.decided_at,
                )
                for row in found
            ),
            key=lambda one: (
                one.due_at is None,
                one.due_at.timestamp() if one.due_at else 0.0,
                one.incident,
                one.obligation,
            ),
        )
    )


def spells(connection: Connection) -> dict[tuple[str, str], Spell]:
    """By rule and subject, since when the finding is what it is."""
    return {
        (row.rule, row.subject): Spell(
            row.rule, row.subject, row.verdict, row.since_at, row.incident
        )
        for row in connection.execute(select(finding_current))
    }


def passing(connection: Connection, rules: Iterable[str]) -> dict[tuple[str, str], datetime]:
    """By rule and subject, since when it passes; of these rules, and none that does not."""
    found = connection.execute(
        select(finding_current).where(
            finding_current.c.rule.in_(sorted(rules)), finding_current.c.verdict == "pass"
        )
    )
    return {(row.rule, row.subject): row.since_at for row in found}


def changes_of(connection: Connection, subject: str, limit: int = 50) -> tuple[Event, ...]:
    """The newest changes among the findings of one subject, newest first.

    What was found well at the first look is no change: a PC that joins would have sixty of them.
    """
    told = finding_changes.c.before.is_not(None) | (finding_changes.c.verdict != "pass")
    found = connection.execute(
        select(finding_changes)
        .where(finding_changes.c.subject == subject, told)
        .order_by(finding_changes.c.id.desc())
        .limit(limit)
    )
    return tuple(
        Event(
            row.at,
            "wardwatch",
            row.rule,
            row.before,
            row.verdict,
            "",
            rows.finding_of(row.finding),
        )
        for row in found
    )


def serious_incidents(known: Iterable[Incident], first: datetime, last: datetime) -> int:
    """Real security incidents of M1 or M2 that were open at some moment of [first, last)."""
    return sum(
        incident.kind == "security"
        and incident.level in SERIOUS
        and not incident.drill
        and incident.state not in {"false_alarm", "duplicate", "void"}
        and incident.t0 < last
        and (incident.ended_at is None or incident.ended_at >= first)
        for incident in known
    )


def _event(row: Any, action: str, finding: str | None) -> Event:
    return Event(
        row.at,
        row.actor,
        action,
        row.before,
        row.after,
        row.reason,
        rows.finding_of(finding) if finding else None,
    )


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.obligation,
        row.at,
        row.actor,
        row.sent_at,
        row.channel,
        row.recipient,
        row.file_sha256,
        row.receipt,
    )
