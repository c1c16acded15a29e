"""The one way to change an incident: compare-and-set, with its row of history and of audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, insert, update

from alerts import rows
from alerts.finding import Finding
from alerts.incidents import Incident, NotAllowed
from alerts.tables import incident_changes, incidents
from collector import audit


class Change(Struct, frozen=True):
    """Who did what when, and why."""

    at: datetime
    actor: str
    action: str
    reason: str = ""
    finding: Finding | None = None


def change(connection: Connection, before: Incident, by: Change, **columns: Any) -> Incident:
    """Write the new values only if nobody changed the incident since it was read."""
    done = connection.execute(
        update(incidents)
        .where(incidents.c.id == before.id, incidents.c.version == before.version)
        .values(version=before.version + 1, **columns)
    )
    if done.rowcount != 1:
        raise NotAllowed("changed", incident=before.id)
    after = rows.incident(connection, before.id)
    if after is None:
        raise NotAllowed("unknown", incident=before.id)
    history(connection, after, by, before.state)
    return after


def history(connection: Connection, incident: Incident, by: Change, before: str | None) -> None:
    """Append one row to the incident's history and one to the audit log, level and all.

    From these alone the incident can be told again as it stood at any moment.
    """
    finding = rows.finding_json(by.finding) if by.finding else None
    connection.execute(
        insert(incident_changes).values(
            incident=incident.id,
            at=by.at,
            actor=by.actor,
            action=by.action,
            before=before,
            after=incident.state,
            reason=by.reason,
            finding=finding,
        )
    )
    detail = {
        "incident": incident.id,
        "before": before,
        "after": incident.state,
        "level": incident.level,
        "drill": int(incident.drill),
        "reason": by.reason,
    }
    audit.append(connection, by.at, by.actor, f"incident.{by.action}", detail)
