"""Rule device-identity-changed: at each declared address answers the device that was declared."""

from __future__ import annotations

import msgspec
from msgspec import structs

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.device import asked, found, heard, known
from alerts.rules.rule import Rule
from collector.devices.reading import Identity
from collector.inventory.model import Device


def judge(office: Office, declared: Device) -> Finding:
    """Against the label where it is declared, else against what answered first."""
    reading = heard("device-identity-changed", office, declared)
    if isinstance(reading, Finding):
        return reading
    label = _label(declared, reading.serial, {port.mac for port in reading.interfaces})
    if label is not None:
        return _another(office, declared, *label)
    pin = known(office, declared).identity
    if pin is None:
        return found("device-identity-changed", office, declared, "unknown", "untold")
    if pin.other is not None:
        return _another(office, declared, _words(pin.value), _words(pin.other))
    values = {"what": _words(pin.value)}
    return found("device-identity-changed", office, declared, "pass", "same", values)


def _label(declared: Device, serial: str | None, macs: set[str | None]) -> tuple[str, str] | None:
    """Declared and seen, where they surely differ; what the device does not tell proves nothing."""
    if declared.serial and serial and declared.serial.casefold() != serial.casefold():
        return declared.serial, serial
    seen = sorted(mac for mac in macs if mac)
    if declared.mac and seen and declared.mac not in seen:
        return declared.mac, seen[0]
    return None


def _another(office: Office, declared: Device, before: str, now: str) -> Finding:
    values = {"before": before, "now": now}
    seen = Seen("identity", values)
    one = found("device-identity-changed", office, declared, "fail", "another", values, seen)
    return structs.replace(one, kind="security")


def _words(pinned: str) -> str:
    one = msgspec.json.decode(pinned, type=Identity)
    return " ".join(filter(None, (one.maker, one.model, one.serial))) or "?"


RULE = Rule(
    id="device-identity-changed",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=asked,
    judge=judge,
    group="N2",
    level="M3",
)
