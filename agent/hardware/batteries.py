"""The PC's own batteries, and how much of what they were built for is left."""

from __future__ import annotations

from collections.abc import Callable

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import Firmware, told

FOLDER = "/sys/class/power_supply"
KINDS = frozenset({"Unknown", "Battery", "UPS", "Mains", "USB", "Wireless", "BMS"})
"""POWER_SUPPLY_TYPE of the kernel (Documentation/ABI/testing/sysfs-class-power)."""
JOULES_PER_MICROWATT_HOUR = 3600 / 1_000_000


def batteries(reader: Reader, firmware: Firmware | None) -> list[dict[str, Any]] | None:
    """From the kernel; where it has no such folder, from upower or the firmware."""
    names = reader.names(FOLDER, "batteries")
    if names is not None:
        own = [name for name in names if _is_own(reader, name)]
        rows = [_battery(reader, name, f"batteries[{i}]") for i, name in enumerate(own)]
    else:
        printed = reader.output("upower", "batteries")
        described = _printed(reader, printed) if printed else ()
        rows = [dict(row) for row in described or (firmware.batteries if firmware else ())]
    told_by = (clean(reader, f"batteries[{index}]", row) for index, row in enumerate(rows))
    return [
        row for row in told_by if row
    ]  # desktops' firmware describes a battery that is not there


def _printed(reader: Reader, text: str) -> tuple[dict[str, Any], ...]:
    from agent.parse import upower

    if upower.is_damaged(text):
        reader.gap("batteries", "lines that cannot be read: upower --dump")
    return upower.batteries(text)


def _is_own(reader: Reader, name: str) -> bool:
    # `scope` is Device for a mouse's or a phone's own battery.
    kind = reader.text(f"{FOLDER}/{name}/type", "batteries")
    if kind not in KINDS:
        reader.gap("batteries", f"not a kind of power supply: {name}")
    return kind == "Battery" and reader.text(f"{FOLDER}/{name}/scope", "batteries") != "Device"


def _battery(reader: Reader, name: str, place: str) -> dict[str, Any]:
    def text(file: str, field: str) -> str | None:
        return reader.text(f"{FOLDER}/{name}/{file}", f"{place}.{field}")

    def number(file: str, field: str) -> int | None:
        return reader.number(f"{FOLDER}/{name}/{file}", f"{place}.{field}")

    full, design = _energy(number, "full"), _energy(number, "full_design")
    percent = number("capacity", "charge_ratio")
    return told(
        name=name,
        manufacturer=text("manufacturer", "manufacturer"),
        model=text("model_name", "model"),
        serial=text("serial_number", "serial"),
        chemistry=text("technology", "chemistry"),
        state=(text("status", "state") or "").lower(),
        cycles=number("cycle_count", "cycles") or None,
        energy_full_joules=full,
        energy_design_joules=design,
        health_ratio=round(full / design, 4) if full and design else None,
        charge_ratio=percent / 100 if percent is not None else None,
    )


def _energy(number: Callable[[str, str], int | None], which: str) -> int | None:
    name = f"energy_{which.replace('full_', '')}_joules"
    energy = number(f"energy_{which}", name)
    if energy is None:
        # Some batteries count charge (µAh); times the design voltage (µV) it is energy.
        charge, voltage = number(f"charge_{which}", name), number("voltage_min_design", name)
        energy = charge * voltage // 1_000_000 if charge and voltage else None
    return round(energy * JOULES_PER_MICROWATT_HOUR) if energy else None
