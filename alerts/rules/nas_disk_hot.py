"""Rule nas-disk-hot: no disk of the network storage cooks."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.inventory.model import Device
from collector.readings import Verdict


def judge(office: Office, declared: Device) -> Finding:
    """By the hottest disk; exactly at the threshold is hot."""
    reading = heard("nas-disk-hot", office, declared)
    if isinstance(reading, Finding):
        return reading
    told = [
        (one.temperature_celsius, one.name)
        for one in reading.disks
        if one.temperature_celsius is not None
    ]
    if not told:
        return found("nas-disk-hot", office, declared, "unknown", "untold")
    celsius, disk = max(told)
    values: Values = {"disk": disk, "celsius": celsius}
    seen = [Seen("disk-heat", {"disk": name, "celsius": heat}) for heat, name in told]
    hot = celsius >= office.inventory.rules.nas_disk_hot.hot_celsius
    verdict: Verdict = "fail" if hot else "pass"
    because = "hot" if hot else "cool"
    return found("nas-disk-hot", office, declared, verdict, because, values, *seen)


RULE = Rule(
    id="nas-disk-hot",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=of_kind("nas"),
    judge=judge,
    tag="availability:outage",
)
