"""Graphics cards by Win32_VideoController, their memory by the display class in the registry."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.hardware.clean import clean
from agent.host import Value
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row, devices

DISPLAYS = "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
PCI = re.compile(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", re.IGNORECASE)
MOST_BYTES = 0xFFF0_0000
"""AdapterRAM has 32 bits: a card with 4 GiB or more tells nonsense there."""
MEMORY = ("HardwareInformation.qwMemorySize", "HardwareInformation.MemorySize")


def graphics(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a card."""
    found = devices(reader, "Win32_VideoController", "graphics")
    if found is None:
        return None
    drivers = _drivers(reader)
    return [clean(reader, f"graphics[{i}]", _card(row, drivers)) for i, row in enumerate(found)]


def _card(row: Row, drivers: list[Mapping[str, Value]]) -> dict[str, Any]:
    place = row.get("PNPDeviceID", "")
    pci = PCI.match(place)
    told_by = whole(row.get("AdapterRAM")) or 0
    return told(
        name=row.get("Name") or row.get("Caption"),
        manufacturer=row.get("AdapterCompatibility"),
        vendor_id=f"0x{pci[1].lower()}" if pci else None,
        device_id=f"0x{pci[2].lower()}" if pci else None,
        memory_bytes=_memory(drivers, place, row.get("Name", ""))
        or (told_by if 0 < told_by < MOST_BYTES else None),
    )


def _drivers(reader: Reader) -> list[Mapping[str, Value]]:
    top = reader.key(DISPLAYS, "graphics[].memory_bytes")
    names = [name for name in (top.subkeys if top else ()) if re.fullmatch(r"\d{4}", name)]
    keys = (reader.key(f"{DISPLAYS}\\{name}", "graphics[].memory_bytes") for name in names)
    return [key.values for key in keys if key]


def _memory(drivers: list[Mapping[str, Value]], place: str, name: str) -> int | None:
    for values in drivers:
        matching = values.get("MatchingDeviceId")
        same = isinstance(matching, str) and place.lower().startswith(matching.lower())
        if (same and values.get("DriverDesc") == name) or (
            not place and name == values.get("DriverDesc")
        ):
            sizes = filter(None, (_bytes(values.get(one)) for one in MEMORY))
            return next(sizes, None)
    return None


def _bytes(value: Value | None) -> int | None:
    if isinstance(value, bytes):
        return int.from_bytes(value[:8], "little")
    return value if isinstance(value, int) else None
