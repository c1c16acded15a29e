"""Sound, controllers and slots of a Windows PC, by what Plug and Play and the firmware tell."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row, devices, maker

PCI = re.compile(r"PCI\\VEN_([0-9A-F]{4})&DEV_([0-9A-F]{4})", re.IGNORECASE)
# Device setup classes (learn.microsoft.com, "System-Defined Device Setup Classes Available to Vendors").
KINDS = {
    "{4d36e96a-e325-11ce-bfc1-08002be10318}": "storage",
    "{4d36e97b-e325-11ce-bfc1-08002be10318}": "storage",
    "{4d36e972-e325-11ce-bfc1-08002be10318}": "network",
    "{4d36e96d-e325-11ce-bfc1-08002be10318}": "communication",
    "{36fc9e60-c465-11cf-8056-444553540000}": "usb",
    "{a0a588a4-c46f-4b37-b7ea-c82fe89870c6}": "card-reader",
    "{6bdd1fc1-810f-11d0-bec7-08002be2092f}": "firewire",
}
GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
IN_USE = {3: False, 4: True}
"""Win32_SystemSlot.CurrentUsage; others are unknown or not to be had."""


def sound(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a sound device."""
    found = devices(reader, "Win32_SoundDevice", "sound")
    if found is None:
        return None
    return [
        clean(reader, f"sound[{i}]", told(name=row.get("Name"), **_numbers(row), **_maker(row)))
        for i, row in enumerate(found)
    ]


def controllers(reader: Reader, present: tuple[Row, ...] | None) -> list[dict[str, Any]] | None:
    """Controllers on the PCI bus, with what they are for."""
    if present is None:
        reader.gap("controllers", "the devices that are plugged in are not told")
        return None
    cards = [row for row in present if PCI.match(row.get("DeviceID", ""))]
    torn = sum(1 for row in cards if not GUID.fullmatch(row.get("ClassGuid", "")))
    if torn:
        reader.gap("controllers", f"{torn} entries cannot be read")
    rows = [
        told(
            kind=KINDS[row["ClassGuid"].lower()],
            name=row.get("Name"),
            **_numbers(row),
            **_maker(row),
        )
        for row in present
        if row.get("ClassGuid", "").lower() in KINDS and PCI.match(row.get("DeviceID", ""))
    ]
    return [clean(reader, f"controllers[{i}]", row) for i, row in enumerate(rows)]


def slots(reader: Reader) -> list[dict[str, Any]] | None:
    """Slots for cards. None, without a gap, where the firmware tells of none."""
    found = reader.instances("Win32_SystemSlot", "slots")
    if found is None:
        return None
    rows = (
        told(
            name=row.get("SlotDesignation"), in_use=IN_USE.get(whole(row.get("CurrentUsage")) or 0)
        )
        for row in found
    )
    return [clean(reader, f"slots[{i}]", row) for i, row in enumerate(rows)]


def _numbers(row: Row) -> dict[str, Any]:
    pci = PCI.match(row.get("DeviceID", "") or row.get("PNPDeviceID", ""))
    if not pci:
        return {}
    return {"vendor_id": f"0x{pci[1].lower()}", "device_id": f"0x{pci[2].lower()}"}


def _maker(row: Row) -> dict[str, Any]:
    name = maker(row)
    return {"manufacturer": name} if name else {}
