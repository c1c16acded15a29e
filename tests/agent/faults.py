"""A machine of which one thing at a time cannot be read, is empty, torn, noise or nonsense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from agent.host import Entries, Event, Host, Key, Neighbour, Piece, Space, UnreadableError, Value
from agent.line.looking import Seen, Wanted
from tests.agent import fields_of_sources as sources

T = TypeVar("T")

NOISE = "\N{REPLACEMENT CHARACTER} garbage \x01"
BYTES = b"\xff\x00\xfe garbage \x80"
Rows = tuple[Mapping[str, str], ...]
Damage = Callable[[Any], Any]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with the answer to one question."""

    question: str
    damage: Damage
    words: str
    refused: bool = False
    """Whether the host says that it could not read: then whatever is lost has to be named."""
    whole: bool = False
    """Whether the answer is another one, and not one field of it: a class without instances is
    what a PC says that has no such part."""


def forbidden(_found: Any) -> Any:
    raise UnreadableError("permission denied: it")


def gone(_found: Any) -> Any:
    raise UnreadableError("no such file or directory: it", absent=True)


def _empty(found: Any) -> Any:
    return Key({}, ()) if isinstance(found, Key) else type(found)()


def _noise(found: Any) -> Any:
    return BYTES * 7 if isinstance(found, bytes) else NOISE * 7


