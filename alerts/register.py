"""The register: what changed among the findings is written down, and failing ones open incidents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, select, update

from alerts import opening, rows
from alerts.finding import Finding
from alerts.rules import RULES
from alerts.tables import finding_changes, finding_current
from collector import audit
from collector.inventory.model import Inventory

ACTOR = opening.ACTOR

Key = tuple[str, str]


class Recorded(Struct, frozen=True):
    """What one round wrote: changes of verdict or reason, and the incidents that it touched."""

    changes: int = 0
    incidents: tuple[str, ...] = ()


def record(
    connection: Connection, findings: Iterable[Finding], now: datetime, inventory: Inventory
) -> Recorded:
    """Write what differs from the last round, in the caller's write transaction.

    A change is another verdict, reason or kind; figures that move within the same reason are not.
    """
    by_key = {(finding.rule, finding.subject): finding for finding in findings}
    known: dict[Key, Row[Any]] = {
        (row.rule, row.subject): row for row in connection.execute(select(finding_current))
    }
    gone = [_undeclared(key) for key in sorted(known.keys() - by_key.keys())]
    changed = [
        finding
        for key, finding in by_key.items()
        if key not in known or _differs(known[key], finding)
    ]
    written = [_write(connection, one, known.get((one.rule, one.subject)), now) for one in changed]
    written += [_forget(connection, one, known[one.rule, one.subject], now) for one in gone]
    if written:
        _seal(connection, written, now)
    touched = [
        _attach(connection, finding, now, inventory)
        for key, finding in by_key.items()
        if _opens(finding, known.get(key))
    ]
    opening.prove(connection, by_key, now)
    return Recorded(len(written), tuple(touched))


def _differs(row: Row[Any], finding: Finding) -> bool:
    return bool(
        row.verdict != finding.verdict or row.because != finding.because or row.kind != finding.kind
    )


def _undeclared(key: Key) -> Finding:
    return Finding(key[0], key[1], "unknown", "undeclared")


def _opens(finding: Finding, before: Row[Any] | None) -> bool:
    """A failing spell has one incident; a spell that turns into a security matter gets its own."""
    if finding.verdict != "fail" or not RULES[finding.rule].opens_incident:
        return False
    if before is None or before.incident is None or before.verdict == "pass":
        return True
    return bool(finding.kind == "security" and before.kind != "security")


def _write(connection: Connection, finding: Finding, before: Row[Any] | None, now: datetime) -> str:
    where = (
        finding_current.c.rule == finding.rule,
        finding_current.c.subject == finding.subject,
    )
    values: dict[str, Any] = {
        "verdict": finding.verdict,
        "because": finding.because,
        # Unknown in the middle of a spell keeps its kind: it may still turn, and turn only once.
        "kind": before.kind if before and finding.verdict == "unknown" else finding.kind,
    }
    if before is None or before.verdict != finding.verdict:
        values["since_at"] = now
    if finding.verdict == "pass":
        values["incident"] = None
    if before is None:
        names = {"rule": finding.rule, "subject": finding.subject}
        connection.execute(insert(finding_current).values(**names, **values))
    else:
        connection.execute(update(finding_current).where(*where).values(**values))
    return _append(connection, finding, before.verdict if before else None, now)


def _forget(connection: Connection, finding: Finding, before: Row[Any], now: datetime) -> str:
    connection.execute(
        delete(finding_current).where(
            finding_current.c.rule == finding.rule, finding_current.c.subject == finding.subject
        )
    )
    return _append(connection, finding, before.verdict, now)


def _append(connection: Connection, finding: Finding, before: str | None, now: datetime) -> str:
    text = rows.finding_json(finding)
    connection.execute(
        insert(finding_changes).values(
            at=now,
            rule=finding.rule,
            subject=finding.subject,
            verdict=finding.verdict,
            before=before,
            finding=text,
        )
    )
    return text


def _seal(connection: Connection, written: list[str], now: datetime) -> None:
    """One audit row for a round: its hash covers every change, so that none can be edited later."""
    digest = hashlib.sha256("\n".join(written).encode()).hexdigest()
    audit.append(
        connection, now, ACTOR, "findings.changed", {"count": len(written), "sha256": digest}
    )


def _attach(connection: Connection, finding: Finding, now: datetime, inventory: Inventory) -> str:
    incident = opening.opened(connection, finding, now, inventory)
    connection.execute(
        update(finding_current)
        .where(finding_current.c.rule == finding.rule, finding_current.c.subject == finding.subject)
        .values(incident=incident)
    )
    return incident
