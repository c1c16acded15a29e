"""Rule os-ending: a system whose support ends within a budget year is in the plan before it does."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules import os_supported
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """By the day that support ends. What has ended already is the rule os-supported's matter."""
    found = os_supported.judge(office, declared)
    because, verdict = found.because, found.verdict
    if "until_on" not in found.values:
        if verdict == "pass":
            verdict, because = "unknown", "undated"
        elif verdict == "fail":
            verdict, because = "pass", "over"
    elif found.because == "ended":
        verdict, because = "pass", "over"
    else:
        near = int(found.values["days"]) <= office.inventory.rules.os_ending.days
        verdict, because = ("fail", "ending") if near else ("pass", "runs")
    if because == "unknown":
        because = "undated"
    values = {"os": "-", "until_on": "-", "days": 0, **found.values}
    return Finding(
        "os-ending",
        declared.id,
        verdict,
        because,
        values,
        found.evidence,
        signal_at=found.signal_at,
    )


RULE = Rule(
    id="os-ending",
    item=23,
    severity="info",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
