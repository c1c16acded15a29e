"""Graphics cards: PCI devices of class 03, by their numbers; the names are looked up where they are used."""

from __future__ import annotations

from typing import Any

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.parse.firmware import told

FOLDER = "/sys/bus/pci/devices"
DISPLAY = "0x03"
MAKERS = {
    "0x1002": "AMD",
    "0x102b": "Matrox",
    "0x10de": "Nvidia",
    "0x1234": "QEMU",
    "0x15ad": "VMware",
    "0x1a03": "ASPEED",
    "0x1af4": "Virtio",
    "0x8086": "Intel",
}


def graphics(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a card."""
    names = reader.names(FOLDER, "graphics")
    if names is None:
        reader.gap("graphics", f"no {FOLDER}: no PCI bus here")
        return None
    found: list[dict[str, Any]] = []
    for name in names:
        if (reader.text(f"{FOLDER}/{name}/class", "graphics") or "").startswith(DISPLAY):
            vendor = reader.text(f"{FOLDER}/{name}/vendor", "graphics")
            device = reader.text(f"{FOLDER}/{name}/device", "graphics")
            maker = MAKERS.get(vendor or "")
            row = told(manufacturer=maker, vendor_id=vendor, device_id=device)
            found.append(clean(reader, f"graphics[{len(found)}]", row))
    return found
