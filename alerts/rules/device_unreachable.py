"""Rule device-unreachable: every declared device that can be asked answers."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Finding, Values
from alerts.office import Office
from alerts.rules.device import found, known
from alerts.rules.rule import Rule
from collector.inventory.model import Device
from collector.readings import Verdict

UNWATCHED_AFTER = timedelta(minutes=10)
"""Devices are asked every minute: ten misses in a row mean that nobody is asking."""


def judge(office: Office, declared: Device) -> Finding:
    """Silent from the threshold on; before it, a short break still counts as answering."""
    device = known(office, declared)
    if declared.snmp is None:
        return found("device-unreachable", office, declared, "unknown", "not-asked")
    if device.at is None:
        return found("device-unreachable", office, declared, "unknown", "never-asked")
    if office.now - device.at > UNWATCHED_AFTER:
        values = {"seen_at": device.at.isoformat()}
        return found("device-unreachable", office, declared, "unknown", "unwatched", values)
    if device.down_since_at is None:
        return found("device-unreachable", office, declared, "pass", "answers")
    since_at = device.down_since_at
    silent: Values = {"since_at": since_at.isoformat(), "trouble": device.problem or ""}
    if office.now - since_at < timedelta(
        seconds=office.inventory.rules.device_unreachable.after_seconds
    ):
        verdict: Verdict = "pass" if device.answered_at is not None else "unknown"
        return found("device-unreachable", office, declared, verdict, "brief", silent)
    told = found("device-unreachable", office, declared, "fail", "silent", silent)
    return Finding(
        told.rule, told.subject, "fail", "silent", told.values, told.evidence, signal_at=since_at
    )


RULE = Rule(
    id="device-unreachable",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.devices,
    judge=judge,
    tag="availability:outage",
    group="N3",
)
