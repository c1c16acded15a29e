"""Rule nas-disk-filling: the network storage keeps room for what comes."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.devices.reading import Volume
from collector.inventory.model import Device
from collector.readings import Verdict

GIB = 1024**3
SMALLEST_BYTES = 8 * GIB
"""Smaller ones are the NAS's own scratch (/run, /tmp), not the office's storage."""


def judge(office: Office, declared: Device) -> Finding:
    """By the fullest volume; exactly at the threshold is filling."""
    reading = heard("nas-disk-filling", office, declared)
    if isinstance(reading, Finding):
        return reading
    sized = [
        (_used(one), one) for one in reading.volumes if (one.total_bytes or 0) > SMALLEST_BYTES
    ]
    told = [(ratio, one.name) for ratio, one in sized if ratio is not None]
    if not told:
        return found("nas-disk-filling", office, declared, "unknown", "untold")
    used_ratio, name = max(told)
    limit_ratio = office.inventory.rules.nas_disk_filling.used_ratio
    values: Values = {"volume": name, "used_ratio": used_ratio, "limit_ratio": limit_ratio}
    seen = [Seen("volume", {"volume": name, "used_ratio": ratio}) for ratio, name in told]
    verdict: Verdict = "fail" if used_ratio >= limit_ratio else "pass"
    because = "filling" if used_ratio >= limit_ratio else "room"
    return found("nas-disk-filling", office, declared, verdict, because, values, *seen)


def _used(volume: Volume) -> float | None:
    if not volume.total_bytes or volume.used_bytes is None:
        return None
    return round(volume.used_bytes / volume.total_bytes, 4)


RULE = Rule(
    id="nas-disk-filling",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=of_kind("nas"),
    judge=judge,
    tag="availability:outage",
)
