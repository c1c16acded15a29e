"""Scanners on USB, by the list of them that SANE puts in for udev."""

from __future__ import annotations

import re

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told

DAMAGED = r"^(?!#|$|[ \t]|scsi:|usb:v[0-9A-F]{4}p[0-9A-F]{4}\*?$)"
"""A line that is neither a remark, nor a device, nor what is to be noted of one (hwdb(7))."""
LISTS = ("/usr/lib/udev/hwdb.d/20-sane.hwdb", "/lib/udev/hwdb.d/20-sane.hwdb")


def scanners(reader: Reader, devices: list[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """The devices of `usb` that SANE knows. None where it is not installed: any may be a scanner."""
    if devices is None:
        return None
    listed = next((text for path in LISTS if (text := reader.text(path, "scanners"))), None)
    if listed is None:
        if devices:
            reader.gap("scanners", "SANE is not installed, which knows scanners by their numbers")
            return None
        return []
    if re.search(DAMAGED, listed, re.MULTILINE):
        reader.gap("scanners", "lines that cannot be read: SANE's list of scanners")
    known = listed.lower()
    return [
        told(name=row.get("model"), manufacturer=row.get("manufacturer"), serial=row.get("serial"))
        for row in devices
        if f"usb:v{row.get('vendor_id', '?')}p{row.get('product_id', '?')}*".lower() in known
    ]
