"""A machine on which one thing at a time cannot be read, is empty or is noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from agent.host import Event, Host, Key, Space, UnreadableError, Value

T = TypeVar("T")

NOISE = "\N{REPLACEMENT CHARACTER} garbage \x01"
Rows = tuple[Mapping[str, str], ...]
Damage = Callable[[Any], Any]


def forbidden(_found: Any) -> Any:
    raise UnreadableError("permission denied: it")


def gone(_found: Any) -> Any:
    raise UnreadableError("no such file or directory: it", absent=True)


def _empty(found: Any) -> Any:
    return Key({}, ()) if isinstance(found, Key) else type(found)()


def _noise(found: Any) -> Any:
    return b"\xff\x00\xfe garbage \x80" * 7 if isinstance(found, bytes) else NOISE * 7


@dataclass
class Faulty:
    """A host whose answer to one question, `at`, is damaged. It remembers what it was asked."""

    host: Host
    at_question: str = ""
    damage: Damage = gone
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def system(self) -> str:
        return self.host.system

    @property
    def at(self) -> datetime:
        return self.host.at

    def read(self, path: str) -> bytes:
        return self._asked(f"file {path}", lambda: self.host.read(path))

    def names(self, path: str) -> tuple[str, ...]:
        return self._asked(f"folder {path}", lambda: self.host.names(path))

    def link(self, path: str) -> str:
        return self._asked(f"link {path}", lambda: self.host.link(path))

    def run(self, program: str, argument: str | None = None) -> str:
        return self._asked(f"program {program}", lambda: self.host.run(program, argument))

    def space(self, mount: str) -> Space:
        return self.host.space(mount)

    def counters(self) -> Mapping[str, Any]:
        return self._asked("counters", self.host.counters)

    def addresses(self) -> dict[str, tuple[str, ...]]:
        return self.host.addresses()

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        return self._asked(f"class {name}", lambda: self.host.wmi(name, namespace))

    def key(self, path: str) -> Key:
        return self._asked(f"key {path}", lambda: self.host.key(path))

    def events(self, channel: str, after: int) -> tuple[Event, ...]:
        return self.host.events(channel, after)

    def _asked(self, question: str, ask: Callable[[], T]) -> T:
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


def faults(answers: Mapping[str, Any]) -> Iterator[tuple[str, Damage]]:
    """Every question that was answered, with all that can go wrong with it."""
    for question, found in answers.items():
        if isinstance(found, UnreadableError):
            continue
        wholes: list[Damage] = [forbidden, gone, _empty]
        if isinstance(found, bytes | str):
            wholes.append(_noise)
        if question.startswith("class "):
            wholes += _properties(found)
        if isinstance(found, Key):
            wholes += _values(found)
        yield from ((question, damage) for damage in wholes)


def _properties(rows: Rows) -> Iterator[Damage]:
    for number, row in enumerate(rows):
        for name in row:
            for text in (None, "", NOISE):
                yield partial(_in_row, number, name, text)


def _in_row(number: int, name: str, text: str | None, found: Rows) -> Rows:
    return tuple(_changed(row, name, text) if i == number else row for i, row in enumerate(found))


def _values(key: Key) -> Iterator[Damage]:
    for name in key.values:
        changed: tuple[Value | None, ...] = (None, "", NOISE, b"\xff\xfe", 0xDEAD, ("x",))
        for value in changed:
            yield partial(_in_key, name, value)


def _in_key(name: str, value: Value | None, found: Key) -> Key:
    return Key(_changed(found.values, name, value), found.subkeys)


def _changed(row: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    kept = {one: row[one] for one in row if one != name}
    return kept if value is None else {**kept, name: value}
