"""A machine that was recorded into a folder, as a host: the same on any system."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.closed_list import PROGRAMS
from agent.host import (
    LIMIT_BYTES,
    Entries,
    Key,
    Neighbour,
    Piece,
    Space,
    UnreadableError,
    journal,
    registry,
)
from agent.host.live import larger, piece, unreadable
from agent.host.processes import PROC
from agent.host.spelling import meant, safe
from agent.parse import wmi

if TYPE_CHECKING:  # of the probe `line` alone
    from agent.line.looking import Seen, Wanted

WINDOWS_FOLDERS = ("wmi", "registry", "events")
COMMANDS = ("commands", "powershell")
"""Some recordings of Windows keep what PowerShell printed apart."""


class RecordingError(Exception):
    """The folder is no recording; told to the operator as it stands."""


@dataclass(frozen=True)
class Recorded:
    """`folder` holds `files/<absolute path>`, `commands/<program>.txt` and `recording.json`.

    One of Windows holds `wmi/<Class>.wmi`, `registry/*.reg` and `events/<Channel>.json`. Names are spelled as
    `agent.host.spelling` says; one recorded as it is on the machine does too.
    """

    folder: Path
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def system(self) -> str:
        named = self.facts.get("system")
        if isinstance(named, str):
            return named
        found = any((self.folder / name).is_dir() for name in WINDOWS_FOLDERS)
        return "windows" if found else "linux"

    def read(self, path: str) -> bytes:
        try:
            return _whole(self._place(path), path)
        except IsADirectoryError as problem:
            # A name that was listed and never read: the recording knows nothing of its content.
            raise UnreadableError(f"not recorded: {path}", absent=True) from problem
        except OSError as problem:
            raise self._unreadable(path, problem) from problem

    def piece(self, path: str, start: int) -> Piece:
        told = _table(self.facts, "unreadable").get(path)
        if isinstance(told, str):
            raise UnreadableError(told)
        return piece(str(self._place(path)), path, start)

    def names(self, path: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(meant(entry.name) for entry in self._place(path).iterdir()))
        except OSError as problem:
            raise self._unreadable(path, problem) from problem

    def link(self, path: str) -> str:
        target = _table(self.facts, "links").get(path)
        if not isinstance(target, str):
            raise self._unreadable(path, FileNotFoundError(2, "not recorded"))
        return target

    def run(self, program: str, argument: str | None = None) -> str:
        kind = PROGRAMS[program].form
        if argument is not None and not re.fullmatch(PROGRAMS[program].argument, argument):
            raise UnreadableError(f"not a name: {argument!r}")
        names = [f"{program}-{argument}.{kind}"] if argument else []
        names.append(f"{program}.{kind}")
        for place in (self.folder / folder / name for folder in COMMANDS for name in names):
            if place.is_file():
                return self._bytes(place, program).decode("utf-8", "replace")
        raise self._unreadable(program, FileNotFoundError(2, "not installed"))

    def space(self, mount: str) -> Space:
        found = _table(self.facts, "space").get(mount)
        if not isinstance(found, dict):
            raise UnreadableError(f"not recorded: {mount}", absent=True)
        try:
            return Space(int(found["total_bytes"]), int(found["available_bytes"]))
        except (KeyError, TypeError, ValueError) as problem:
            raise UnreadableError(f"badly recorded: {mount}") from problem

    def addresses(self) -> dict[str, tuple[str, ...]]:
        rows = _table(self.facts, "addresses")
        return {name: tuple(map(str, row)) for name, row in rows.items() if isinstance(row, list)}

    def neighbours(self) -> tuple[Neighbour, ...]:
        rows = self.facts.get("neighbours")
        try:
            return tuple(Neighbour(str(mac), str(state), age) for mac, state, age in rows or ())
        except (TypeError, ValueError) as problem:
            raise UnreadableError("badly recorded: neighbours") from problem

    def look(self, wanted: Wanted) -> Seen:
        raise UnreadableError("a recorded PC has no line to look at", absent=True)

    def processes(self) -> int:
        return sum(map(str.isdigit, self.names(PROC)))

    def counters(self) -> Mapping[str, Any]:
        found = self.facts.get("counters")
        if not isinstance(found, dict):
            raise UnreadableError("not recorded: counters")
        return found

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        # Exports spell a class as they like: Win32_BIOS is Win32_Bios here and there.
        wanted = f"{name}.wmi".lower()
        for path in (self.folder / "wmi").glob("*.wmi"):
            if path.name.lower() == wanted:
                return wmi.instances(self._bytes(path, name))
        raise self._unreadable(name, FileNotFoundError(2, "not recorded"))

    def key(self, path: str) -> Key:
        told = _table(self.facts, "unreadable").get(path)
        if isinstance(told, str):
            raise UnreadableError(told)
        return registry.key(self.folder / "registry", path)

    def events(self, channel: str, after: int) -> Entries:
        place = self.folder / "events" / f"{journal.file(channel)}.json"
        original = place.with_suffix(".evtx")
        if original.is_file():
            return journal.after(journal.original(original, channel), after)
        if not place.is_file():
            raise self._unreadable(channel, FileNotFoundError(2, "not recorded"))
        return journal.after(Entries(journal.events(self._bytes(place, channel))), after)

    def _bytes(self, path: Path, asked: str) -> bytes:
        try:
            return _whole(path, asked)
        except OSError as problem:
            raise unreadable(asked, problem) from problem

    def _place(self, path: str) -> Path:
        place = self.folder / "files"
        for part in path.split("/"):
            if part not in {"", ".", ".."}:
                spelled = place / safe(part)
                place = spelled if spelled.exists() else place / part
        return place

    def _unreadable(self, path: str, problem: Exception) -> UnreadableError:
        told = _table(self.facts, "unreadable").get(path)
        return UnreadableError(told) if isinstance(told, str) else unreadable(path, problem)


def _whole(place: Path, asked: str) -> bytes:
    with place.open("rb") as file:
        data = file.read(LIMIT_BYTES + 1)
    if len(data) > LIMIT_BYTES:
        raise larger(asked)
    return data


def opened(folder: Path, now: datetime) -> Recorded:
    """The recording in that folder; `now` stands in where it does not say when it was made."""
    if not folder.is_dir():
        raise RecordingError(f"no such folder: {folder}")
    place = folder / "recording.json"
    try:
        facts = json.loads(place.read_bytes()) if place.exists() else {}
    except (OSError, ValueError) as problem:
        raise RecordingError(f"cannot read {place}: {problem}") from problem
    if not isinstance(facts, dict):
        raise RecordingError(f"not a JSON object: {place}")
    return Recorded(folder, _moment(facts.get("at"), now), facts)


def _moment(text: object, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return now
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _table(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = facts.get(name)
    return found if isinstance(found, dict) else {}
