"""The list of names of PCI devices, `pci.ids` (pci-ids.ucw.cz), as distributions ship it."""

from __future__ import annotations

import re
from collections.abc import Iterable

HEADING = rb"\n[^\t#\n]"
"""A line that belongs to no vendor before it."""

Pair = tuple[str, str]
"""Vendor and device in hexadecimal without a prefix, `8086` and `1502`."""


def names(data: bytes, pairs: Iterable[Pair]) -> dict[Pair, tuple[str | None, str | None]]:
    """Maker and name of each pair; None for what is not listed.

    Searched as bytes: the list is over a megabyte, and a PC has some dozen devices.
    """
    wanted = tuple(pairs)
    sections = {vendor: _section(data, vendor) for vendor in {vendor for vendor, _ in wanted}}
    return {
        (vendor, device): (_rest(sections[vendor], 1), _device(sections[vendor], device))
        for vendor, device in wanted
    }


def _section(data: bytes, vendor: str) -> bytes:
    """The vendor's line and those of its devices, after a line feed; empty where it is not listed."""
    head = vendor.lower().encode("ascii", "replace") + b"  "
    start = 0 if data.startswith(head) else data.find(b"\n" + head) + 1
    if not data.startswith(head, start):
        return b""
    end = re.compile(HEADING).search(data, start)
    return b"\n" + data[start : end.start() if end else len(data)]


def _device(section: bytes, device: str) -> str | None:
    head = b"\n\t" + device.lower().encode("ascii", "replace") + b"  "
    place = section.find(head)
    return _rest(section, place + 2) if place >= 0 else None


def _rest(section: bytes, start: int) -> str | None:
    """What stands on that line behind the number and two blanks."""
    end = section.find(b"\n", start)
    line = section[start : end if end >= 0 else len(section)]
    return line.partition(b"  ")[2].decode("utf-8", "replace").strip() or None
