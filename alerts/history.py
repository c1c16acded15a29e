"""The office as it stood at a moment gone by, told again from rows that are only ever appended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, func, select

from alerts import queries, rows
from alerts.finding import Finding
from alerts.incidents import ENDED, Incident
from alerts.tables import finding_changes
from alerts.targets import Target, figures
from collector.inventory.model import Inventory
from collector.store.tables import audit


def targets_at(connection: Connection, inventory: Inventory, day: date) -> tuple[Target, ...]:
    """The three figures at the end of that day by the site's calendar; each time the same bytes.

    What is counted is what the inventory declares now; what is said of it was recorded then.
    """
    end = day_end(day, inventory.site.timezone)
    first = half_year(end - timedelta(microseconds=1), inventory.site.timezone)
    serious = queries.serious_incidents(incidents_at(connection, end), first, end)
    return figures(inventory, findings_at(connection, end), serious)


def findings_at(connection: Connection, moment: datetime) -> tuple[Finding, ...]:
    """The last that was recorded of every rule and subject before that moment."""
    newest = (
        select(func.max(finding_changes.c.id))
        .where(finding_changes.c.at < moment)
        .group_by(finding_changes.c.rule, finding_changes.c.subject)
    )
    found = connection.execute(
        select(finding_changes.c.finding)
        .where(finding_changes.c.id.in_(newest))
        .order_by(finding_changes.c.rule, finding_changes.c.subject)
    )
    return tuple(rows.finding_of(text) for text in found.scalars())


def incidents_at(connection: Connection, moment: datetime) -> tuple[Incident, ...]:
    """Every incident opened before that moment with the state, level and end that it had then."""
    told: dict[str, Incident] = {}
    known = {one.id: one for one in queries.all_incidents(connection)}
    for at, detail in _acts(connection, moment):
        incident = known.get(str(detail.get("incident")))
        if incident is None or "level" not in detail:
            continue
        state = detail["after"]
        before = told.get(incident.id)
        stays = before is not None and before.state == state
        ended_at = before.ended_at if before and stays else at if state in ENDED else None
        told[incident.id] = replace(
            incident,
            state=state,
            level=detail["level"],
            drill=bool(detail["drill"]),
            ended_at=ended_at,
        )
    return tuple(told.values())


def day_end(day: date, timezone: str) -> datetime:
    """The first moment that is no longer that day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))


def half_year(now: datetime, timezone: str) -> datetime:
    """When the period of the running half-year report began, on the office's own calendar."""
    local = now.astimezone(ZoneInfo(timezone))
    return datetime(local.year, 1 if local.month <= 6 else 7, 1, tzinfo=ZoneInfo(timezone))


def _acts(connection: Connection, moment: datetime) -> Iterator[tuple[datetime, dict[str, Any]]]:
    found = connection.execute(
        select(audit.c.at, audit.c.detail)
        .where(audit.c.action.startswith("incident."), audit.c.at < moment)
        .order_by(audit.c.seq)
    )
    for row in found:
        yield row.at, msgspec.json.decode(row.detail, type=dict[str, Any])
