"""The queues of CUPS, as it keeps them in printers.conf(5)."""

from __future__ import annotations

from agent.parse.firmware import Part, told
from agent.parse.locators import bare

NOWHERE = ("file:", "cups-pdf:", "cups-pdf2:", "cups-brf:")
"""Ports with no printer behind them."""
SERIAL = "serial="


def queues(text: str) -> tuple[Part, ...]:
    """Name, driver, port and serial of each queue that leads to a printer."""
    found: list[Part] = []
    fields: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        if key in {"<Printer", "<DefaultPrinter"}:
            fields = {"name": value.rstrip(">").strip()}
        elif key in {"</Printer>", "</DefaultPrinter>"}:
            place = fields.get("DeviceURI", "")
            if place and not place.startswith(NOWHERE):
                found.append(_queue(fields, place))
            fields = {}
        elif fields:
            fields.setdefault(key, value.strip())
    return tuple(found)


def _queue(fields: dict[str, str], place: str) -> Part:
    options = place.partition("?")[2].split("&")
    serial = next((one[len(SERIAL) :] for one in options if one.startswith(SERIAL)), None)
    driver = fields.get("MakeModel")
    return told(name=fields["name"], driver=driver, port=bare(place), serial=serial)
