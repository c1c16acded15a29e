"""Which kinds of report have a typed section, and the one place where they are typed."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

from collector.readings import Backup, Hardware, Load, Presence, Security, System

TYPED: dict[str, type[Struct]] = {
    "load": Load,
    "hardware": Hardware,
    "system": System,
    "security": Security,
    "presence": Presence,
    "backup": Backup,
}
"""A kind that is not here is stored as it came; nothing judges it yet."""

SET = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DECODERS = {kind: msgspec.json.Decoder(struct) for kind, struct in TYPED.items()}


class SectionError(Exception):
    """A section that does not fit its kind: kept, and never believed."""


def typed(kind: str, section: Raw | bytes) -> Struct | None:
    """The section as its struct; None for a kind without one. Raises SectionError."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return None
    try:
        value: Struct = decoder.decode(section)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SectionError(f"{kind}: {error}") from error
    if isinstance(value, Backup) and not SET.fullmatch(value.set):
        raise SectionError("backup: set is not an id - at `$.set`")
    return value


def latest_key(kind: str, value: Struct | None) -> str:
    """Under which name the newest reading is kept: each backup set has a newest receipt."""
    return f"backup/{value.set}" if isinstance(value, Backup) else kind
