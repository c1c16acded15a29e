"""The first failing reading behind a finding: what came in while nobody was judging counts for T0."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from msgspec.structs import replace
from sqlalchemy import Connection, select

from alerts.finding import Evidence, Finding
from collector import sections, wire
from collector.readings import Check, Security
from collector.store.tables import reports

LOOK_BACK = 1_000
"""Readings: three days and a half at one in five minutes, longer than a weekend without duties."""

Reading = tuple[int, datetime, tuple[Check, ...]]


def traced(connection: Connection, finding: Finding) -> Finding:
    """The finding with the first reading of the same failing spell among its evidence.

    An unknown verdict does not end a spell, a pass does. Asked only where an incident opens.
    """
    cited = next(
        (one for one in finding.evidence if one.kind == "security" and one.report is not None), None
    )
    if cited is None:
        return finding
    asked = {str(seen.values.get("check")) for one in finding.evidence for seen in one.seen}
    first = _first(_readings(connection, cited), asked)
    if first is None or first[0] == cited.report:
        return finding
    report, received_at, _ = first
    earlier = replace(cited, report=report, received_at=received_at)
    signal_at = min(received_at, finding.signal_at or received_at)
    return replace(finding, evidence=(*finding.evidence, earlier), signal_at=signal_at)


def _first(readings: Iterator[Reading], asked: Collection[str]) -> Reading | None:
    """The oldest of the readings in a row, newest first, that fail as the newest one does."""
    first: Reading | None = None
    failing: set[str] = set()
    for reading in readings:
        checks = [check for check in reading[2] if check.id in (failing or asked)]
        if first is None:
            failing = {check.id for check in checks if check.verdict == "fail"}
        verdicts = {check.verdict for check in checks}
        if "fail" in verdicts:
            first = reading
        elif first is None or "pass" in verdicts:
            break
    return first


def _readings(connection: Connection, cited: Evidence) -> Iterator[Reading]:
    agent = select(reports.c.agent).where(reports.c.id == cited.report).scalar_subquery()
    found = connection.execute(
        select(reports.c.id, reports.c.received_at, reports.c.body)
        .where(reports.c.agent == agent, reports.c.kind == "security", reports.c.id <= cited.report)
        .where(reports.c.kind != "load")  # as the index says that it goes by
        .order_by(reports.c.id.desc())
        .limit(LOOK_BACK)
    )
    for row in found:
        yield row.id, row.received_at, _checks(row.body)


def _checks(body: str) -> tuple[Check, ...]:
    """None of a section that was not believed when it came."""
    try:
        value = sections.typed("security", wire.report(body).section)
    except (wire.WireError, sections.SectionError):
        return ()
    return value.checks if isinstance(value, Security) else ()
