"""The serial on a monitor's label, put together from the two that its EDID holds."""

from __future__ import annotations

FALSE_NUMBERS = frozenset({0, 1, 0x01010101, 0xFFFFFFFF, 0x20202020})
"""What makers leave in place of the number of the piece."""
SAMSUNG_WITH_PREFIX = frozenset(
    {
        *(0x0572, 0x0694, 0x06B9, 0x0833, 0x0835, 0x0978, 0x09C6, 0x09C7, 0x0B66, 0x0BC9),
        *(0x0C7B, 0x0CA3, 0x0CA5, 0x0D1A, 0x0E0F, 0x0E1E, 0x7096),
    }
)
"""Samsung's products whose label begins with the number's four signs (seen by GLPI-Agent's users)."""
SAMSUNG_TURNED = 0x0E5A
"""One whose four signs stand the other way round."""


def serial_number(code: str, product: int, number: int, text: str | None) -> str | None:
    """As the label has it. `code` is the maker's PNP id, `text` the serial descriptor's.

    The number alone is told in hexadecimal of eight signs, by EIZO in decimal as on its labels.
    """
    if not text:
        return _bare(code, number)
    if code == "ACR" and len(text) == 12 and number not in FALSE_NUMBERS:
        # Acer's label interleaves both: eight signs, the number in hexadecimal, four signs.
        return f"{text[:8]}{number:08x}{text[8:]}"
    return _prefix(code, product, number.to_bytes(4, "little")) + text


def _bare(code: str, number: int) -> str | None:
    if number in FALSE_NUMBERS:
        return None
    return str(number) if code == "ENC" else f"{number:08x}"


def _prefix(code: str, product: int, signs: bytes) -> str:
    """The signs that the number holds of the label, of makers known to split it so."""
    if code == "SAM" and product in SAMSUNG_WITH_PREFIX:
        found = signs[::-1]
    elif code == "BNQ" or (code == "SAM" and product == SAMSUNG_TURNED):
        # BenQ's labels begin with two letters, as in ET44H01046019.
        found = signs.rstrip(b"\0")
    else:
        return ""
    prefix = found.decode("latin-1")
    fits = prefix.isascii() and (prefix.isalpha() if code == "BNQ" else prefix.isalnum())
    return prefix if fits and prefix.isupper() else ""
