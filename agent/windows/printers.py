"""Printers as Windows lists them, and the maker's serial of those that hang on a USB port."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.hardware.clean import clean
from agent.host import Key
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.windows.classes import Row, devices, usb_id

ENUM = "HKLM\\SYSTEM\\CurrentControlSet\\Enum"
NOWHERE = re.compile(
    r"(?:XPSPort|SHRFAX|PORTPROMPT|FILE|nul|TS\d+|Microsoft\.Office\..*):?|.*\.(?:pdf|xps)",
    re.IGNORECASE,
)
"""Ports with no printer behind them: into a file, a fax program, the PC of a remote session."""
NO_CONTAINER = "{00000000-0000-0000-ffff-ffffffffffff}"
"""The container of what is built into the PC itself."""


def printers(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a queue that leads to a printer."""
    rows = devices(reader, "Win32_Printer", "printers")
    if rows is None:
        return None
    real = [row for row in rows if not NOWHERE.fullmatch(row.get("PortName", ""))]
    usb = any(row.get("PortName", "").upper().startswith("USB") for row in real)
    serials = _serials(reader) if usb else {}
    return [_printer(reader, row, f"printers[{i}]", serials) for i, row in enumerate(real)]


def _printer(reader: Reader, row: Row, place: str, serials: dict[str, str]) -> dict[str, Any]:
    port = row.get("PortName", "")
    if port.upper().startswith("USB") and port.upper() not in serials:
        reader.gap(f"{place}.serial", "no device with a serial is known behind this port")
    part = told(
        name=row.get("Name"),
        driver=row.get("DriverName"),
        port=port,
        serial=serials.get(port.upper()),
    )
    return clean(reader, place, part)


def _serials(reader: Reader) -> dict[str, str]:
    """The maker's serial by port: `USB001` to that of the USB device in the same housing."""
    parents = [*_parents(reader)]
    found: dict[str, str] = {}
    for name, instance in _instances(reader, "USBPRINT"):
        settings = reader.key(f"{name}\\Device Parameters", "printers[].serial")
        port = settings.values.get("PortName") if settings else None
        serial = next((told for key, told in parents if _same(name, instance, key)), None)
        if isinstance(port, str) and serial:
            found[port.upper()] = serial
    return found


def _same(name: str, printer: Key, device: Key) -> bool:
    container = str(printer.values.get("ContainerID", "")).lower()
    if container and container != NO_CONTAINER:
        return container == str(device.values.get("ContainerID", "")).lower()
    # Windows XP knows no containers: there a child's instance begins with its parent's prefix.
    prefix = str(device.values.get("ParentIdPrefix", "")).lower()
    return bool(prefix) and name.rpartition("\\")[2].lower().startswith(prefix)


def _parents(reader: Reader) -> Iterator[tuple[Key, str]]:
    for name, key in _instances(reader, "USB"):
        known = usb_id(name.removeprefix(f"{ENUM}\\"))
        if known and known.serial and not known.function:
            yield key, known.serial


def _instances(reader: Reader, bus: str) -> Iterator[tuple[str, Key]]:
    top = reader.key(f"{ENUM}\\{bus}", "printers[].serial")
    for model in top.subkeys if top else ():
        kinds = reader.key(f"{ENUM}\\{bus}\\{model}", "printers[].serial")
        for instance in kinds.subkeys if kinds else ():
            name = f"{ENUM}\\{bus}\\{model}\\{instance}"
            key = reader.key(name, "printers[].serial")
            if key:
                yield name, key
