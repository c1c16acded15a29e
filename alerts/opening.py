"""From findings to incidents: opened, attached, reopened, and proved mended, by the suite itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select

from alerts import clocks, first_signal, rows
from alerts.changing import Change, change, history
from alerts.finding import Finding, Kind
from alerts.incidents import OPEN, REOPENS_WITHIN, Incident, proves, to_the_minute
from alerts.rules import RULES
from alerts.tables import incidents
from collector.inventory.model import Inventory

ACTOR = "wardwatch"
PREFIX: dict[Kind, str] = {"security": "SC", "operational": "VH"}
"""SC: sự cố (an ninh mạng), VH: vận hành."""


def opened(connection: Connection, finding: Finding, now: datetime, inventory: Inventory) -> str:
    """The id of the incident that this failing spell belongs to: an open one, else a new one."""
    past = _of(connection, finding)
    for incident in past:
        # A security incident also covers what is operational of the same subject, not the reverse.
        if incident.state in OPEN and incident.kind in {finding.kind, "security"}:
            return _attached(connection, incident, finding, now)
    last = past[0] if past else None
    if (
        last is not None
        and last.kind == finding.kind
        and last.state in {"closed", "false_alarm"}
        and last.ended_at is not None
        and now - last.ended_at <= REOPENS_WITHIN
    ):
        return _recurred(connection, last, finding, now)
    return _new(connection, finding, now, inventory, last)


def prove(
    connection: Connection, findings: Mapping[tuple[str, str], Finding], now: datetime
) -> None:
    """Mark fixed incidents whose subject passes on a later reading, unmark those that fail again."""
    fixed = connection.execute(select(incidents).where(incidents.c.state == "fixed"))
    for incident in [rows.incident_of(row) for row in fixed]:
        finding = findings.get((incident.rule, incident.subject))
        if finding is None or incident.fixed_at is None:
            continue
        if incident.proved_at is None and proves(finding, incident.fixed_at):
            by = Change(now, ACTOR, "proved", finding=finding)
            change(connection, incident, by, proved_at=now)
        elif incident.proved_at is not None and finding.verdict == "fail":
            by = Change(now, ACTOR, "failed-again", finding=finding)
            change(connection, incident, by, proved_at=None)


def _of(connection: Connection, finding: Finding) -> Sequence[Incident]:
    found = connection.execute(
        select(incidents)
        .where(incidents.c.rule == finding.rule, incidents.c.subject == finding.subject)
        .order_by(incidents.c.opened_at.desc(), incidents.c.number.desc())
    )
    return [rows.incident_of(row) for row in found]


def _attached(connection: Connection, incident: Incident, finding: Finding, now: datetime) -> str:
    by = Change(now, ACTOR, "signal", finding=finding)
    change(connection, incident, by, proved_at=None)
    return incident.id


def _recurred(connection: Connection, incident: Incident, finding: Finding, now: datetime) -> str:
    by = Change(now, ACTOR, "recur", "the same alert within 24 hours of the end", finding)
    after = change(
        connection, incident, by, state="new", fixed_at=None, proved_at=None, ended_at=None
    )
    clocks.follow(connection, after, by)
    return incident.id


def _new(
    connection: Connection,
    finding: Finding,
    now: datetime,
    inventory: Inventory,
    last: Incident | None,
) -> str:
    rule = RULES[finding.rule]
    finding = first_signal.traced(connection, finding)
    t0 = to_the_minute(min(finding.signal_at or now, now))
    year = now.astimezone(ZoneInfo(inventory.site.timezone)).year
    number = _next_number(connection, finding.kind, year)
    incident = Incident(
        id=f"{PREFIX[finding.kind]}-{year}-{number:04d}",
        kind=finding.kind,
        rule=finding.rule,
        subject=finding.subject,
        state="new",
        t0=t0,
        opened_at=now,
        level=rule.level if finding.kind == "security" else "M4",
        group=rule.group,
        tag=rule.tag,
        drill=False,
        flags=(),
        signal=finding,
        linked=last.id if last else None,
    )
    _insert(connection, incident, year, number)
    by = Change(now, ACTOR, "opened", finding=finding)
    history(connection, incident, by, None)
    clocks.start(connection, incident, by)
    return incident.id


def _next_number(connection: Connection, kind: Kind, year: int) -> int:
    """One more than the last; a double would break a unique key and take its transaction with it."""
    last = connection.execute(
        select(func.max(incidents.c.number)).where(
            incidents.c.kind == kind, incidents.c.year == year
        )
    ).scalar()
    return (last or 0) + 1


def _insert(connection: Connection, incident: Incident, year: int, number: int) -> None:
    connection.execute(
        insert(incidents).values(
            id=incident.id,
            kind=incident.kind,
            year=year,
            number=number,
            rule=incident.rule,
            subject=incident.subject,
            state=incident.state,
            t0=incident.t0,
            opened_at=incident.opened_at,
            level=incident.level,
            grouping=incident.group,
            tag=incident.tag,
            drill=incident.drill,
            flags="[]",
            signal=rows.finding_json(incident.signal),
            linked=incident.linked,
            version=incident.version,
        )
    )
