"""Writes event logs as Windows keeps them, so that tests need none of Windows."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.host import Event

GUID = bytes(range(16))
STRING, UNSIGNED_16, TIME, SID, FRAGMENT = 0x01, 0x06, 0x11, 0x13, 0x21
FIRST = 512
NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"


def log(*chunks: Sequence[Event], user_data: bool = False) -> bytes:
    """A whole file: a header, and a chunk for each list of events."""
    header = bytearray(4096)
    header[:8] = b"ElfFile\0"
    return bytes(header) + b"".join(_chunk(events, user_data) for events in chunks)


def _chunk(events: Sequence[Event], user_data: bool) -> bytes:
    chunk = _Writer(bytearray(FIRST))
    for event in events:
        chunk.record(event, user_data)
    data = chunk.data
    free = len(data)
    data[:8] = b"ElfChnk\0"
    data[48:52] = free.to_bytes(4, "little")
    return bytes(data) + bytes(65536 - free)


@dataclass
class _Writer:
    data: bytearray
    templates: dict[tuple[str, ...], int] = field(default_factory=dict)

    def record(self, event: Event, user_data: bool) -> None:
        start = len(self.data)
        ticks = _ticks(event.at)
        self.data += b"**\0\0" + bytes(4) + struct.pack("<QQ", event.record_id, ticks)
        self.put(0x0F, 1, 1, 0)
        self.instance(("event", event.provider))
        number = struct.pack("<H", event.event_id)
        self.put_values([(UNSIGNED_16, number), (TIME, struct.pack("<Q", ticks))], event, user_data)
        size = len(self.data) + 4 - start
        self.data += size.to_bytes(4, "little")
        self.data[start + 4 : start + 8] = size.to_bytes(4, "little")

    def instance(self, names: tuple[str, ...]) -> None:
        """A template instance's head; the template itself where it is used for the first time."""
        self.put(0x0C, 1, *GUID[:4])
        known = self.templates.get(names)
        place = len(self.data) + 4 if known is None else known
        self.number("<I", place)
        if known is None:
            self.templates[names] = place
            self.number("<I", 0)
            self.data += GUID
            size_at = len(self.data)
            self.number("<I", 0)
            self.put(0x0F, 1, 1, 0)
            self.event(names[1]) if names[0] == "event" else self.fields(names)
            self.put(0x00)
            size = len(self.data) - size_at - 4
            self.data[size_at : size_at + 4] = size.to_bytes(4, "little")

    def put_values(self, system: list[tuple[int, bytes]], event: Event, user_data: bool) -> None:
        self.number("<I", 3)
        for kind, raw in system:
            self.data += struct.pack("<HBB", len(raw), kind, 0)
        size_at = len(self.data)
        self.data += struct.pack("<HBB", 0, FRAGMENT, 0)
        for _, raw in system:
            self.data += raw
        start = len(self.data)
        self.put(0x0F, 1, 1, 0)
        self.instance(("user" if user_data else "data", *event.data))
        raws = [_raw(value) for value in event.data.values()]
        self.number("<I", len(raws))
        for kind, raw in raws:
            self.data += struct.pack("<HBB", len(raw), kind, 0)
        for _, raw in raws:
            self.data += raw
        self.put(0x00)
        size = len(self.data) - start
        self.data[size_at : size_at + 2] = size.to_bytes(2, "little")

    def event(self, provider: str) -> None:
        self.open("Event", {"xmlns": NAMESPACE})
        self.open("System")
        self.open("Provider", {"Name": provider}, empty=True)
        self.open("EventID")
        self.slot(0, UNSIGNED_16)
        self.put(0x04)
        self.open("TimeCreated", {"SystemTime": 1}, empty=True)
        self.put(0x04)
        self.slot(2, FRAGMENT)
        self.put(0x04)

    def fields(self, names: tuple[str, ...]) -> None:
        form, *fields = names
        self.open("EventData" if form == "data" else "UserData")
        if form == "user":
            self.open("LogFileCleared")
        for number, name in enumerate(fields):
            if form == "user":
                self.open(name)
            else:
                self.open("Data", {} if name.isdigit() else {"Name": name})
            self.slot(number, STRING)
            self.put(0x04)
        self.put(*([0x04, 0x04] if form == "user" else [0x04]))

    def open(
        self, name: str, attributes: Mapping[str, str | int] | None = None, *, empty: bool = False
    ) -> None:
        self.put(0x41 if attributes else 0x01, 0xFF, 0xFF, 0, 0, 0, 0)
        self.name(name)
        if attributes:
            size_at = len(self.data)
            self.number("<I", 0)
            last = list(attributes)[-1]
            for key, value in attributes.items():
                self.put(0x06 if key == last else 0x46)
                self.name(key)
                if isinstance(value, int):
                    self.slot(value, TIME)
                else:
                    self.put(0x05, STRING)
                    self.text(value)
            size = len(self.data) - size_at - 4
            self.data[size_at : size_at + 4] = size.to_bytes(4, "little")
        self.put(0x03 if empty else 0x02)

    def name(self, name: str) -> None:
        self.number("<I", len(self.data) + 4)
        self.data += bytes(6)
        self.text(name)
        self.data += bytes(2)

    def text(self, text: str) -> None:
        self.number("<H", len(text))
        self.data += text.encode("utf-16-le")

    def slot(self, number: int, kind: int) -> None:
        self.put(0x0E)
        self.number("<H", number)
        self.put(kind)

    def number(self, form: str, value: int) -> None:
        self.data += struct.pack(form, value)

    def put(self, *values: int) -> None:
        self.data += bytes(values)


def _raw(text: str) -> tuple[int, bytes]:
    """A SID as its bytes, everything else as a string."""
    if not text.startswith("S-1-"):
        return STRING, text.encode("utf-16-le")
    authority, *parts = map(int, text.split("-")[2:])
    head = bytes([1, len(parts)]) + authority.to_bytes(6, "big")
    return SID, head + struct.pack(f"<{len(parts)}I", *parts)


def _ticks(at: datetime) -> int:
    spent = at - datetime(1601, 1, 1, tzinfo=UTC)
    return (spent.days * 86400 + spent.seconds) * 10_000_000 + spent.microseconds * 10
