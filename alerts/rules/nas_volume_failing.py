"""Rule nas-volume-failing: the network storage's volumes and disks are whole."""

from __future__ import annotations

from alerts.finding import Finding, Seen, Values
from alerts.office import Office
from alerts.rules.device import found, heard, of_kind
from alerts.rules.rule import Rule
from collector.inventory.model import Device

SOUND = {
    *("normal", "expanding", "migrating", "creating", "syncing", "parity-checking", "scrubbing"),
    *("assembling", "cancelling", "deleting", "not-initialised"),
}
UNTOLD = {"unknown"}


def judge(office: Office, declared: Device) -> Finding:
    """One volume or disk that is not sound fails it; one that tells nothing leaves it unproved."""
    reading = heard("nas-volume-failing", office, declared)
    if isinstance(reading, Finding):
        return reading
    parts = [(one.name, one.state) for one in reading.volumes if one.state]
    parts += [(one.name, one.state) for one in reading.disks if one.state]
    if not parts:
        return found("nas-volume-failing", office, declared, "unknown", "untold")
    bad = [f"{name} ({state})" for name, state in parts if state not in SOUND | UNTOLD]
    unknown = [name for name, state in parts if state in UNTOLD]
    seen = [Seen("part-state", {"name": name, "state": state}) for name, state in parts]
    values: Values = {"which": ", ".join(bad or unknown), "count": len(parts)}
    if bad:
        return found("nas-volume-failing", office, declared, "fail", "failing", values, *seen)
    if unknown:
        return found("nas-volume-failing", office, declared, "unknown", "unsure", values, *seen)
    return found("nas-volume-failing", office, declared, "pass", "sound", values, *seen)


RULE = Rule(
    id="nas-volume-failing",
    item=28,
    severity="critical",
    opens_incident=True,
    subjects=of_kind("nas"),
    judge=judge,
    tag="availability:outage",
)
