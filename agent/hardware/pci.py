"""What stands on the PCI bus: graphics, sound, and the controllers of disks, networks and the like."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any, NamedTuple
from agent.parse import pci_ids
from agent.parse.firmware import Part, told

FOLDER = "/sys/bus/pci/devices"
NAMES = ("/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids")
CLASS = re.compile("0x[0-9a-f]{6}")
GRAPHICS, SOUND = "03", ("0401", "0403")
# PCI Code and ID Assignment Specification 1.15, by base class or by class with subclass. Bridges and
# the board's own timers are left out: nobody replaces or updates one.
KINDS = {
    "01": "storage",
    "02": "network",
    "0400": "video",
    "07": "communication",
    "0805": "card-reader",
    "0c00": "firewire",
    "0c03": "usb",
    "0d": "wireless",
    "10": "encryption",
    "12": "accelerator",
}
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
"""Short names where there is no list of names; those of graphics are told so in any case."""


class Card(NamedTuple):
    """One device: its class and subclass in hexadecimal, and what is told of it."""

    kind: str
    part: Part


def cards(reader: Reader) -> tuple[Card, ...] | None:
    """Every device of the bus. None where there is none that the kernel speaks."""
    places = reader.names(FOLDER, "controllers")
    if places is None:
        for name in ("graphics", "sound", "controllers"):
            reader.gap(name, f"no {FOLDER}: no PCI bus here")
        return None
    before = len(reader.gaps)
    found = _named(reader, tuple(card for place in places if (card := _card(reader, place))))
    # Whatever it is of, it may be missing from any of them.
    for cause in {gap.cause: None for gap in reader.gaps[before:]}:
        reader.gap("graphics", cause)
        reader.gap("sound", cause)
    return found


def _card(reader: Reader, place: str) -> Card | None:
    before = len(reader.gaps)
    kind, vendor, device = (
        reader.text(f"{FOLDER}/{place}/{file}", "controllers")
        for file in ("class", "vendor", "device")
    )
    if kind and CLASS.fullmatch(kind):
        number = kind.removeprefix("0x")[:4].lower()
        return Card(number, told(vendor_id=vendor, device_id=device)) if _known(number) else None
    cause = f"no class is told of {place}"
    if len(reader.gaps) > before:
        cause = reader.gaps[-1].cause
    reader.gap("controllers", cause)
    return None


def _known(number: str) -> str | None:
    """What that class is for; None for those that are left out."""
    if number.startswith(GRAPHICS):
        return "graphics"
    return "sound" if number in SOUND else KINDS.get(number) or KINDS.get(number[:2])


def _named(reader: Reader, found: tuple[Card, ...]) -> tuple[Card, ...]:
    """With their names by the list of them; where there is none, the numbers have to do."""
    listed = b""
    if found:
        listed = next((data for path in NAMES if (data := reader.data(path, "controllers"))), b"")
    names = pci_ids.names(listed, map(_pair, found))
    return tuple(
        card._replace(part=told(name=name, manufacturer=maker) | card.part)
        for card in found
        for maker, name in (names[_pair(card)],)
    )


def _pair(card: Card) -> pci_ids.Pair:
    vendor, device = (str(card.part.get(name, "")) for name in ("vendor_id", "device_id"))
    return vendor.removeprefix("0x"), device.removeprefix("0x")


def graphics(reader: Reader, found: tuple[Card, ...] | None) -> list[dict[str, Any]] | None:
    """One entry a graphics card."""
    if found is None:
        return None
    rows = [dict(card.part) for card in found if card.kind.startswith(GRAPHICS)]
    for row in rows:
        short = MAKERS.get(row.get("vendor_id") or "")
        row.update(told(manufacturer=short or row.get("manufacturer")))
    return [clean(reader, f"graphics[{i}]", row) for i, row in enumerate(rows)]


def sound(reader: Reader, found: tuple[Card, ...] | None) -> list[dict[str, Any]] | None:
    """One entry a sound card; those of USB are among the devices of `usb`."""
    if found is None:
        return None
    rows = [card.part for card in found if card.kind in SOUND]
    return [clean(reader, f"sound[{i}]", row) for i, row in enumerate(rows)]


def controllers(reader: Reader, found: tuple[Card, ...] | None) -> list[dict[str, Any]] | None:
    """Controllers that drive something of the PC's, with what they are for."""
    if found is None:
        return None
    rows = [
        told(kind=kind, **card.part)
        for card in found
        if (kind := _known(card.kind)) not in {"graphics", "sound"}
    ]
    return [clean(reader, f"controllers[{i}]", row) for i, row in enumerate(rows)]
