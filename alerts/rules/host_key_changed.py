"""Rule host-key-changed: the device that SSH reaches is the one that it reached first."""

from __future__ import annotations

from msgspec import structs

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.device import fetched, known
from alerts.rules.rule import Rule
from collector.inventory.model import Device


def judge(office: Office, declared: Device) -> Finding:
    """Another key is somebody in between, or another device; nothing was sent to it."""
    device = known(office, declared)
    pin = device.host_key
    if pin is None:
        reason = (device.fetch.problem if device.fetch else None) or ""
        values = {"name": declared.name, "trouble": reason}
        because = "unreached" if reason else "never-read"
        return Finding("host-key-changed", declared.id, "unknown", because, values)
    values = {"name": declared.name, "before": pin.value, "now": pin.other or pin.value}
    seen = (Seen("host-key", values),)
    at = pin.other_at or pin.since_at
    evidence = (Evidence(declared.id, "fetch", seen, None, at),)
    if pin.other is None:
        return Finding("host-key-changed", declared.id, "pass", "same", values, evidence)
    changed = Finding(
        "host-key-changed", declared.id, "fail", "another", values, evidence, signal_at=at
    )
    return structs.replace(changed, kind="security")


RULE = Rule(
    id="host-key-changed",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=fetched,
    judge=judge,
    group="N2",
    level="M3",
)
