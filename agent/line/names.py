"""Questions to a name server and their answers as bytes (RFC 1035), for addresses alone."""

from __future__ import annotations

import socket
import struct
from typing import NamedTuple

A, AAAA = 1, 28
KINDS = {A: socket.AF_INET, AAAA: socket.AF_INET6}
LARGEST_BYTES = 4096
CODES = {0: "", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
"""RCODE of RFC 1035, 4.1.1, by the names that administrators know."""
POINTER = 0xC0
JUMPS = 64
"""A name that points further round than this points at itself."""


class Answer(NamedTuple):
    """What a name server said: addresses, or the code with which it refused."""

    addresses: tuple[str, ...] = ()
    refused: str = ""


def question(number: int, name: str, kind: int = A) -> bytes:
    """One question for that name's addresses. Raises ValueError of a name that is none."""
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError(f"not a host name: {name}")
    written = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return (
        struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + written + struct.pack(">HH", kind, 1)
    )


def answer(data: bytes, asked: bytes) -> Answer | None:
    """What those bytes say to that question; None where they are no answer to it.

    Whatever comes is data: a name server that lies, or a stranger who guesses, raises nothing.
    """
    try:
        return _answer(data, asked)
    except (struct.error, IndexError, ValueError):
        return None


def _answer(data: bytes, asked: bytes) -> Answer | None:
    number, flags, questions, answers = struct.unpack(">HHHH", data[:8])
    (wanted,) = struct.unpack(">H", asked[:2])
    same = data[12 : len(asked)].lower() == asked[12:].lower()
    if number != wanted or not flags & 0x8000 or questions != 1 or not same:
        return None
    code = flags & 0xF
    if code:
        return Answer(refused=CODES.get(code, f"code {code}"))
    place, found = len(asked), []
    for _ in range(min(answers, 64)):
        place = _after_name(data, place)
        kind, _, _, length = struct.unpack(">HHIH", data[place : place + 10])
        place += 10
        value = data[place : place + length]
        if kind in KINDS and len(value) == length == (4 if kind == A else 16):
            found.append(socket.inet_ntop(KINDS[kind], value))
        place += length
    return Answer(tuple(found)) if found else Answer(refused="no address")


def _after_name(data: bytes, place: int) -> int:
    for _ in range(JUMPS):
        length = data[place]
        if length & POINTER == POINTER:
            return place + 2
        place += 1 + length
        if length == 0:
            return place
    raise ValueError("a name without an end")
