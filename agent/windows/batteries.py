"""The PC's own batteries: Win32_Battery, and what the battery driver tells of their wear."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row, rows

DRIVER = "root\\wmi"
JOULES_PER_MILLIWATT_HOUR = 3.6
CHEMISTRIES = {3: "lead-acid", 4: "NiCd", 5: "NiMH", 6: "Li-ion", 7: "Zinc-air", 8: "Li-polymer"}
STATES = {1: "discharging", 2: "mains", 3: "full", 4: "low", 5: "critical"} | dict.fromkeys(
    (6, 7, 8, 9), "charging"
)


def batteries(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a battery, in the order of Windows; a PC on mains has none."""
    found = rows(reader, "Win32_Battery", "batteries")
    if found is None:
        return None
    if not found:
        return []
    static = _driver(reader, "BatteryStaticData", "energy_design_joules")
    full = _driver(reader, "BatteryFullChargedCapacity", "energy_full_joules")
    cycles = _driver(reader, "BatteryCycleCount", "cycles")
    names = [*static] if len(static) == len(found) else [*full][: len(found)]
    parts = []
    for index, row in enumerate(found):
        # The classes of the driver name batteries otherwise; both list them in one order.
        name = names[index] if index < len(names) else ""
        known = (static.get(name, {}), full.get(name, {}), cycles.get(name, {}))
        parts.append(clean(reader, f"batteries[{index}]", _battery(row, *known)))
    return parts


def _battery(row: Row, static: Row, full: Row, cycles: Row) -> dict[str, Any]:
    design_joules = _joules(static.get("DesignedCapacity") or row.get("DesignCapacity"))
    full_joules = _joules(full.get("FullChargedCapacity") or row.get("FullChargeCapacity"))
    percent = whole(row.get("EstimatedChargeRemaining"))
    return told(
        name=row.get("Name") or row.get("Caption"),
        manufacturer=static.get("ManufactureName"),
        model=static.get("DeviceName"),
        serial=static.get("SerialNumber"),
        chemistry=CHEMISTRIES.get(whole(row.get("Chemistry")) or 0),
        state=STATES.get(whole(row.get("BatteryStatus")) or 0),
        cycles=whole(cycles.get("CycleCount")) or None,
        energy_full_joules=full_joules,
        energy_design_joules=design_joules,
        health_ratio=(
            round(full_joules / design_joules, 4) if full_joules and design_joules else None
        ),
        charge_ratio=percent / 100 if percent is not None else None,
    )


def _driver(reader: Reader, wmi_class: str, name: str) -> dict[str, Row]:
    found = reader.instances(wmi_class, f"batteries[].{name}", DRIVER)
    return {row.get("InstanceName", ""): row for row in found or ()}


def _joules(milliwatt_hours: str | None) -> int | None:
    number = whole(milliwatt_hours)
    return round(number * JOULES_PER_MILLIWATT_HOUR) if number and number > 0 else None
