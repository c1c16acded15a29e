"""What this PC may look at: the office's lines as they were pinned here when it joined, line.json.

Nothing of it comes over the wire later: the collector names a line, and the PC knows its targets.
"""

from __future__ import annotations

import json
import os
import re

from agent.lean import Any, NamedTuple

FILE = "line.json"
VERSION = 1
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")
HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):([0-9]{1,5})")
NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63}){0,20}")
PROVIDERS = frozenset({"http", "iperf3", "speedtest"})
SCOPES = frozenset({"lan", "internet"})
MOST = 8
"""Lines, and targets of one line: what an office has, and no more."""


class PinsError(Exception):
    """The file is there and is not what joining writes; worded for the operator."""


class Speed(NamedTuple):
    """How a line's speed is measured. No server: the collector itself, which is on the LAN."""

    provider: str
    server: str | None
    scope: str


class Pin(NamedTuple):
    """One line. Its gateway tells whether this PC goes out by it."""

    line: str
    gateway: str | None = None
    hop: str | None = None
    targets: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    name: str | None = None
    stun: str | None = None
    speed: Speed | None = None


def understood(text: str) -> dict[str, Pin]:
    """The pins out of that text; raises PinsError, and takes nothing of a file that is half right."""
    try:
        return _understood(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise PinsError(f"damaged: {FILE}; join again") from problem


def load(state: str | os.PathLike[str]) -> str | None:
    """The text of the file in the agent's folder; None where nothing is pinned."""
    try:
        with open(os.path.join(state, FILE), encoding="utf-8") as file:  # noqa: PTH118, PTH123 - the resident goes without pathlib
            return file.read(64 * 1024)
    except (OSError, ValueError):
        return None


def chosen(found: Any) -> tuple[str, ...]:
    """The lines that the collector names in its answer: names alone, none where it is not a list."""
    if not isinstance(found, list) or len(found) > MOST:
        return ()
    if not all(isinstance(one, str) and ID.fullmatch(one) for one in found):
        return ()
    return tuple(sorted(set(found)))


def notes(lines: tuple[str, ...], state: str | os.PathLike[str]) -> dict[str, str]:
    """For a child, which has no folder of the agent's: which lines are asked after, what is pinned."""
    return {"line:chosen": " ".join(lines), "line:pins": load(state) or ""} if lines else {}


def _understood(found: Any) -> dict[str, Pin]:
    if found["version"] != VERSION or len(found["lines"]) > MOST:
        raise ValueError
    return {str(name): _pin(str(name), told) for name, told in found["lines"].items()}


def _pin(name: str, told: Any) -> Pin:
    speed = told.get("speed")
    return Pin(
        _fitting(ID, name) or "",
        _fitting(ADDRESS, told.get("gateway")),
        _fitting(ADDRESS, told.get("hop")),
        _places(told.get("targets")),
        _places(told.get("services")),
        _fitting(NAME, told.get("name")),
        _place(told.get("stun")),
        None if speed is None else _speed(speed),
    )


def _speed(told: Any) -> Speed:
    provider, scope = str(told["provider"]), str(told["scope"])
    if provider not in PROVIDERS or scope not in SCOPES:
        raise ValueError
    return Speed(provider, _place(told.get("server")), scope)


def _fitting(pattern: re.Pattern[str], value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _places(value: Any) -> tuple[str, ...]:
    found = tuple(_place(one) for one in value or ())
    if len(found) > MOST or None in found:
        raise ValueError
    return tuple(one for one in found if one)


def _place(value: Any) -> str | None:
    place = _fitting(HOST_PORT, value)
    if place is not None and not 0 < int(place.rpartition(":")[2]) < 65536:
        raise ValueError
    return place
