"""What is plugged in by USB, from /sys/bus/usb/devices; printers among them by their class."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told

FOLDER = "/sys/bus/usb/devices"
DEVICE = re.compile(r"\d+-[\d.]+")
PRINTER, HUB = "07", "09"
CLASS = re.compile("[0-9a-f]{2}")
NUMBER = re.compile("[0-9a-f]{4}")


def devices(reader: Reader) -> list[dict[str, Any]] | None:
    """Every device but hubs. None where the PC has no USB at all that the kernel speaks."""
    names = reader.names(FOLDER, "usb")
    if names is None:
        reader.gap("usb", f"no {FOLDER}: no USB here")
        return None
    found: list[dict[str, Any]] = []
    for name in filter(DEVICE.fullmatch, names):
        if _class(reader, f"{name}/bDeviceClass", "usb") != HUB:
            found.append(_device(reader, name, f"usb[{len(found)}]"))
    return found


def printers(reader: Reader) -> list[dict[str, Any]] | None:
    """Devices with an interface of the printer class; their serial is the maker's."""
    found: list[dict[str, Any]] = []
    names = reader.names(FOLDER, "printers")
    for name in names or ():
        device, colon, _ = name.partition(":")
        if colon and _class(reader, f"{name}/bInterfaceClass", "printers") == PRINTER:
            row = _device(reader, device, f"printers[{len(found)}]")
            label = " ".join(filter(None, (row.get("manufacturer"), row.get("model"))))
            found.append(told(name=label, port=f"usb:{device}", serial=row.get("serial")))
    return found if names is not None else None


def _class(reader: Reader, file: str, field: str) -> str | None:
    found = reader.text(f"{FOLDER}/{file}", field)
    if found is not None and not CLASS.fullmatch(found):
        reader.gap(field, f"not a class of USB: {file}")
    return found


def _device(reader: Reader, name: str, place: str) -> dict[str, Any]:
    files = {"vendor_id": "idVendor", "product_id": "idProduct", "manufacturer": "manufacturer"}
    files |= {"model": "product", "serial": "serial"}
    texts = {
        field: reader.text(f"{FOLDER}/{name}/{file}", f"{place}.{field}")
        for field, file in files.items()
    }
    for field in ("vendor_id", "product_id"):
        number = texts[field]
        if number is not None and not NUMBER.fullmatch(number):
            reader.gap(f"{place}.{field}", f"not a number of USB: {name}/{files[field]}")
            texts[field] = None
    return clean(reader, place, told(**texts))
