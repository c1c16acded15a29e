"""Binary XML as Windows keeps its event logs in: bytes of a chunk in, elements out."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agent.lean import Any

DEEPEST = 24
"""Elements within elements; real events have five."""
TOKENS = 200_000
"""Per chunk of 64 KiB; a full one has some 20,000. Damaged offsets must not make it a long walk."""
TEXT_CHARACTERS = 4096
"""No identifier is longer; a command line that is has nothing that is looked for."""
FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)
NUMBERS = {3: "<b", 4: "<B", 5: "<h", 6: "<H", 7: "<i", 8: "<I", 9: "<q", 10: "<Q"}
NUMBERS |= {11: "<f", 12: "<d"}


class BinxmlError(Exception):
    """The bytes are no binary XML; worded for the operator."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a template that each event fills with a value of its own."""

    number: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """An element together with what fills its slots."""

    element: Element
    values: tuple[str | Fragment | None, ...] = ()

    def name(self) -> str:
        return self.element.name

    def attribute(self, name: str) -> str:
        """Empty where there is none."""
        return self._text(self.element.attributes.get(name, ()))

    def text(self) -> str:
        """What stands directly in the element."""
        return self._text(self.element.content)

    def children(self) -> Iterator[Fragment]:
        """The elements directly inside; those that a value brings too."""
        for part in self.element.content:
            if isinstance(part, Element):
                yield Fragment(part, self.values)
            elif isinstance(part, Slot) and isinstance(found := self._value(part), Fragment):
                yield found

    def child(self, name: str) -> Fragment | None:
        """The first element of that name."""
        return next((one for one in self.children() if one.name() == name), None)

    def _value(self, slot: Slot) -> str | Fragment | None:
        return self.values[slot.number] if slot.number < len(self.values) else None

    def _text(self, parts: tuple[Part, ...]) -> str:
        found = (self._value(part) if isinstance(part, Slot) else part for part in parts[:64])
        return "".join(part for part in found if isinstance(part, str))[:TEXT_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Element:
    """As a template has it: values of events stand as slots."""

    name: str
    attributes: Mapping[str, tuple[Part, ...]]
    content: tuple[Part, ...]


Part = str | Slot | Element


@dataclass
class Chunk:
    """One chunk's bytes, with the templates read from it so far. All offsets count from its start."""

    data: bytes
    templates: dict[int, tuple[Element, int]] = field(default_factory=dict)
    """By offset: the element and where the definition ends."""
    tokens_left: int = TOKENS

    def fragment(self, start: int, end: int, deep: int = 0) -> Fragment:
        """The fragment between two offsets."""
        walk = _Walk(self, start, end)
        token = walk.token()
        if token == 0x0F:
            walk.skip(3)
            token = walk.token()
        if deep > DEEPEST:
            raise BinxmlError("elements too deep within each other")
        if token == 0x0C:
            return self._instance(walk, deep)
        if token in {0x01, 0x41}:
            return Fragment(walk.element(token, deep, in_template=False))
        raise BinxmlError(f"unexpected mark {token:#04x}")

    def _instance(self, walk: _Walk, deep: int) -> Fragment:
        walk.skip(5)
        offset = walk.number("<I")
        element, after = self._template(offset)
        if offset == walk.at:  # defined where it is used first
            walk.at = after
        count = walk.number("<I")
        if count > 1024:
            raise BinxmlError(f"a template with {count} values")
        kinds = [(walk.number("<H"), walk.number("<H") & 0xFF) for _ in range(count)]
        return Fragment(element, tuple(self._value(walk, *kind, deep) for kind in kinds))

    def _template(self, offset: int) -> tuple[Element, int]:
        if offset not in self.templates:
            head = _Walk(self, offset, len(self.data))
            head.skip(20)
            size = head.number("<I")
            walk = _Walk(self, head.at, head.at + size)
            if walk.token() == 0x0F:
                walk.skip(3)
            element = walk.element(walk.token(), 0, in_template=True)
            self.templates[offset] = (element, head.at + size)
        return self.templates[offset]

    def _value(self, walk: _Walk, size: int, kind: int, deep: int) -> str | Fragment | None:
        start = walk.at
        walk.skip(size)
        if kind == 0x21:
            return self.fragment(start, start + size, deep + 1) if size else None
        return value(kind, self.data[start : start + size])


@dataclass
class _Walk:
    """A place in a chunk that moves forward alone, and never past its end."""

    chunk: Chunk
    at: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.at <= self.end <= len(self.chunk.data):
            raise BinxmlError("an offset points out of the chunk")

    def skip(self, size: int) -> int:
        before, self.at = self.at, self.at + size
        if self.at > self.end:
            raise BinxmlError("ends in the middle of a value")
        return before

    def number(self, form: str) -> int:
        start = self.skip(struct.calcsize(form))
        found: tuple[Any, ...] = struct.unpack_from(form, self.chunk.data, start)
        return int(found[0])

    def token(self) -> int:
        self.chunk.tokens_left -= 1
        if self.chunk.tokens_left < 0:
            raise BinxmlError("more marks than a chunk can hold")
        return self.number("<B")

    def text(self) -> str:
        size = self.number("<H") * 2
        start = self.skip(size)
        return self.chunk.data[start : start + size].decode("utf-16-le", "replace")

    def name(self) -> str:
        offset = self.number("<I")
        walk = self if offset == self.at else _Walk(self.chunk, offset, len(self.chunk.data))
        walk.skip(6)
        name = walk.text()
        walk.skip(2)
        return name

    def element(self, token: int, deep: int, *, in_template: bool) -> Element:
        if token not in {0x01, 0x41} or deep > DEEPEST:
            raise BinxmlError(f"unexpected mark {token:#04x}")
        self.skip(6 if in_template else 4)
        name, attributes = self.name(), {}
        if token == 0x41:
            self.skip(4)
            attributes = dict(self._attributes())
        closing = self.token()
        if closing == 0x03:
            return Element(name, attributes, ())
        if closing != 0x02:
            raise BinxmlError(f"unexpected mark {closing:#04x}")
        return Element(name, attributes, tuple(self._content(deep, in_template=in_template)))

    def _attributes(self) -> Iterator[tuple[str, tuple[Part, ...]]]:
        token = self.token()
        while token in {0x06, 0x46}:
            name, parts = self.name(), []
            while (token := self.token()) not in {0x02, 0x03, 0x06, 0x46}:
                parts.append(self._part(token))
            yield name, tuple(parts)
        self.at -= 1  # the mark that closes the start of the element is its own

    def _content(self, deep: int, *, in_template: bool) -> Iterator[Part]:
        while (token := self.token()) != 0x04:
            if token in {0x01, 0x41}:
                yield self.element(token, deep + 1, in_template=in_template)
            else:
                yield self._part(token)

    def _part(self, token: int) -> Part:
        if token in {0x0D, 0x0E}:
            number = self.number("<H")
            self.skip(1)
            return Slot(number)
        if token in {0x05, 0x45}:
            self.skip(1)
            return self.text()
        if token in {0x07, 0x47}:
            return self.text()
        if token in {0x08, 0x48}:
            return chr(self.number("<H"))
        if token in {0x09, 0x49}:
            return ENTITIES.get(self.name(), "")
        raise BinxmlError(f"unexpected mark {token:#04x}")


ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def value(kind: int, data: bytes) -> str | None:
    """A value as XML writes it; None for none at all."""
    if kind == 0x00 or not data:
        return None
    if kind in NUMBERS and len(data) == struct.calcsize(NUMBERS[kind]):
        return str(struct.unpack(NUMBERS[kind], data)[0])
    told = FORMS.get(kind)
    return told(data) if told else data.hex()


def filetime(ticks: int) -> datetime:
    """100 ns since 1601; beyond the year 9999 it is damage."""
    try:
        return FILETIME_START + timedelta(microseconds=ticks // 10)
    except OverflowError as problem:
        raise BinxmlError("a time beyond all years") from problem


def sid(data: bytes) -> str | None:
    """`S-1-5-…`; None where the bytes are none."""
    if len(data) < 8 or len(data) != 8 + 4 * data[1]:
        return None
    parts = struct.unpack(f"<{data[1]}I", data[8:])
    authority = int.from_bytes(data[2:8], "big")
    return "-".join(["S", str(data[0]), str(authority), *map(str, parts)])


def _guid(data: bytes) -> str:
    return f"{{{UUID(bytes_le=data)}}}" if len(data) == 16 else data.hex()


FORMS: Mapping[int, Callable[[bytes], str | None]] = {
    0x01: lambda data: data.decode("utf-16-le", "replace").rstrip("\0"),
    0x02: lambda data: data.decode("ascii", "replace").rstrip("\0"),
    0x0D: lambda data: "true" if any(data) else "false",
    0x0F: _guid,
    0x10: lambda data: hex(int.from_bytes(data, "little")),
    0x11: lambda data: filetime(int.from_bytes(data[:8], "little")).isoformat(),
    0x13: sid,
    0x14: lambda data: hex(int.from_bytes(data, "little")),
    0x15: lambda data: hex(int.from_bytes(data, "little")),
    0x81: lambda data: data.decode("utf-16-le", "replace").rstrip("\0").replace("\0", "\n"),
}
"""How each further kind of value is written; what has none is told in hexadecimal."""
