"""Memory: the modules that Windows reads from SMBIOS, the empty slots, and what it can use."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import memory_type, told
from agent.parse.lines import whole
from agent.parse.module_makers import name
from agent.windows.classes import Row, first, rows

CIM_TYPES = {20: "DDR", 21: "DDR2", 22: "DDR2 FB-DIMM", 24: "DDR3", 26: "DDR4"}
"""Win32_PhysicalMemory.MemoryType; newer kinds are 0 there, and told by SMBIOSMemoryType alone."""
SYSTEM_MEMORY = 3
MOST_SLOTS = 128
"""A board that claims more empty slots is telling nonsense."""


def memory(reader: Reader) -> dict[str, Any] | None:
    """Fitted memory by its modules, else what Windows can use."""
    modules = rows(reader, "Win32_PhysicalMemory", "memory.slots")
    usable = whole(first(reader.instances("Win32_ComputerSystem", "memory")).get(_USABLE))
    slots = [
        clean(reader, f"memory.slots[{index}]", _slot(row))
        for index, row in enumerate(modules or ())
    ]
    fitted = sum(slot.get("capacity_bytes") or 0 for slot in slots)
    total = max(fitted, usable or 0) or None
    if total is None:
        reader.gap("memory.total_bytes", "neither its modules nor Windows tell it")
    slots += [{"capacity_bytes": 0}] * (_places(reader) - len(slots) if modules else 0)
    most = _maximum(reader)
    known = told(
        total_bytes=total,
        usable_bytes=usable,
        # A table that was copied from another board takes less than is fitted: nonsense.
        maximum_bytes=most if most and most >= fitted else None,
    )
    return known | ({"slots": slots} if modules is not None else {})


_USABLE = "TotalPhysicalMemory"


def _slot(row: Row) -> dict[str, Any]:
    kind = whole(row.get("SMBIOSMemoryType")) or 0
    megahertz = whole(row.get("Speed"))
    return told(
        locator=row.get("DeviceLocator"),
        capacity_bytes=whole(row.get("Capacity")),
        type=memory_type(kind) or CIM_TYPES.get(whole(row.get("MemoryType")) or 0),
        speed_hertz=megahertz * 1_000_000 if megahertz else None,
        manufacturer=name(row.get("Manufacturer", "").strip()) or None,
        serial=row.get("SerialNumber"),
    )


def _arrays(reader: Reader) -> list[Row]:
    arrays = reader.instances("Win32_PhysicalMemoryArray", "memory.slots") or ()
    return [row for row in arrays if whole(row.get("Use")) in {None, SYSTEM_MEMORY}]


def _maximum(reader: Reader) -> int:
    """What the board takes, told in KiB; MaxCapacity has 32 bits, and newer Windows the Ex beside it."""
    told_by = (row.get("MaxCapacityEx") or row.get("MaxCapacity") for row in _arrays(reader))
    return sum(whole(kibibytes) or 0 for kibibytes in told_by) * 1024


def _places(reader: Reader) -> int:
    """How many slots the board has in all; 0 where it does not tell."""
    arrays = reader.instances("Win32_PhysicalMemoryArray", "memory.slots") or ()
    system = _arrays(reader)
    counts = [whole(row.get("MemoryDevices")) for row in system]
    count = sum(one for one in counts if one and one > 0)
    damaged = any(one is None or one < 0 for one in counts) or count > MOST_SLOTS
    if damaged or (arrays and not system):
        reader.gap("memory.slots", "the board does not tell how many slots it has")
        return 0
    return count
