"""A monitor's EDID (VESA E-EDID 1.4): who made it, when, which model and serial."""

from __future__ import annotations

from agent.parse.makers import MAKERS

HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"
BLOCK_BYTES = 128
DESCRIPTORS = range(54, 126, 18)
NAME, SERIAL = 0xFC, 0xFF
MODEL_YEAR = 0xFF
"""A week of 255 says that the year is that of the model, not of the making."""
FALSE_NUMBERS = frozenset({0, 1, 0x01010101, 0xFFFFFFFF, 0x20202020})
"""What makers leave in place of the number of the piece."""


class EdidError(ValueError):
    """These bytes are no EDID; the message says why."""


def monitor(data: bytes) -> dict[str, str | int]:
    """The monitor's fields; raises `EdidError`."""
    if len(data) < BLOCK_BYTES:
        raise EdidError(f"EDID of {len(data)} bytes, {BLOCK_BYTES} are the least")
    if not data.startswith(HEADER):
        raise EdidError("EDID without its header")
    if sum(data[:BLOCK_BYTES]) % 256:
        raise EdidError("EDID with a wrong checksum")
    code, product = _maker(data), int.from_bytes(data[10:12], "little")
    texts = {kind: text for kind, text in map(_text, _descriptors(data)) if text}
    found: dict[str, str | int] = {
        "manufacturer": MAKERS.get(code, code),
        "model": texts.get(NAME) or f"{code}{product:04X}",
    }
    serial = _serial(code, int.from_bytes(data[12:16], "little"), texts.get(SERIAL))
    if serial:
        found["serial"] = serial
    week, year = data[16], data[17]
    if 1 <= week <= 54:
        found["made_week"] = week
    if year:
        found["made_year"] = 1990 + year
    return found


def masked(data: bytes) -> bytes:
    """The same EDID with its serial gone and its checksum right again; others unchanged."""
    if len(data) < BLOCK_BYTES or not data.startswith(HEADER):
        return data
    block = bytearray(data)
    block[12:16] = bytes(4)
    for place in DESCRIPTORS:
        if block[place : place + 3] == b"\0\0\0" and block[place + 3] == SERIAL:
            block[place + 5 : place + 18] = b"MASKED\n      "
    block[127] = -sum(block[:127]) % 256
    return bytes(block)


def _maker(data: bytes) -> str:
    # Three letters of five bits each, A is 1, big-endian.
    packed = int.from_bytes(data[8:10], "big")
    return "".join(chr(64 + (packed >> shift & 31)) for shift in (10, 5, 0))


def _descriptors(data: bytes) -> list[bytes]:
    rows = [data[place : place + 18] for place in DESCRIPTORS]
    return [row for row in rows if row[:3] == b"\0\0\0"]


def _text(row: bytes) -> tuple[int, str]:
    raw = row[5:].partition(b"\n")[0].decode("cp437")
    return row[3], "".join(sign for sign in raw if sign.isprintable()).strip()


def _serial(code: str, number: int, text: str | None) -> str | None:
    if code == "ACR" and text and len(text) == 12 and number not in FALSE_NUMBERS:
        # Acer's label interleaves both: eight signs, the number in hexadecimal, four signs.
        return f"{text[:8]}{number:08x}{text[8:]}"
    if text:
        return text
    return None if number in FALSE_NUMBERS else f"{number:08x}"
