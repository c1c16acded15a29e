"""Names of memory makers by the JEDEC number that firmware writes where it knows no name."""

from __future__ import annotations

import re

MAKERS = {
    (1, 0x01): "AMD", (1, 0x09): "Intel", (1, 0x10): "NEC", (1, 0x18): "Toshiba",
    (1, 0x24): "IBM", (1, 0x2C): "Micron", (1, 0x2D): "SK hynix", (1, 0x41): "Infineon",
    (1, 0x48): "Apple", (1, 0x4E): "Samsung", (1, 0x5A): "Winbond",
    (2, 0x14): "Smart Modular", (2, 0x18): "Kingston", (2, 0x3A): "PNY", (2, 0x4F): "Transcend",
    (2, 0x7A): "Apacer",
    (3, 0x1E): "Corsair", (3, 0x35): "SpecTek", (3, 0x7E): "Elpida",
    (4, 0x0B): "Nanya", (4, 0x13): "GeIL", (4, 0x14): "Mushkin", (4, 0x25): "Kingmax",
    (5, 0x43): "Ramaxel", (5, 0x4B): "A-DATA", (5, 0x4D): "G.Skill", (5, 0x6F): "Team Group",
    (6, 0x02): "Patriot", (6, 0x1B): "Crucial", (6, 0x51): "Qimonda",
    (7, 0x34): "Super Talent", (7, 0x53): "Silicon Power", (7, 0x5E): "Lexar",
}  # fmt: skip
"""JEDEC JEP106: the bank, counted from 1, and the number in it without its parity bit."""

CONTINUED = 0x7F
"""One such byte for each bank before the maker's own."""
WITHOUT_PARITY = 0x7F
OLD = re.compile(r"(?:0x)?([0-9a-f]{16})", re.IGNORECASE)
"""Bytes 64 to 71 of the SPD of DDR2 and before: `7F98000000000000` is number 98 of bank 2."""
NEW = re.compile(r"(?:0x)?([0-9a-f]{4})(?:[0-9a-f]{4}|[0-9a-f]{8})?", re.IGNORECASE)
"""Two bytes of the SPD of DDR3 and after: how many banks come before, then the number. Some
firmware turns them round; Dell's goes on with the makers of the register and of the chips."""


def name(written: str) -> str:
    """The maker's name; what is no number, or that of a maker not in the list, as it is."""
    old, new = OLD.fullmatch(written), NEW.fullmatch(written)
    if old:
        number = bytes.fromhex(old[1]).rstrip(b"\0")
        banks = len(number) - len(number.lstrip(bytes([CONTINUED])))
        own = number[banks : banks + 1]
        key = (banks + 1, own[0] & WITHOUT_PARITY if own else 0)
    elif new:
        banks, last = (one & WITHOUT_PARITY for one in bytes.fromhex(new[1]))
        # No maker has the number 0: it is the count of banks, written last.
        key = (banks + 1, last) if last else (1, banks)
    else:
        return written
    return MAKERS.get(key, written)
