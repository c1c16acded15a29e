"""Rule machine-absent: a declared PC is seen now and then, or somebody finds out where it is."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """By its last report of whatever kind; a goodbye does not excuse an absence of weeks."""
    machine = office.state.machines.get(declared.id)
    last_at = machine.agent.last_report_at if machine and machine.agent else None
    days = office.inventory.rules.machine_absent.days
    if last_at is None:
        return Finding("machine-absent", declared.id, "unknown", "never", {"room": declared.room})
    age = office.now - last_at
    values: dict[str, str | int | float] = {
        "room": declared.room,
        "last_at": last_at.isoformat(),
        "days": age.days,
    }
    evidence = (Evidence(declared.id, "report", (Seen("last-report"),), None, last_at),)
    absent = age > timedelta(days=days)
    return Finding(
        "machine-absent",
        declared.id,
        "fail" if absent else "pass",
        "absent" if absent else "seen",
        values,
        evidence,
    )


RULE = Rule(
    id="machine-absent",
    item=23,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="information-content-security:data-loss",
    group="N4",
)
