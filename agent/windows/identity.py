"""The PC itself, its BIOS and board, by Windows' reading of SMBIOS."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import chassis, told
from agent.parse.lines import whole
from agent.parse.placeholders import is_placeholder
from agent.windows.classes import Row, first, rows


def parts(reader: Reader) -> dict[str, Any]:
    """`system`, `bios` and `board`; a class that is not there costs its own fields."""
    computer = first(rows(reader, "Win32_ComputerSystem", "system"))
    product = first(rows(reader, "Win32_ComputerSystemProduct", "system.uuid"))
    enclosure = first(rows(reader, "Win32_SystemEnclosure", "system.chassis"))
    bios = first(rows(reader, "Win32_BIOS", "bios"))
    board = first(rows(reader, "Win32_BaseBoard", "board"))
    found = {
        "system": _system(computer, product, enclosure, bios),
        "bios": told(
            vendor=bios.get("Manufacturer"),
            version=bios.get("SMBIOSBIOSVersion") or bios.get("Version"),
            date=_date(bios.get("ReleaseDate", "")),
        ),
        "board": told(
            manufacturer=board.get("Manufacturer"),
            model=board.get("Product"),
            serial=board.get("SerialNumber"),
        ),
    }
    return {name: clean(reader, name, part) for name, part in found.items() if part}


def _system(computer: Row, product: Row, enclosure: Row, bios: Row) -> dict[str, Any]:
    kind = whole(enclosure.get("ChassisTypes", "").strip("{}"))
    return told(
        manufacturer=_best(computer.get("Manufacturer"), product.get("Vendor")),
        model=_best(computer.get("Model"), product.get("Name")),
        serial=_best(
            product.get("IdentifyingNumber"),
            bios.get("SerialNumber"),
            enclosure.get("SerialNumber"),
        ),
        uuid=product.get("UUID", "").lower(),
        chassis=chassis(kind) if kind is not None else None,
    )


def _best(*values: str | None) -> str | None:
    """The first that is a fact; else the first at all, so that its being a placeholder is told."""
    known = [value for value in values if value]
    facts = (value for value in known if not is_placeholder(value))
    return next(facts, known[0] if known else None)


def _date(moment: str) -> str | None:
    # As SMBIOS has it, and as the same board tells it on Linux.
    found = re.match(r"(\d{4})(\d\d)(\d\d)", moment)
    return f"{found[2]}/{found[3]}/{found[1]}" if found else None
