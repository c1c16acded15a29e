"""The newest reading of one kind as a rule may use it: there, and not too old to speak for now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from alerts.finding import Evidence, Finding, Seen
from collector.state import Latest

T = TypeVar("T")

STALE_AFTER = {
    # A PC may rest over Tết (nine days at most, with the weekends) and keep its last word.
    "security": timedelta(days=14),
    "load": timedelta(days=14),
    # Bought once, changed seldom: but what nobody has seen for a month proves nothing.
    "hardware": timedelta(days=35),
    "system": timedelta(days=35),
    "software": timedelta(days=35),
    # Told once a day where nothing happened, at once where something did.
    "events": timedelta(days=14),
}


def current(
    rule: str, subject: str, kind: str, latest: Latest[T] | None, now: datetime
) -> Latest[T] | Finding:
    """The reading itself, or the unknown finding that says why there is none to judge by."""
    if latest is None:
        return Finding(rule, subject, "unknown", "never-read")
    age = now - latest.received_at
    if age > STALE_AFTER[kind]:
        evidence = (evidence_of(subject, kind, latest, Seen("old", {"days": age.days})),)
        return Finding(rule, subject, "unknown", "stale", {"days": age.days}, evidence)
    return latest


def evidence_of(asset: str, kind: str, latest: Latest[T], *seen: Seen) -> Evidence:
    """Name the report that a verdict rests on, and what was seen in it."""
    return Evidence(asset, kind, seen, latest.report, latest.received_at)


def gap_cause(latest: Latest[T], field: str) -> str:
    """Why a field is missing, in the PC's own words; empty when the PC gave no cause."""
    causes = (gap.cause for gap in latest.gaps if gap.field.split("[")[0].startswith(field))
    return next(causes, "")
