"""Rule ups-on-battery: the office has mains power."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.inventory.model import Device


def judge(office: Office, declared: Device) -> Finding:
    """From the first reading on: minutes are all that there is."""
    reading = heard("ups-on-battery", office, declared)
    if isinstance(reading, Finding):
        return reading
    if reading.ups is None or reading.ups.on_battery is None:
        return found("ups-on-battery", office, declared, "unknown", "untold")
    minutes = reading.ups.runtime_seconds
    values: Values = {"minutes": "?" if minutes is None else int(minutes // 60)}
    if reading.ups.on_battery:
        seen = Seen("ups-battery", values)
        return found("ups-on-battery", office, declared, "fail", "battery", values, seen)
    return found("ups-on-battery", office, declared, "pass", "mains", values)


RULE = Rule(
    id="ups-on-battery",
    item=28,
    severity="critical",
    opens_incident=True,
    subjects=of_kind("ups"),
    judge=judge,
    tag="availability:outage",
    group="N3",
)
