"""Between rows and values: the one place where judgement's tables become structs."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from alerts.finding import Finding
from alerts.incidents import Flag, Incident
from alerts.tables import incidents


def finding_json(finding: Finding) -> str:
    """A finding with its evidence, the same bytes for the same finding."""
    return msgspec.json.encode(finding, order="sorted").decode()


def finding_of(text: str) -> Finding:
    """The finding as it was written."""
    return msgspec.json.decode(text, type=Finding)


def incident_of(row: Row[Any]) -> Incident:
    """One line of `incidents`."""
    return Incident(
        id=row.id,
        kind=row.kind,
        rule=row.rule,
        subject=row.subject,
        state=row.state,
        t0=row.t0,
        opened_at=row.opened_at,
        level=row.level,
        group=row.grouping,
        tag=row.tag,
        drill=row.drill,
        flags=msgspec.json.decode(row.flags, type=tuple[Flag, ...]),
        signal=finding_of(row.signal),
        linked=row.linked,
        merged_into=row.merged_into,
        corrected_t0=row.corrected_t0,
        fixed_at=row.fixed_at,
        proved_at=row.proved_at,
        ended_at=row.ended_at,
        version=row.version,
    )


def incident(connection: Connection, id: str) -> Incident | None:
    """The incident of that id, or None."""
    row = connection.execute(select(incidents).where(incidents.c.id == id)).first()
    return incident_of(row) if row else None
