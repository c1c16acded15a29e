"""Which kinds of report have a typed section, and the one place where they are typed."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

from collector.happenings import Events, Rows
from collector.line_readings import Bandwidth, LineVote
from collector.neighbours import Neighbours
from collector.readings import Backup, Hardware, Load, Presence, Security, System
from collector.software import Software

TYPED: dict[str, type[Struct]] = {
    "load": Load,
    "hardware": Hardware,
    "system": System,
    "security": Security,
    "events": Events,
    "software": Software,
    "presence": Presence,
    "backup": Backup,
    "neighbours": Neighbours,
    "line": LineVote,
    "bandwidth": Bandwidth,
}
"""A kind that is not here is stored as it came; nothing judges it yet."""

SET = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class _Nothing(Struct, frozen=True):
    """The section of a list of which nothing could be read: an object without a field."""


_DECODERS = {
    kind: msgspec.json.Decoder(struct) for kind, struct in TYPED.items() if struct is not Events
}
_HAPPENED = msgspec.json.Decoder(Rows | _Nothing)


class SectionError(Exception):
    """A section that does not fit its kind: kept, and never believed."""


def typed(kind: str, section: Raw | bytes) -> Struct | None:
    """The section as its struct; None for a kind without one. Raises SectionError."""
    if kind not in TYPED:
        return None
    try:
        value = _events(section) if kind == "events" else _DECODERS[kind].decode(section)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SectionError(f"{kind}: {error}") from error
    if isinstance(value, Backup) and not SET.fullmatch(value.set):
        raise SectionError("backup: set is not an id - at `$.set`")
    if isinstance(value, Bandwidth) and not SET.fullmatch(value.line):
        raise SectionError("bandwidth: line is not an id - at `$.line`")
    return value


def _events(section: Raw | bytes) -> Events:
    found = _HAPPENED.decode(section)
    return Events(None if isinstance(found, _Nothing) else found)


def latest_key(kind: str, value: Struct | None) -> str:
    """Under which name the newest reading is kept: each set and each line has a newest receipt."""
    if isinstance(value, Bandwidth):
        return f"bandwidth/{value.line}"
    return f"backup/{value.set}" if isinstance(value, Backup) else kind
