"""Windows event logs (.evtx): any bytes in, the events that they hold and what stood in the way out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.host import Event
from agent.parse.binxml import BinxmlError, Chunk, Fragment, filetime

HEADER_BYTES = 4096
CHUNK_BYTES = 65536
FIRST_RECORD = 512
RECORD = b"**\0\0"
SMALLEST = 28
"""A record's head and its closing size, without a word of XML."""
MOST_FIELDS = 256
LARGEST_NUMBER = 2**63 - 1
"""As large as a database keeps a number; a log would fill for longer than there are disks."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a file holds, oldest first. `cause` is the first damage met, None where all was read."""

    events: tuple[Event, ...]
    cause: str | None


def events(data: bytes) -> Iterator[Event]:
    """The events that can be read, by record number."""
    yield from log(data).events


def log(data: bytes) -> Log:
    """Read all that can be read: a damaged record costs itself, a damaged chunk what follows in it."""
    if data[:8] != b"ElfFile\0":
        return Log((), "not an event log")
    found: dict[int, Event] = {}
    causes: list[str] = []
    for start in range(HEADER_BYTES, len(data), CHUNK_BYTES):
        block = data[start : start + CHUNK_BYTES]
        if block[:8] == b"ElfChnk\0":
            found.update((event.record_id, event) for event in _records(block, causes))
        elif any(block):
            causes.append(f"no chunk at byte {start}")
    return Log(tuple(found[number] for number in sorted(found)), next(iter(causes), None))


def _records(block: bytes, causes: list[str]) -> Iterator[Event]:
    chunk, at = Chunk(block), FIRST_RECORD
    free = int.from_bytes(block[48:52], "little")
    while at < min(free, len(block)):
        head = block[at : at + 24]
        size = int.from_bytes(head[4:8], "little")
        if len(head) < 24 or head[:4] != RECORD or size < SMALLEST or at + size > len(block):
            causes.append(f"no record where one is expected, at byte {at} of a chunk")
            return
        number, written = struct.unpack("<QQ", head[8:])
        try:
            yield _event(number, written, chunk.fragment(at + 24, at + size - 4))
        except BinxmlError as problem:
            causes.append(f"record {number} is damaged: {problem}")
        at += size
    if free > len(block):
        causes.append("a chunk is cut short")


def _event(number: int, written: int, root: Fragment) -> Event:
    if number > LARGEST_NUMBER:
        raise BinxmlError("its number is none that a log comes to")
    system = root.child("System")
    parts = {one.name(): one for one in system.children()} if system else {}
    code = parts["EventID"].text() if "EventID" in parts else ""
    if not code.isascii() or not code.isdigit() or len(code) > 9:
        raise BinxmlError("no event id")
    at = parts["TimeCreated"].attribute("SystemTime") if "TimeCreated" in parts else ""
    provider = parts["Provider"].attribute("Name") if "Provider" in parts else ""
    data = dict(_fields(root))
    return Event(number, int(code), provider, _instant(at) or filetime(written), data)


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _fields(root: Fragment) -> Iterator[tuple[str, str]]:
    """`EventData` by the names of its parts, `UserData` by its elements one level further down."""
    data, user = root.child("EventData"), root.child("UserData")
    inside = next(user.children(), None) if user else None
    place = data or inside
    for number, part in enumerate(place.children() if place else ()):
        if number >= MOST_FIELDS:
            return
        named = part.attribute("Name") if part.name() == "Data" else part.name()
        yield named or str(number), part.text()
