"""Changes of a PC's inventory as people read them: when, what, before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from collector.changes import Change
from console.words import Words

TOLD = ("name", "manufacturer", "model", "serial", "version", "size_bytes", "total_bytes")
"""What tells one disk, slot or package from another; the rest stands in `--json`."""
LONGEST = 160


class Row(Struct, frozen=True):
    """One change. `path` is the field as reports name it."""

    at: datetime
    kind: str
    path: str
    before: str
    after: str


def rows(changes: Iterable[Change], words: Words) -> tuple[Row, ...]:
    """In the order in which they are given."""
    return tuple(
        Row(
            one.at,
            words.named("kind", one.kind),
            one.path,
            _value(one.before, one.path, words),
            _value(one.after, one.path, words),
        )
        for one in changes
    )


def _value(encoded: str | None, path: str, words: Words) -> str:
    if encoded is None:
        return words.text("history.absent")
    told = _told(msgspec.json.decode(encoded), path.rpartition(".")[2], words)
    return told if len(told) <= LONGEST else told[: LONGEST - 1] + "…"


def _told(value: Any, field: str, words: Words) -> str:
    if value is None:
        return words.text("history.absent")
    if isinstance(value, bool):
        return words.text("history.yes" if value else "history.no")
    if isinstance(value, int | float):
        return words.size(value) if field.endswith("_bytes") else str(value)
    if isinstance(value, Mapping):
        known = [name for name in TOLD if value.get(name) not in (None, "")] or sorted(value)
        return ", ".join(_told(value[name], name, words) for name in known)
    if isinstance(value, list):
        return ", ".join(_told(one, field, words) for one in value) or words.text("history.absent")
    return str(value)
