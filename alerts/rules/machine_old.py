"""Rule machine-old: no PC is used beyond the years after which repairs cost more than it is worth."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

YEAR_DAYS = 365.25


def judge(office: Office, declared: Machine) -> Finding:
    """By the declared day of purchase; exactly at the threshold is old."""
    limit = office.inventory.rules.machine_old.years
    if declared.bought is None:
        return Finding("machine-old", declared.id, "unknown", "undated", {"limit": limit})
    today = office.now.astimezone(ZoneInfo(office.inventory.site.timezone)).date()
    years = (today - declared.bought).days / YEAR_DAYS
    values: dict[str, str | int | float] = {
        "bought_on": declared.bought.isoformat(),
        "years": round(years, 1),
        "limit": limit,
    }
    seen = Seen("bought", {"bought_on": declared.bought.isoformat()})
    evidence = (Evidence(declared.id, "inventory", (seen,), received_at=office.now),)
    old = years >= limit
    return Finding(
        "machine-old",
        declared.id,
        "fail" if old else "pass",
        "old" if old else "young",
        values,
        evidence,
    )


RULE = Rule(
    id="machine-old",
    item=23,
    severity="info",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
