"""Rule os-supported: the maker still mends security holes of the machine's operating system."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.checked import checked
from alerts.rules.current import current, evidence_of
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

SOON_DAYS = 90
"""Told this long before the end: what a ward's purchase takes."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the day that support ends; the last day itself still counts as supported."""
    machine = office.state.machines.get(declared.id)
    system = current(
        "os-supported", declared.id, "system", machine.system if machine else None, office.now
    )
    if isinstance(system, Finding):
        return system
    os = system.value.os
    until = _day(os.supported_until) if os else None
    if os is None or until is None:
        return checked(office, declared, "os-supported", "os-supported")
    name = " ".join(part for part in (os.name, os.version) if part) or "?"
    left_days = (
        until - office.now.astimezone(ZoneInfo(office.inventory.site.timezone)).date()
    ).days
    because = "ended" if left_days < 0 else "ends-soon" if left_days <= SOON_DAYS else "supported"
    return Finding(
        "os-supported",
        declared.id,
        "fail" if left_days < 0 else "pass",
        because,
        {"os": name, "until_on": until.isoformat(), "days": max(left_days, 0)},
        (
            evidence_of(
                declared.id,
                "system",
                system,
                Seen("os", {"os": name, "until_on": until.isoformat()}),
            ),
        ),
        signal_at=system.received_at,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # a PC's text is data: a day that is none counts as not read


RULE = Rule(
    id="os-supported",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
