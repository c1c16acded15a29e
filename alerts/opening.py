"""From findings to incidents: opened, attached, reopened, and proved mended, by the suite itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, func, insert, select

from alerts import clocks, first_signal, rows
from alerts.changing import Change, change, history
from alerts.finding import Finding, Kind
from alerts.incidents import OPEN, REOPENS_WITHIN, Incident, Level, proves, to_the_minute
from alerts.rules import RULES
from alerts.tables import incidents
from alerts.told import TOLD
from collector.inventory.model import Inventory

ACTOR = "wardwatch"
DRILL_TAG = "test:test"
PREFIX: dict[Kind, str] = {"security": "SC", "operational": "VH"}
"""SC: sự cố (an ninh mạng), VH: vận hành."""


class Class(Struct, frozen=True):
    """How an incident is classified when it opens."""

    tag: str
    group: str | None
    level: Level
    drill: bool = False


def opened(connection: Connection, finding: Finding, now: datetime, inventory: Inventory) -> str:
    """The id of the incident that this failing spell belongs to: an open one, else a new one."""
    past = _of(connection, finding)
    for incident in past:
        # A security incident also covers what is operational of the same subject, not the reverse.
        if incident.state in OPEN and incident.kind in {finding.kind, "security"}:
            return _attached(connection, incident, finding, now)
    last = past[0] if past else None
    goes_on = _goes_on(connection, last)
    if goes_on is not None and goes_on.kind in {finding.kind, "security"}:
        return _attached(connection, goes_on, finding, now)
    if (
        last is not None
        and last.kind == finding.kind
        and last.state in {"closed", "false_alarm"}
        and last.ended_at is not None
        and now - last.ended_at <= REOPENS_WITHIN
    ):
        return _recurred(connection, last, finding, now)
    rule = RULES[finding.rule]
    return _new(
        connection,
        first_signal.traced(connection, finding),
        Change(now, ACTOR, "opened"),
        inventory,
        Class(rule.tag, rule.group, rule.level if finding.kind == "security" else "M4"),
        last,
    ).id


def told(
    connection: Connection, finding: Finding, by: Change, inventory: Inventory, *, drill: bool
) -> Incident:
    """A new incident that a person reported; `finding.signal_at` is when that person told it."""
    kind = TOLD[finding.rule]
    tag = DRILL_TAG if drill else kind.tag
    return _new(connection, finding, by, inventory, Class(tag, kind.group, kind.level, drill), None)


def _goes_on(connection: Connection, last: Incident | None) -> Incident | None:
    """The open incident that a duplicate was merged into, through however many merges."""
    while last is not None and last.merged_into is not None:
        last = rows.incident(connection, last.merged_into)
        if last is not None and last.state in OPEN:
            return last
    return None


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
    by: Change,
    inventory: Inventory,
    given: Class,
    last: Incident | None,
) -> Incident:
    now = by.at
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
        level=given.level,
        group=given.group,
        tag=given.tag,
        drill=given.drill,
        flags=(),
        signal=finding,
        linked=last.id if last else None,
    )
    _insert(connection, incident, year, number)
    by = replace(by, finding=finding)
    history(connection, incident, by, None)
    clocks.start(connection, incident, by)
    return incident


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
