"""An incident's evidence in one chained file, and the check that names what was changed in it.

Each line is a JSON object {"hash", "previous", "row", "kind", ...}; `hash` is the SHA-256 of the
line before it and of the row's own bytes, so that no row can be changed, dropped or slipped in
without the first wrong line being named. The last line counts the rows: a cut-off end shows too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, select

from alerts import rows, verifier
from alerts.finding import Finding
from alerts.incidents import NotAllowed
from alerts.tables import (
    deliveries,
    incident_changes,
    incident_statements,
    incidents,
    obligation_changes,
)
from alerts.verifier import chain_hash
from collector.store.tables import audit, reports


class EvidenceError(Exception):
    """A file that can't be checked at all, worded for the operator."""


class Line(Struct, frozen=True):
    """One row of the file; `row` is JSON text and hashed byte for byte."""

    kind: str
    row: str
    previous: str
    hash: str


class Checked(Struct, frozen=True):
    """What a check found. Keep `head` elsewhere: a whole chain can be made anew."""

    rows: int
    head: str
    problem: str | None = None
    """The first thing that does not fit, in words; None: everything does."""


def chained(connection: Connection, id: str, now: datetime) -> bytes:
    """All that the incident rests on: its signal, history, reports with their hashes, audit rows."""
    if rows.incident(connection, id) is None:
        raise NotAllowed("unknown", incident=id)
    lines, previous = [], verifier.BEGINNING
    for kind, row in _content(connection, id, now):
        text = msgspec.json.encode(row, order="sorted").decode()
        line = Line(kind, text, previous, chain_hash(previous, kind, text))
        lines.append(msgspec.json.encode(line))
        previous = line.hash
    end = msgspec.json.encode({"rows": len(lines)}).decode()
    lines.append(msgspec.json.encode(Line("end", end, previous, chain_hash(previous, "end", end))))
    return b"\n".join(lines) + b"\n"


def cited(connection: Connection) -> frozenset[int]:
    """Rows in `reports` that any incident rests on: they stay as long as the incident does."""
    findings = connection.execute(select(incident_changes.c.finding)).scalars()
    return frozenset(_cited_by(findings))


def verify(path: Path) -> Checked:
    """Walk a chained file or an archive offline and name what was changed, dropped or slipped in."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: can't be read: {error.strerror}") from error
    return Checked(*verifier.check(content))


def _content(
    connection: Connection, id: str, now: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "header", {"incident": id, "made_at": now, "version": 1}
    incident = connection.execute(select(incidents).where(incidents.c.id == id)).one()
    yield "incident", _plain(incident)
    for table in (incident_changes, incident_statements, obligation_changes, deliveries):
        for row in connection.execute(
            select(table).where(table.c.incident == id).order_by(table.c.id)
        ):
            yield str(table.name), _plain(row)
    numbers = sorted(_reports(connection, id))
    for row in connection.execute(
        select(reports).where(reports.c.id.in_(numbers)).order_by(reports.c.id)
    ):
        yield "report", _plain(row)
    for row in connection.execute(select(audit).order_by(audit.c.seq)):
        if msgspec.json.decode(row.detail, type=dict[str, Any]).get("incident") == id:
            yield "audit", _plain(row)


def _reports(connection: Connection, id: str) -> set[int]:
    """Rows in `reports` that any finding of the incident's history rests on."""
    findings = select(incident_changes.c.finding).where(incident_changes.c.incident == id)
    return _cited_by(connection.execute(findings).scalars())


def _cited_by(findings: Iterable[str | None]) -> set[int]:
    """`findings` as they stand in a history: JSON, or nothing where an officer acted."""
    found: set[int] = set()
    for text in findings:
        if text is not None:
            finding: Finding = rows.finding_of(text)
            found |= {one.report for one in finding.evidence if one.report is not None}
    return found


def _plain(row: Row[Any]) -> dict[str, Any]:
    """A row as JSON can say it: hashes in hexadecimal."""
    return {
        name: bytes(value).hex() if isinstance(value, bytes | memoryview) else value
        for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public name for it
    }
