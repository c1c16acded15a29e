"""WMI classes for the probes: what a class tells, where else to look, and device ids taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agent.host.reader import Reader
from agent.lean import NamedTuple

Row = Mapping[str, str]

SUPERCLASS = "CIM_LogicalDevice"
"""Tells every device of every class in one answer; asked only where the class itself is silent."""
CLASS = re.compile(r"[A-Za-z]\w*_\w+", re.ASCII)
DEVICE = re.compile(r"[^\\\s]+\\[^\\]*\\.+")
"""Bus, device and instance."""
MICROSOFT = "045e"
"""Its USB vendor id: elsewhere that name is of the driver's maker, and not of the device's."""
USB_ID = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(&MI_\w+)?\\(.+)", re.IGNORECASE)


def rows(
    reader: Reader, wmi_class: str, name: str, namespace: str = "root\\cimv2"
) -> tuple[Row, ...] | None:
    """All instances; a class that is not there is a gap of the field `name`."""
    before = len(reader.gaps)
    found = reader.instances(wmi_class, name, namespace)
    if found is None and len(reader.gaps) == before:
        reader.gap(name, f"no WMI class {wmi_class} here")
    return found


def devices(reader: Reader, wmi_class: str, name: str) -> tuple[Row, ...] | None:
    """Instances of a class of devices, from the superclass where the class is not there."""
    tried = Reader(reader.host)
    found = tried.instances(wmi_class, name)
    if found is None and not tried.gaps:
        every = tried.instances(SUPERCLASS, name)
        if every is not None:
            kinds = [row.get("CreationClassName", "") for row in every]
            torn = sum(1 for kind in kinds if not CLASS.fullmatch(kind))
            if torn:
                reader.gap(name, f"{torn} entries cannot be read")
            return tuple(row for row in every if row.get("CreationClassName") == wmi_class)
        if not tried.gaps:
            tried.gap(name, f"no WMI class {wmi_class} here")
    reader.gaps.extend(tried.gaps)
    return found


def plugged(reader: Reader, name: str) -> tuple[Row, ...] | None:
    """Every device that is there at this moment, by Plug and Play."""
    before = len(reader.gaps)
    found = devices(reader, "Win32_PnPEntity", name)
    torn = sum(1 for row in found or () if not DEVICE.fullmatch(row.get("DeviceID", "")))
    if torn:
        reader.gap(name, f"{torn} entries cannot be read")
    for gap in reader.gaps[before:]:
        # Whatever it was, it may be missing from any of them.
        for field in ("monitors", "scanners", "controllers"):
            reader.gap(field, gap.cause)
    return found


class UsbId(NamedTuple):
    """A USB device's id. The serial is the maker's own; None where Windows made up an instance."""

    vendor: str
    product: str
    instance: str
    function: bool
    """Whether it is one function of a composite device (`&MI_00`), not a device of its own."""

    @property
    def serial(self) -> str | None:
        # Where a device has no serial of its own, Windows names it by its place: `6&df2ee03&0&7`.
        return None if "&" in self.instance else self.instance


def usb_id(text: str) -> UsbId | None:
    """A device id as `USB_ID` reads it, taken apart; None where it is no such id."""
    found = USB_ID.fullmatch(text)
    if not found:
        return None
    return UsbId(found[1].lower(), found[2].lower(), found[4], bool(found[3]))


def first(rows: Iterable[Row] | None) -> Row:
    """The only instance of a class that has one; an empty one where it is not there."""
    return next(iter(rows or ()), {})


def maker(row: Row) -> str | None:
    """A device's manufacturer; None where Windows names itself for it, or a stand-in.

    The stand-ins are in the language of that Windows, `(Standard disk drives)`.
    """
    name = row.get("Manufacturer", "").strip()
    known = usb_id(row.get("DeviceID", ""))
    drivers = name == "Microsoft" and known is not None and known.vendor != MICROSOFT
    return None if not name or name.startswith("(") or drivers else name
