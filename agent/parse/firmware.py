"""What a PC's firmware says of its parts, in one shape for the raw table and dmidecode's text."""

from __future__ import annotations

from agent.lean import Any, NamedTuple

Part = dict[str, Any]
"""Field of the section to its value; what the firmware does not say has no key."""


class Firmware(NamedTuple):
    """Texts are as written, placeholders and all: judging them is the reader's part."""

    system: Part
    bios: Part
    board: Part
    cpus: tuple[Part, ...] = ()
    slots: tuple[Part, ...] = ()
    """Memory slots; `capacity_bytes` is 0 where one is empty."""
    batteries: tuple[Part, ...] = ()
    expansion: tuple[Part, ...] = ()
    """Slots for cards, with whether one is in use."""
    memory_maximum_bytes: int | None = None
    """What the board takes, in all of its memory slots."""


def told(**values: Any) -> Part:
    """A part with what is known alone."""
    return {name: value for name, value in values.items() if value not in (None, "")}


# SMBIOS 3.7, table 17 (System Enclosure or Chassis Types).
CHASSIS = (
    *("", "Other", "Unknown", "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower"),
    *("Portable", "Laptop", "Notebook", "Hand Held", "Docking Station", "All In One"),
    *("Sub Notebook", "Space-saving", "Lunch Box", "Main Server Chassis", "Expansion Chassis"),
    *("Sub Chassis", "Bus Expansion Chassis", "Peripheral Chassis", "RAID Chassis"),
    *("Rack Mount Chassis", "Sealed-case PC", "Multi-system", "CompactPCI", "AdvancedTCA", "Blade"),
    *("Blade Enclosing", "Tablet", "Convertible", "Detachable", "IoT Gateway", "Embedded PC"),
    *("Mini PC", "Stick PC"),
)

# SMBIOS 3.7, table 78 (Memory Device: Type).
MEMORY_TYPES = (
    *("", "Other", "Unknown", "DRAM", "EDRAM", "VRAM", "SRAM", "RAM", "ROM", "Flash", "EEPROM"),
    *("FEPROM", "EPROM", "CDRAM", "3DRAM", "SDRAM", "SGRAM", "RDRAM", "DDR", "DDR2"),
    *("DDR2 FB-DIMM", "Reserved", "Reserved", "Reserved", "DDR3", "FBD2", "DDR4", "LPDDR"),
    *("LPDDR2", "LPDDR3", "LPDDR4", "Logical non-volatile device", "HBM", "HBM2", "DDR5", "LPDDR5"),
    *("HBM3",),
)


def chassis(number: int) -> str | None:
    """Name of a chassis type; the top bit says that it can be locked, and is no part of it."""
    kind = number & 0x7F
    return CHASSIS[kind] or None if kind < len(CHASSIS) else None


def memory_type(number: int) -> str | None:
    """Name of a memory technology."""
    name = MEMORY_TYPES[number] if number < len(MEMORY_TYPES) else ""
    return name if name not in {"", "Other", "Unknown", "Reserved"} else None