def _torn(found: Any) -> Any:
    return found[: len(found) // 2 + 1]


class _Watched(Mapping[str, str]):
    """An instance that notes which of its properties are looked at: the others cannot matter."""

    def __init__(self, row: Mapping[str, str], number: int, seen: set[tuple[int, str]]) -> None:
        self.row, self.number, self.seen = row, number, seen

    def __getitem__(self, name: str) -> str:
        self.seen.add((self.number, name))
        return self.row[name]

    def __iter__(self) -> Iterator[str]:
        self.seen.update((self.number, name) for name in self.row)
        return iter(self.row)

    def __len__(self) -> int:
        return len(self.row)


@dataclass
class Faulty:
    """A host whose answer to one question, `at`, is damaged. It remembers what it was asked."""

    host: Host
    at_question: str = ""
    damage: Damage = gone
    answers: dict[str, Any] = field(default_factory=dict)
    looked_at: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    @property
    def system(self) -> str:
        return self.host.system

    @property
    def at(self) -> datetime:
        return self.host.at

    def read(self, path: str) -> bytes:
        return self._asked(f"file {path}", lambda: self.host.read(path))

    def piece(self, path: str, start: int) -> Piece:
        asked = f"piece {path} {start}"
        return Piece(1, self._asked(asked, lambda: self.host.piece(path, start).data))

    def names(self, path: str) -> tuple[str, ...]:
        return self._asked(f"folder {path}", lambda: self.host.names(path))

    def link(self, path: str) -> str:
        return self._asked(f"link {path}", lambda: self.host.link(path))

    def run(self, program: str, argument: str | None = None) -> str:
        asked = f"program {program} {argument or ''}".rstrip()
        return self._asked(asked, lambda: self.host.run(program, argument))

    def space(self, mount: str) -> Space:
        return self._asked(f"space {mount}", lambda: self.host.space(mount))

    def neighbours(self) -> tuple[Neighbour, ...]:
        return self._asked("neighbours", self.host.neighbours)

    def look(self, wanted: Wanted) -> Seen:
        return self._asked("look", lambda: self.host.look(wanted))

    def processes(self) -> int:
        return sum(map(str.isdigit, self.names("/proc")))

    def counters(self) -> Mapping[str, Any]:
        return self._asked("counters", self.host.counters)

    def addresses(self) -> dict[str, tuple[str, ...]]:
        return self._asked("addresses", self.host.addresses)

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        found = self._asked(f"class {name}", lambda: self.host.wmi(name, namespace))
        if self.at_question:
            return found  # watching costs five times what reading does
        seen = self.looked_at.setdefault(f"class {name}", set())
        return tuple(_Watched(row, number, seen) for number, row in enumerate(found))

    def key(self, path: str) -> Key:
        return self._asked(f"key {path}", lambda: self.host.key(path))

    def events(self, channel: str, after: int) -> Entries:
        asked = f"events {channel} {after}"
        return Entries(self._asked(asked, lambda: self.host.events(channel, after).events))

    def _asked(self, question: str, ask: Callable[[], T]) -> T:
        self.asked.add(question)
        if question not in self.answers:
            try:
                self.answers[question] = ask()
            except UnreadableError as problem:
                self.answers[question] = problem
        found = self.answers[question]
        if isinstance(found, UnreadableError):
            raise found
        answer: T = self.damage(found) if question == self.at_question else found
        return answer


def faults(asked: Faulty) -> Iterator[Fault]:
    """Every question that was answered, with all that can go wrong with it and with each field."""
    for question, found in asked.answers.items():
        if isinstance(found, UnreadableError):
            continue
        yield Fault(question, forbidden, "refused", refused=True, whole=True)
        yield Fault(question, gone, "gone", whole=True)
        if not isinstance(found, Space | Piece):
            yield Fault(question, _empty, "empty", whole=True)
        if isinstance(found, bytes | str):
            yield Fault(question, _noise, "noise", whole=True)
            yield Fault(question, _torn, "torn", whole=True)
        for words, damage in _fields(question, found, asked.looked_at.get(question, set())):
            yield Fault(question, damage, words)


def _fields(question: str, found: Any, seen: set[tuple[int, str]]) -> Iterator[tuple[str, Damage]]:
    if question == "counters":
        return sources.leaves(found)
    if isinstance(found, Key):
        return _values(found)
    if isinstance(found, bytes | str) and not question.startswith("link "):
        return sources.damages(found)
    if isinstance(found, Entries):
        return _entries(found)
    return _properties(found, seen) if question.startswith("class ") else iter(())


TO_COME = "20991231235959.000000+000"
TEXTS = (
    *(None, "", NOISE, "-1", "9" * 30, TO_COME, "2099-12-31", "20991231", "12/31/2099"),
    *("{", "Không có", "[" * 50),
)
"""For a property of WMI: gone, empty, noise, less than nothing, more than can be, to come, torn,
another language's words."""
FEWER = (None, NOISE, TO_COME, "9" * 30)
"""For an instance between the first and the last that have the property."""


def _properties(rows: Rows, seen: set[tuple[int, str]]) -> Iterator[tuple[str, Damage]]:
    places: dict[str, list[int]] = {}
    for number, name in sorted(seen):
        if number < len(rows) and name in rows[number]:
            places.setdefault(name, []).append(number)
    for name, numbers in places.items():
        for number in numbers:
            for text in TEXTS if number in {numbers[0], numbers[-1]} else FEWER:
                yield f"{number}.{name}={text!r}", partial(_in_row, number, name, text)


def _in_row(number: int, name: str, text: str | None, found: Rows) -> Rows:
    return (*found[:number], _changed(found[number], name, text), *found[number + 1 :])


TYPES: tuple[Value | None, ...] = (None, NOISE, "20991231", b"\xff\xfe", 0xDEAD, ("x",))
VALUES: tuple[Value | None, ...] = (
    *TYPES,
    *("", b"", b"\xff" * 8, (1 << 64) - 1, ()),
    *("-1", "9" * 30, "2099-12-31", "12/31/2099", "Không có"),
)
"""For a value of the registry; first gone, and of each type, which tells whether anybody reads it."""


def _values(key: Key) -> Iterator[tuple[str, Damage]]:
    for name in key.values:
        for value in VALUES:
            yield f"{name}={value!r}", partial(_in_key, name, value)


def _in_key(name: str, value: Value | None, found: Key) -> Key:
    return Key(_changed(found.values, name, value), found.subkeys)


def _changed(row: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {one: row[one] for one in row if one != name}
    return kept if value is None else {**kept, name: value}


def _entries(found: Entries) -> Iterator[tuple[str, Damage]]:
    for number, event in enumerate(found.events):
        for name in event.data:
            for text in (None, "", NOISE, "-1", "9" * 30, "2099-12-31"):
                yield f"{number}.{name}={text!r}", partial(_in_event, number, name, text)
        for code in (0, -1, 1 << 40):
            yield f"{number}.event_id={code}", partial(_with_code, number, code)


def _in_event(number: int, name: str, text: str | None, found: Entries) -> Entries:
    one = found.events[number]
    return _put(found, number, one._replace(data=_changed(one.data, name, text)))


def _with_code(number: int, code: int, found: Entries) -> Entries:
    return _put(found, number, found.events[number]._replace(event_id=code))


def _put(found: Entries, number: int, event: Event) -> Entries:
    events = (*found.events[:number], event, *found.events[number + 1 :])
    return found._replace(events=events)
