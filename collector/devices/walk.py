"""What a device answered, object by object, and how values are taken out of it without trust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Value = int | bytes | str
"""Numbers as int, octet strings as bytes, object identifiers and IP addresses as dotted text."""

Walk = Mapping[str, Value]
"""Dotted object identifier (no leading dot) to value."""

TEXT_LIMIT = 200  # a name of 4 kB stays a name; nothing longer is shown anywhere

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
_NUMBER = re.compile(r"\s*(-?[0-9]{1,15}(?:\.[0-9]{1,9})?)")


def column(walk: Walk, oid: str) -> Iterator[tuple[str, Value]]:
    """Index and value of every object below that one, in the order of the walk."""
    prefix = oid + "."
    cut = len(prefix)
    return ((name[cut:], value) for name, value in walk.items() if name.startswith(prefix))


def text(value: Value | None) -> str | None:
    """One line of readable text; None where nothing is left.

    UTF-8 where it is, Latin-1 where it is not: no byte is refused. What stands behind a zero byte
    is what the device forgot to wipe. Control and direction marks go, because the text is shown in
    pages, tables and metric labels.
    """
    if value is None:
        return None
    if isinstance(value, bytes):
        shown = value.partition(b"\0")[0]
        try:
            value = shown.decode()
        except UnicodeDecodeError:
            value = shown.decode("latin-1")
    said = _CONTROLS.sub(" ", str(value)).strip()
    return said[:TEXT_LIMIT].rstrip() or None


def number(value: Value | None) -> float | None:
    """A number, also where the device writes it as text ("51.569"); None for anything else."""
    if isinstance(value, int):
        return value
    found = _NUMBER.match(text(value) or "")
    return float(found[1]) if found else None


def whole(value: Value | None) -> int | None:
    """A whole number as the protocol carries it; None for anything else."""
    return value if isinstance(value, int) else None


def mac(value: Value | None) -> str | None:
    """A hardware address as `00:1b:a9:0b:a7:52`; None for none, all zeros, or another length."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes) and len(value) != 6:
        found = re.fullmatch(rb"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", value)
        value = bytes.fromhex(re.sub(rb"[:-]", b"", value).decode()) if found else None
    if not isinstance(value, bytes) or not any(value):
        return None
    return value.hex(":")


def numbers(index: str) -> tuple[int, ...] | None:
    """The parts of an index; None where one is not a number."""
    parts = index.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None
