"""Rule line-down: an Internet line answers; it is down when none of its targets does for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Line
from collector.line_readings import LineReading
from collector.lines.facts import Cause, LineFacts

LOCAL = frozenset({"pc", "cable-or-wifi"})
UNWATCHED_AFTER = timedelta(minutes=10)
"""Lines are looked at every minute: ten misses in a row mean that nobody is looking."""


def judge(office: Office, line: Line) -> Finding:
    """Down from the threshold on; before it, a short break still counts as up."""
    readings = office.state.lines.get(line.id, ())
    if not readings:
        return Finding("line-down", line.id, "unknown", "never-looked")
    newest = readings[0]
    evidence: tuple[Evidence, ...] = (_evidence(line, newest),)
    if office.now - newest.at > UNWATCHED_AFTER:
        values = {"seen_at": newest.at.isoformat()}
        return Finding("line-down", line.id, "unknown", "unwatched", values, evidence)
    if newest.up:
        values = {"targets": ", ".join(one.target for one in newest.targets if not one.error)}
        return Finding("line-down", line.id, "pass", "up", values, evidence)
    down = list(takewhile(lambda reading: not reading.up, readings))
    evidence += (_evidence(line, down[-1]),) if len(down) > 1 else ()
    return _broken(office, line, down[-1].at, evidence, len(down) == len(readings))


def _broken(
    office: Office, line: Line, since: datetime, evidence: tuple[Evidence, ...], never_up: bool
) -> Finding:
    seconds = int((office.now - since).total_seconds())
    cause = office.state.line_facts.get(line.id, LineFacts()).cause
    values: dict[str, str | int | float] = {"since_at": since.isoformat(), "seconds": seconds}
    if cause and cause.party in LOCAL and cause.reports:
        # Others get out by this line, and the looking machine does not: the line is not down.
        values |= {"party": cause.party, "machine": cause.subject or "-"}
        evidence += _votes(line, cause)
        return Finding("line-down", line.id, "pass", "others-get-out", values, evidence)
    if seconds >= office.inventory.rules.line_down.after_seconds and cause:
        values |= {"party": cause.party}
        evidence += _votes(line, cause)
        return Finding("line-down", line.id, "fail", "blamed", values, evidence, signal_at=since)
    if seconds >= office.inventory.rules.line_down.after_seconds:
        return Finding("line-down", line.id, "fail", "down", values, evidence, signal_at=since)
    if never_up:
        return Finding("line-down", line.id, "unknown", "not-yet", values, evidence)
    return Finding("line-down", line.id, "pass", "brief", values, evidence)


def _votes(line: Line, cause: Cause) -> tuple[Evidence, ...]:
    """What the PCs told: the reports that the verdict rests on."""
    return tuple(Evidence(line.id, "line", (Seen("vote"),), one) for one in cause.reports)


def _evidence(line: Line, reading: LineReading) -> Evidence:
    answers = (
        Seen("target-silent", {"target": one.target, "error": one.error})
        if one.error
        else Seen("target-answered", {"target": one.target})
        for one in reading.targets
    )
    seen = (Seen("line-up" if reading.up else "line-down"), *answers)
    return Evidence(line.id, "line", seen, None, reading.at)


RULE = Rule(
    id="line-down",
    item=28,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
    tag="availability:outage",
    group="N3",
)
