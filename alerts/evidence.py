"""An incident's evidence in one chained file, and the check that names what was changed in it.

Each line is a JSON object {"hash", "previous", "row", "kind", ...}; `hash` is the SHA-256 of the
line before it and of the row's own bytes, so that no row can be changed, dropped or slipped in
without the first wrong line being named. The last line counts the rows: a cut-off end shows too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Row, select

from alerts import rows
from alerts.finding import Finding
from alerts.incidents import NotAllowed
from alerts.tables import deliveries, incident_changes, incidents, obligation_changes
from collector.store.tables import audit, reports

BEGINNING = "0" * 64


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
    """The first line that does not fit, in words; None: every line does."""


def chained(connection: Connection, id: str, now: datetime) -> bytes:
    """All that the incident rests on: its signal, history, reports with their hashes, audit rows."""
    if rows.incident(connection, id) is None:
        raise NotAllowed("unknown", incident=id)
    lines, previous = [], BEGINNING
    for kind, row in _content(connection, id, now):
        text = msgspec.json.encode(row, order="sorted").decode()
        line = Line(kind, text, previous, _hash(previous, kind, text))
        lines.append(msgspec.json.encode(line))
        previous = line.hash
    end = msgspec.json.encode({"rows": len(lines)}).decode()
    lines.append(msgspec.json.encode(Line("end", end, previous, _hash(previous, "end", end))))
    return b"\n".join(lines) + b"\n"


def cited(connection: Connection) -> frozenset[int]:
    """Rows in `reports` that any incident rests on: they stay as long as the incident does."""
    findings = connection.execute(select(incident_changes.c.finding)).scalars()
    return frozenset(_cited_by(findings))


def verify(path: Path) -> Checked:
    """Walk the chain offline and name the first line that was changed, dropped or slipped in."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: can't be read: {error.strerror}") from error
    previous, count, ended = BEGINNING, 0, False
    for number, raw in enumerate(content.splitlines(), 1):
        problem, line = _checked(number, raw, previous)
        if ended:
            problem = f"line {number}: stands after the end of the file"
        if problem is None and line is not None and line.kind == "end":
            ended = True
            told = _object(line.row).get("rows")
            problem = None if told == count else f"line {number}: tells of {told} rows, not {count}"
        if problem is not None or line is None:
            return Checked(count, previous, problem)
        previous, count = line.hash, count + (not ended)
    if not ended:
        return Checked(count, previous, f"the end is missing after line {count}")
    return Checked(count, previous)


def _checked(number: int, raw: bytes, previous: str) -> tuple[str | None, Line | None]:
    try:
        line = msgspec.json.decode(raw, type=Line)
    except msgspec.DecodeError as error:
        return f"line {number}: not a row of evidence: {error}", None
    if line.previous != previous:
        return f"line {number} ({line.kind}): not chained to the line before it", line
    if line.hash != _hash(previous, line.kind, line.row):
        return f"line {number} ({line.kind}): was changed", line
    fault = _report_fault(line)
    return (f"line {number} (report): {fault}" if fault else None), line


def _report_fault(line: Line) -> str | None:
    """A report carries its own hash from the day it came in: that one must fit as well."""
    if line.kind != "report":
        return None
    row = _object(line.row)
    digest = hashlib.sha256(str(row.get("body")).encode()).hexdigest()
    return None if digest == row.get("sha256") else "the body does not have the hash it came with"


def _object(text: str) -> dict[str, Any]:
    """The row's members; none where it is no object, so that nothing it should hold fits."""
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def _hash(previous: str, kind: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{kind}\n{text}".encode()).hexdigest()


def _content(
    connection: Connection, id: str, now: datetime
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "header", {"incident": id, "made_at": now, "version": 1}
    incident = connection.execute(select(incidents).where(incidents.c.id == id)).one()
    yield "incident", _plain(incident)
    for table in (incident_changes, obligation_changes, deliveries):
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
