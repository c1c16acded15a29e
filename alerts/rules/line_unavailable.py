"""Rule line-unavailable: a line is up in office hours for as long as the plan and its contract ask."""

from __future__ import annotations

from math import floor

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Line
from collector.inventory.thresholds import LineUnavailable
from collector.lines.facts import Availability, LineFacts
from collector.readings import Verdict

WINDOW = "30d"
LEAST_SECONDS = 3600.0
"""Office hours that must have been looked at before a share of them says anything."""


def judge(office: Office, line: Line) -> Finding:
    """By the office hours of 30 days. Exactly at the share is available."""
    readings = office.state.lines.get(line.id, ())
    facts = office.state.line_facts.get(line.id, LineFacts())
    seen = facts.availability.get(WINDOW, Availability())
    limits = office.inventory.rules.line_unavailable
    because = _because(seen, limits)
    expected = max(seen.office_expected_seconds, seen.office_seconds)
    values: Values = {
        # Cut, never rounded up: what falls short of 99.5 % does not read 99.5 %.
        "available_ratio": floor((seen.office_ratio or 0.0) * 1000 + 1e-6) / 1000,
        "wanted_ratio": limits.availability_ratio,
        "down_minutes": _minutes(seen.office_down_seconds),
        "allowed_minutes": _minutes(expected * (1 - limits.availability_ratio)),
        "seen_minutes": _minutes(seen.office_seconds),
        "unseen_minutes": _minutes(expected - seen.office_seconds),
    }
    at = readings[0].at if readings else None
    evidence = (Evidence(line.id, "line", (Seen("line-availability", values),), None, at),)
    verdict = VERDICTS[because]
    signal_at = at if verdict == "fail" else None
    return Finding(
        "line-unavailable", line.id, verdict, because, values, evidence, signal_at=signal_at
    )


def _because(seen: Availability, limits: LineUnavailable) -> str:
    """What nobody looked at may have been up or down: it decides nothing by itself."""
    if seen.office_ratio is None or seen.office_seconds < LEAST_SECONDS:
        return "too-short"
    expected = max(seen.office_expected_seconds, seen.office_seconds)
    allowed = expected * (1 - limits.availability_ratio)
    if seen.office_down_seconds > allowed + 0.5:
        return "unavailable"
    if seen.office_seconds < limits.seen_ratio * expected:
        return "unseen"
    if seen.office_ratio < limits.availability_ratio - 1e-9:
        return "unsure"
    return "available"


VERDICTS: dict[str, Verdict] = {
    "available": "pass",
    "unavailable": "fail",
    "unsure": "unknown",
    "unseen": "unknown",
    "too-short": "unknown",
}


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 1)


RULE = Rule(
    id="line-unavailable",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
    tag="availability:outage",
)
