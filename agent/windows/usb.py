"""What is plugged in by USB, and scanners among it, by Plug and Play."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.windows.classes import Row, maker, usb_id

HUBS = frozenset({"usbhub", "usbhub3"})
IMAGE = "{6bdd1fc6-810f-11d0-bec7-08002be2092f}"
GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
CAMERAS = frozenset({"usbvideo"})
"""Webcams share the class of the scanners until Windows 10."""


def devices(reader: Reader, present: tuple[Row, ...] | None) -> list[dict[str, Any]] | None:
    """Every device but hubs, once: the functions of a composite device are parts of it."""
    if present is None:
        return None
    seen: dict[str, Row] = {}
    for row in present:
        known = usb_id(row.get("DeviceID", ""))
        if known and not known.function and row.get("Service", "").lower() not in HUBS:
            seen.setdefault(row["DeviceID"].upper(), row)
    return [_device(reader, row, f"usb[{i}]") for i, row in enumerate(seen.values())]


def scanners(reader: Reader, present: tuple[Row, ...] | None) -> list[dict[str, Any]] | None:
    """Devices of the image class that are no cameras."""
    if present is None:
        reader.gap("scanners", "the devices that are plugged in are not told")
        return None
    seen: dict[str, Row] = {}
    for row in present:
        if usb_id(row.get("DeviceID", "")) and not GUID.fullmatch(row.get("ClassGuid", "")):
            reader.gap("scanners", "a device without a driver, which may be a scanner")
        image = row.get("ClassGuid", "").lower() == IMAGE
        if image and row.get("Service", "").lower() not in CAMERAS:
            seen.setdefault(row.get("DeviceID", "").upper(), row)
    return [_scanner(reader, row, f"scanners[{i}]") for i, row in enumerate(seen.values())]


def _device(reader: Reader, row: Row, place: str) -> dict[str, Any]:
    known = usb_id(row["DeviceID"])
    part = told(
        vendor_id=known.vendor if known else None,
        product_id=known.product if known else None,
        manufacturer=maker(row),
        model=row.get("Name"),
        serial=known.serial if known else None,
    )
    return clean(reader, place, part)


def _scanner(reader: Reader, row: Row, place: str) -> dict[str, Any]:
    known = usb_id(row.get("DeviceID", ""))
    part = told(
        name=row.get("Name"),
        manufacturer=maker(row),
        serial=known.serial if known else None,
    )
    return clean(reader, place, part)
