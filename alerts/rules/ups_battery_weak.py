"""Rule ups-battery-weak: the battery would carry the office over the next cut."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.devices.reading import Ups
from collector.inventory.model import Device
from collector.inventory.thresholds import UpsBatteryWeak
from collector.readings import Verdict


def judge(office: Office, declared: Device) -> Finding:
    """On mains alone: on battery it empties by design. Exactly at a threshold is enough."""
    reading = heard("ups-battery-weak", office, declared)
    if isinstance(reading, Finding):
        return reading
    ups, limits = reading.ups, office.inventory.rules.ups_battery_weak
    if ups is None or (ups.charge_ratio is None and ups.replace_battery is None):
        return found("ups-battery-weak", office, declared, "unknown", "untold")
    seconds = ups.runtime_seconds
    values: dict[str, str | int | float] = {
        "charge_ratio": "?" if ups.charge_ratio is None else ups.charge_ratio,
        "minutes": "?" if seconds is None else int(seconds // 60),
    }
    verdict, because = _judged(ups, limits)
    seen = Seen("ups-charge", values)
    return found("ups-battery-weak", office, declared, verdict, because, values, seen)


def _judged(ups: Ups, limits: UpsBatteryWeak) -> tuple[Verdict, str]:
    if ups.replace_battery:
        return "fail", "replace"
    if ups.on_battery:
        return "unknown", "in-use"
    if ups.charge_ratio is not None and ups.charge_ratio < limits.least_charge_ratio:
        return "fail", "weak"
    if ups.runtime_seconds is not None and ups.runtime_seconds < limits.least_runtime_seconds:
        return "fail", "short"
    return "pass", "charged"


RULE = Rule(
    id="ups-battery-weak",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=of_kind("ups"),
    judge=judge,
    tag="availability:outage",
)
