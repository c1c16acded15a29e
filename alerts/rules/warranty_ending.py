"""Rule warranty-ending: no warranty runs out before what is broken was mended under it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """Fails in the last days of a warranty, the last day included; before and after nothing is due."""
    until = declared.warranty_until or date.min
    today = office.now.astimezone(ZoneInfo(office.inventory.site.timezone)).date()
    left_days = (until - today).days
    days = office.inventory.rules.warranty_ending.days
    because = "over" if left_days < 0 else "ending" if left_days <= days else "runs"
    seen = Seen("warranty", {"until_on": until.isoformat()})
    return Finding(
        "warranty-ending",
        declared.id,
        "fail" if because == "ending" else "pass",
        because,
        {"until_on": until.isoformat(), "days": max(left_days, 0)},
        (Evidence(declared.id, "inventory", (seen,), received_at=office.now),),
    )


RULE = Rule(
    id="warranty-ending",
    item=23,
    severity="info",
    opens_incident=False,
    subjects=lambda inventory: tuple(one for one in inventory.machines if one.warranty_until),
    judge=judge,
)
