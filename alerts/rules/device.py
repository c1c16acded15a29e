"""What the rules of devices share: whose reading speaks for now, and how it is named as evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from collector.devices.known import Device
from collector.devices.reading import DeviceReading
from collector.inventory.model import Device as Declared
from collector.inventory.model import Inventory
from collector.readings import Verdict

SPEAKS_FOR = timedelta(minutes=30)
"""Devices are asked every minute: half an hour of silence, and the last word proves nothing."""


def of_kind(*kinds: str) -> Callable[[Inventory], tuple[Declared, ...]]:
    """The declared devices of those kinds that can be asked by SNMP."""
    return lambda inventory: tuple(
        one for one in inventory.devices if one.kind in kinds and one.snmp is not None
    )


def asked(inventory: Inventory) -> tuple[Declared, ...]:
    """Every declared device that can be asked by SNMP."""
    return tuple(one for one in inventory.devices if one.snmp is not None)


def fetched(inventory: Inventory) -> tuple[Declared, ...]:
    """Every declared device whose configuration is fetched by SSH."""
    return tuple(one for one in inventory.devices if one.ssh is not None)


def known(office: Office, declared: Declared) -> Device:
    """What was seen of it; nothing yet is a value too."""
    return office.state.devices.get(declared.id, Device(declared.id))


def heard(rule: str, office: Office, declared: Declared) -> DeviceReading | Finding:
    """The reading itself, or the unknown finding that says why there is none to judge by."""
    device = known(office, declared)
    if device.reading is None or device.answered_at is None:
        values: Values = {"trouble": device.problem or ""}
        because = "device-silent" if device.problem else "never-read"
        return found(rule, office, declared, "unknown", because, values)
    if office.now - device.answered_at > SPEAKS_FOR:
        values = {"since_at": device.answered_at.isoformat(), "trouble": device.problem or ""}
        return found(rule, office, declared, "unknown", "device-stale", values)
    return device.reading


def found(
    rule: str,
    office: Office,
    declared: Declared,
    verdict: Verdict,
    because: str,
    values: Values | None = None,
    *seen: Seen,
) -> Finding:
    """A finding that rests on the newest reading of the device."""
    device = known(office, declared)
    evidence: tuple[Evidence, ...] = ()
    if device.answered_at is not None:
        told = seen or (Seen("device-answered", {"what": _what(device)}),)
        evidence = (Evidence(declared.id, "device", told, None, device.answered_at),)
    signal_at = device.answered_at if verdict == "fail" else None
    named = {"name": declared.name, **(values or {})}
    return Finding(rule, declared.id, verdict, because, named, evidence, signal_at=signal_at)


def _what(device: Device) -> str:
    reading = device.reading
    parts = (reading.maker, reading.model, reading.serial) if reading else ()
    return " ".join(filter(None, parts)) or device.id
