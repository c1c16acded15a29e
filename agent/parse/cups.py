"""The queues of CUPS, as it keeps them in printers.conf(5)."""

from __future__ import annotations

import re

from agent.parse.firmware import Part, told
from agent.parse.locators import bare

NOWHERE = ("file:", "cups-pdf:", "cups-pdf2:", "cups-brf:")
"""Ports with no printer behind them."""
OPENED, CLOSED = ("<Printer", "<DefaultPrinter"), ("</Printer>", "</DefaultPrinter>")
PLACE = r"[a-z][a-z0-9+.-]*:\S*"
KEY = r"[A-Za-z-]+"
SERIAL = "serial="


def queues(text: str) -> tuple[tuple[Part, ...], bool]:
    """Name, driver, port and serial of each queue that leads to a printer; whether all was read."""
    found: list[Part] = []
    whole = True
    fields: dict[str, str] | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        key, _, value = line.partition(" ")
        if key in OPENED:
            whole = whole and fields is None
            fields = {"": value.rstrip(">").strip()}
        elif line in CLOSED:
            place = (fields or {}).get("DeviceURI", "")
            whole = whole and re.fullmatch(PLACE, place) is not None
            if fields and place and not place.startswith(NOWHERE):
                found.append(_queue(fields, place))
            fields = None
        elif not line.startswith("#"):
            whole = whole and re.fullmatch(KEY, key) is not None
            if fields is not None:
                fields.setdefault(key, value.strip())
    return tuple(found), whole and fields is None


def _queue(fields: dict[str, str], place: str) -> Part:
    options = place.partition("?")[2].split("&")
    serial = next((one[len(SERIAL) :] for one in options if one.startswith(SERIAL)), None)
    return told(name=fields[""], driver=fields.get("MakeModel"), port=bare(place), serial=serial)
