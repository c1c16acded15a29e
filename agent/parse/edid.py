"""A monitor's EDID (VESA E-EDID 1.4): who made it, when, which model and serial."""

from __future__ import annotations

from agent.parse.makers import MAKERS
from agent.parse.monitor_serials import serial_number

HEADER = b"\x00\xff\xff\xff\xff\xff\xff\x00"
BLOCK_BYTES = 128
DESCRIPTORS = range(54, 126, 18)
NAME, SERIAL = 0xFC, 0xFF
TEXT_BYTES = 13


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
    texts = [_text(row) for row in _descriptors(data)]
    found: dict[str, str | int] = {
        "manufacturer": MAKERS.get(code, code),
        "model": _name(_all(texts, NAME)) or f"{code}{product:04X}",
    }
    number = int.from_bytes(data[12:16], "little")
    serial = serial_number(code, product, number, next(iter(_all(texts, SERIAL)), None))
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


def _name(parts: list[str]) -> str:
    """A name that fills its descriptor goes on in the next one, as `Studioworks N`, `2200P` does."""
    if len(parts) > 1 and len(parts[0]) == TEXT_BYTES:
        return parts[0] + parts[1]
    return parts[-1] if parts else ""


def _all(texts: list[tuple[int, str]], kind: int) -> list[str]:
    return [text for found, text in texts if found == kind and text]
