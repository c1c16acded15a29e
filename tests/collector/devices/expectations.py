"""What LibreNMS makes of a recording, compared with a reading of ours: the rule, and what it spares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from collector.devices.reading import DeviceReading, Supply
from collector.devices.walk import Value

KINDS = {
    "power": {"ups"},
    "printer": {"printer"},
    "storage": {"nas"},
    "firewall": {"router"},
    "network": {"switch", "router"},
}
HIDDEN = "<private>"
SCALES = {
    # LibreNMS keeps minutes and percents; ours are base units.
    "runtime": 60.0,
    "charge": 0.01,
    "load": 0.01,
}
SPARED = {
    # Object, or the subtree it lies in, and why we do not read it as LibreNMS does.
    "1.3.6.1.4.1.318.1.1.1.2.2.21": "a date, which LibreNMS turns into minutes from its own today",
    "1.3.6.1.4.1.318.1.1.1.2.1.3": "a date, which LibreNMS turns into minutes from its own today",
    "1.3.6.1.4.1.12356.101.9.2.1": "counts of attacks: security, told by the firewall's own log",
    "1.3.6.1.4.1.12356.101.10.1.2.1": "counts of blocked pages: what staff read is not collected",
    "1.3.6.1.2.1.25.3.5.1.2": "the printer's errors by name, in `printer.errors`",
}
SOME_LEFT, TRAY_OF_ONE = 50, 1
TOLERANCE_RATIO = 0.006


def expected(path: Path) -> dict[str, Any]:
    """The sections of an expectation; the poller's where it differs from discovery."""
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return told


def identity(reading: DeviceReading, told: Mapping[str, Any]) -> Iterator[str]:
    """Every way in which the identity does not agree."""
    device = told["os"]["discovery"]["devices"][0]
    if reading.kind not in KINDS[device["type"]]:
        yield f"kind {reading.kind}, expected {device['type']}"
    if device["serial"] not in {None, HIDDEN} and reading.serial != device["serial"]:
        yield f"serial {reading.serial}, expected {device['serial']}"
    if device["version"] and reading.version != device["version"]:
        yield f"version {reading.version}, expected {device['version']}"
    # LibreNMS puts revisions and addresses behind the model; ours is what the label says.
    hardware = device["hardware"]
    if hardware and (not reading.model or not hardware.startswith(reading.model)):
        yield f"model {reading.model}, expected {hardware}"


def supplies(
    reading: DeviceReading, told: Mapping[str, Any], walk: Mapping[str, Value]
) -> Iterator[str]:
    """Every supply that is missing, or tells another share than LibreNMS tells."""
    rows = told.get("printer-supplies", {}).get("discovery", {}).get("printer_supplies", [])
    ours = {(one.kind, one.name, place): one for place, one in enumerate(reading.supplies)}
    for row in rows:
        found = [
            one
            for (kind, name, _), one in ours.items()
            if kind == row["supply_type"] and name == row["supply_descr"]
        ]
        level = walk.get(row["supply_oid"].lstrip("."))
        if not any(_agrees(one, row["supply_current"], level) for one in found):
            yield f"{row['supply_descr']}: {found}, expected {row['supply_current']} of {level!r}"


def _agrees(ours: Supply, percent: float, level: Value | None) -> bool:
    if ours.state == "some-left":
        # -3 means that something is left, nobody knows how much: LibreNMS writes 50 for it.
        return level == -3 and percent == SOME_LEFT
    return ours.ratio is not None and abs(ours.ratio - percent / 100) <= TOLERANCE_RATIO


def sensors(reading: DeviceReading, told: Mapping[str, Any]) -> Iterator[str]:
    """Every sensor that is missing or tells another value; matched by the object it is read from."""
    ours = {(one.source, one.kind): one.value for one in reading.sensors}
    for row in told.get("sensors", {}).get("discovery", {}).get("sensors", []):
        oid, kind = row["sensor_oid"].lstrip("."), row["sensor_class"]
        if any(oid == spared or oid.startswith(spared + ".") for spared in SPARED):
            continue
        value = row["sensor_current"] * SCALES.get(kind, 1.0)
        found = ours.get((oid, kind))
        if found is None or abs(found - value) > max(0.01, abs(value) * TOLERANCE_RATIO):
            yield f"{kind} {row['sensor_descr']} ({oid}): {found}, expected {value}"


def ports(reading: DeviceReading, told: Mapping[str, Any]) -> Iterator[str]:
    """Every port that is missing, or differs in name, state, speed, address or counters."""
    section = told.get("ports", {})
    poller = section.get("poller")
    rows = (poller if isinstance(poller, dict) else section.get("discovery", {})).get("ports", [])
    ours = {port.index: port for port in reading.interfaces}
    for row in rows:
        port = ours.get(row["ifIndex"])
        if port is None:
            yield f"port {row['ifIndex']} {row['ifDescr']} is missing"
            continue
        pairs: list[tuple[str, object, object]] = [
            ("name", port.name, {row["ifName"], row["ifDescr"]}),
            ("up", port.up, {row["ifOperStatus"] == "up"}),
            ("mac", port.mac, {_mac(row["ifPhysAddress"])}),
        ]
        if row["ifSpeed"] is not None:
            pairs.append(("speed", port.speed_bits_per_second, {row["ifSpeed"] or None}))
        for name, total in (
            ("ifInOctets", port.in_bytes_total),
            ("ifOutOctets", port.out_bytes_total),
        ):
            if row[name] is not None and total is not None:
                pairs.append((name, total, {row[name]}))
        for name, value, allowed in pairs:
            if value not in allowed:  # type: ignore[operator]
                yield f"port {row['ifIndex']}: {name} {value}, expected {allowed}"


def _mac(told: str | None) -> str | None:
    if not told or not told.strip("0"):
        return None
    return ":".join(told[place : place + 2] for place in range(0, 12, 2))
