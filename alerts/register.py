"""The register: what changed among the findings is written down, and failing ones open incidents."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from alerts import opening, rows
from alerts.finding import Finding
from alerts.rules import RULES
from alerts.tables import finding_changes, finding_current
from collector import audit
from collector.inventory.model import Inventory

ACTOR = opening.ACTOR

Key = tuple[str, str]
Change = tuple[Finding, Row[Any] | None]
"""A finding, and the line of `finding_current` before it, if there was one."""


class Recorded(Struct, frozen=True):
    """What one round wrote: changes of verdict or reason, and the incidents that it touched."""

    changes: int = 0
    incidents: tuple[str, ...] = ()


def record(
    connection: Connection,
    findings: Iterable[Finding],
    now: datetime,
    inventory: Inventory,
    subjects: Collection[str] | None = None,
) -> Recorded:
    """Write what differs from the last round, in the caller's write transaction.

    A change is another verdict, reason or kind; figures that move within the same reason are not.
    With `subjects` the findings are of those alone, and of the others nothing is said.
    """
    by_key = {(finding.rule, finding.subject): finding for finding in findings}
    known = _known(connection, subjects)
    changed = [
        (finding, known.get(key))
        for key, finding in by_key.items()
        if key not in known or _differs(known[key], finding)
    ]
    gone = [(_undeclared(key), known[key]) for key in sorted(known.keys() - by_key.keys())]
    _append(connection, [*changed, *gone], now)
    _replace(connection, changed, now)
    _forget(connection, gone)
    touched = [
        _attach(connection, finding, now, inventory)
        for key, finding in by_key.items()
        if _opens(finding, known.get(key))
    ]
    opening.prove(connection, by_key, now)
    return Recorded(len(changed) + len(gone), tuple(touched))


def _known(connection: Connection, subjects: Collection[str] | None) -> dict[Key, Row[Any]]:
    wanted = select(finding_current)
    if subjects is not None:
        wanted = wanted.where(finding_current.c.subject.in_(sorted(subjects)))
    return {(row.rule, row.subject): row for row in connection.execute(wanted)}


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


def _append(connection: Connection, changes: Sequence[Change], now: datetime) -> None:
    """One row for each change, and one audit row whose hash covers them: none can be edited later."""
    if not changes:
        return
    rows_of = [
        {
            "at": now,
            "rule": finding.rule,
            "subject": finding.subject,
            "verdict": finding.verdict,
            "before": before.verdict if before else None,
            "finding": rows.finding_json(finding),
        }
        for finding, before in changes
    ]
    connection.execute(insert(finding_changes), rows_of)
    digest = hashlib.sha256("\n".join(str(one["finding"]) for one in rows_of).encode()).hexdigest()
    detail: dict[str, str | int | None] = {"count": len(changes), "sha256": digest}
    audit.append(connection, now, ACTOR, "findings.changed", detail)


def _replace(connection: Connection, changes: Sequence[Change], now: datetime) -> None:
    new = [_line(finding, None, now) for finding, before in changes if before is None]
    if new:
        connection.execute(insert(finding_current), new)
    moved = [_line(finding, before, now) for finding, before in changes if before is not None]
    if moved:
        # The names of a line's own columns are taken by SET, so its key goes by other ones.
        keys = [{"key_rule": one["rule"], "key_subject": one["subject"], **one} for one in moved]
        connection.execute(
            update(finding_current).where(
                finding_current.c.rule == bindparam("key_rule"),
                finding_current.c.subject == bindparam("key_subject"),
            ),
            keys,
        )


def _line(finding: Finding, before: Row[Any] | None, now: datetime) -> dict[str, Any]:
    """What `finding_current` holds of a finding from now on."""
    same_verdict = before is not None and before.verdict == finding.verdict
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "verdict": finding.verdict,
        "because": finding.because,
        # Unknown in the middle of a spell keeps its kind: it may still turn, and turn only once.
        "kind": before.kind if before and finding.verdict == "unknown" else finding.kind,
        "since_at": before.since_at if before and same_verdict else now,
        "incident": before.incident if before and finding.verdict != "pass" else None,
    }


def _forget(connection: Connection, changes: Sequence[Change]) -> None:
    for finding, _ in changes:
        connection.execute(
            delete(finding_current).where(
                finding_current.c.rule == finding.rule,
                finding_current.c.subject == finding.subject,
            )
        )


def _attach(connection: Connection, finding: Finding, now: datetime, inventory: Inventory) -> str:
    incident = opening.opened(connection, finding, now, inventory)
    connection.execute(
        update(finding_current)
        .where(finding_current.c.rule == finding.rule, finding_current.c.subject == finding.subject)
        .values(incident=incident)
    )
    return incident
