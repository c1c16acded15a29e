"""Rule dns-failing: names are resolved while the line works; one name server that answers is enough."""

from __future__ import annotations

from datetime import timedelta
from itertools import takewhile

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.line_down import UNWATCHED_AFTER
from alerts.rules.rule import Rule
from collector.inventory.model import Line
from collector.line_readings import LineReading


def judge(office: Office, line: Line) -> Finding:
    """Failing from the threshold on. Where the line itself is down, nothing is said of names."""
    readings = office.state.lines.get(line.id, ())
    if not readings:
        return Finding("dns-failing", line.id, "unknown", "never-looked")
    newest = readings[0]
    evidence = (_evidence(line, newest),)
    if office.now - newest.at > UNWATCHED_AFTER:
        values = {"seen_at": newest.at.isoformat()}
        return Finding("dns-failing", line.id, "unknown", "unwatched", values, evidence)
    if not newest.up or not newest.name_servers:
        because = "not-asked" if newest.up else "no-line"
        return Finding("dns-failing", line.id, "unknown", because, evidence=evidence)
    failing = list(takewhile(_fails, readings))
    if not failing:
        return Finding("dns-failing", line.id, "pass", "resolved", evidence=evidence)
    since = failing[-1].at
    values = {"since_at": since.isoformat()}
    after = timedelta(seconds=office.inventory.rules.dns_failing.after_seconds)
    if office.now - since >= after:
        return Finding("dns-failing", line.id, "fail", "failing", values, evidence, signal_at=since)
    return Finding("dns-failing", line.id, "pass", "brief", values, evidence)


def _fails(reading: LineReading) -> bool:
    asked = reading.name_servers
    return reading.up and bool(asked) and all(one.latency_seconds is None for one in asked)


def _evidence(line: Line, reading: LineReading) -> Evidence:
    seen = tuple(
        Seen("target-silent", {"target": one.target, "error": one.error})
        if one.error
        else Seen("target-answered", {"target": one.target})
        for one in reading.name_servers
    )
    return Evidence(line.id, "line", seen or (Seen("no-name-servers"),), None, reading.at)


RULE = Rule(
    id="dns-failing",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
    tag="availability:outage",
)
