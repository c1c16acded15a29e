"""Records a machine while it is read: every answer is also written into a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from agent.closed_list import PROGRAMS
from agent.host import Entries, Host, Key, Neighbour, Piece, Space, UnreadableError, Value, journal
from agent.host.processes import PROC
from agent.host.spelling import safe
from agent.parse import reg, wmi

if TYPE_CHECKING:  # of the probe `line` alone
    from agent.line.looking import Seen, Wanted

T = TypeVar("T")

WITH_ADDRESSES = ("/etc/apt/", "/etc/cups/", "/etc/yum.repos.d/")
ACCOUNT = re.compile(rb"(?<=://)[^/@\s]+(?=@)")

NAMES = "names"
"""Stands for the path where a mask is asked about a path itself."""
Mask = Callable[[str, bytes], bytes]
"""Path and content in, what is to be written down out."""


def as_it_is(_path: str, data: bytes) -> bytes:
    """The mask that hides nothing."""
    return data


@dataclass
class Recording:
    """A host that passes every question on, and keeps the answers in `folder`."""

    host: Host
    folder: Path | None
    """None: nothing is written, the mask alone is told."""
    mask: Mask = as_it_is
    facts: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)

    @property
    def system(self) -> str:
        return self.host.system

    @property
    def at(self) -> datetime:
        return self.host.at

    def read(self, path: str) -> bytes:
        data = self._asked(path, lambda: self.host.read(path))
        self._write(self._place(path), self.mask(path, _without_password(path, data)))
        return data

    def piece(self, path: str, start: int) -> Piece:
        found = self._asked(path, lambda: self.host.piece(path, start))
        place = self._place(path)
        # A log of many pieces is asked for from its start on: each is put behind the one before.
        before = place.read_bytes()[:start] if start and place and place.is_file() else b""
        self._write(place, before + self.mask(path, found.data))
        return found

    def names(self, path: str) -> tuple[str, ...]:
        found = self._asked(path, lambda: self.host.names(path))
        for name in found:
            # A name stands for itself until it is read: enough to be listed again.
            place = self._place(f"{path}/{name}")
            if place is None:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.mkdir()
        return found

    def link(self, path: str) -> str:
        target = self._asked(path, lambda: self.host.link(path))
        self.facts.setdefault("links", {})[path] = target
        return target

    def run(self, program: str, argument: str | None = None) -> str:
        text = self._asked(program, lambda: self.host.run(program, argument))
        name = f"{program}-{argument}" if argument else program
        place = self._part("commands", f"{name}.{PROGRAMS[program].form}")
        self._write(place, self.mask(program, text.encode()))
        return text

    def space(self, mount: str) -> Space:
        found = self._asked(mount, lambda: self.host.space(mount))
        row = {"total_bytes": found.total_bytes, "available_bytes": found.available_bytes}
        self.facts.setdefault("space", {})[mount] = row
        return found

    def addresses(self) -> dict[str, tuple[str, ...]]:
        found = self._asked("addresses", self.host.addresses)
        self.facts["addresses"] = {name: list(rows) for name, rows in found.items()}
        return found

    def neighbours(self) -> tuple[Neighbour, ...]:
        # Never written down: addresses of other PCs are not this one's to keep.
        return self.host.neighbours()

    def look(self, wanted: Wanted) -> Seen:
        # Of one moment: nothing to play back.
        return self.host.look(wanted)

    def processes(self) -> int:
        return sum(map(str.isdigit, self.names(PROC)))

    def counters(self) -> Mapping[str, Any]:
        found = self._asked("counters", self.host.counters)
        self.facts["counters"] = dict(found)
        return found

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        rows = self._asked(name, lambda: self.host.wmi(name, namespace))
        masked = [{one: self._hidden(f"{name}.{one}", row[one]) for one in row} for row in rows]
        self._write(self._part("wmi", f"{name}.wmi"), wmi.written(masked))
        return rows

    def key(self, path: str) -> Key:
        found = self._asked(path, lambda: self.host.key(path))
        values = {name: _without_product(name, found.values[name]) for name in found.values}
        self.keys[path] = Key(values, found.subkeys)
        return found

    def events(self, channel: str, after: int) -> Entries:
        found = self._asked(channel, lambda: self.host.events(channel, after))
        place = self._part("events", f"{journal.file(channel)}.json")
        self._write(place, self.mask(channel, journal.written(found.events)))
        return found

    def close(self) -> None:
        """Write what is not a file of the machine: the registry, its system, the moment, sizes."""
        if self.keys:
            found = (row for path in sorted(self.keys) for row in self._exported(path))
            self._write(self._part("registry", "read.reg"), reg.written(found))
        facts = {"system": self.system, "at": self.at.isoformat(), **self.facts}
        text = json.dumps(facts, indent=1, sort_keys=True).encode()
        self._write(self._part("recording.json"), self.mask("recording.json", text))

    def _exported(self, path: str) -> Iterator[tuple[str, dict[str, Value]]]:
        """The key, and its subkeys by their names alone: enough to be listed again."""
        key = self.keys[path]
        called = self._hidden(path, path)
        yield (
            called,
            # A value may be called as the account is, where its owner made it.
            {
                self._hidden(path, name): self._masked(f"{path}\\{name}", key.values[name])
                for name in key.values
            },
        )
        for name in key.subkeys:
            yield f"{called}\\{self._hidden(path, name)}", {}

    def _masked(self, path: str, value: Value) -> Value:
        if isinstance(value, bytes):
            return self.mask(path, value)
        if isinstance(value, tuple):
            return tuple(self._hidden(path, part) for part in value)
        return self._hidden(path, value) if isinstance(value, str) else value

    def _hidden(self, path: str, text: str) -> str:
        return self.mask(path, text.encode("utf-8", "replace")).decode("utf-8", "replace")

    def _asked(self, name: str, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except UnreadableError as problem:
            if not problem.absent:
                self.facts.setdefault("unreadable", {})[name] = problem.cause
            raise

    def _place(self, path: str) -> Path | None:
        # A folder may be called by a serial number, or by an account: it is hidden as in a text.
        called = self._hidden(NAMES, path)
        return self._part("files", *[safe(part) for part in called.split("/") if part])

    def _part(self, *names: str) -> Path | None:
        return None if self.folder is None else self.folder.joinpath(*names)

    def _write(self, place: Path | None, data: bytes) -> None:
        if place is None:
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            place.rmdir()
        place.write_bytes(data)


def _without_password(path: str, data: bytes) -> bytes:
    """The file; where addresses may hold an account with its password, signs in their place."""
    if not path.startswith(WITH_ADDRESSES):
        return data
    return ACCOUNT.sub(lambda found: b"X" * len(found[0]), data)


def _without_product(name: str, value: Value) -> Value:
    """The value; of a product's key (`DigitalProductId`) zeros, masked or not: it is a secret."""
    if isinstance(value, bytes) and name.lower().startswith("digitalproductid"):
        return bytes(len(value))
    return value
