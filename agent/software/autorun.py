"""One autorun in the report, and the order of a list of them."""

from __future__ import annotations

from collections.abc import Iterable

from agent.parse.firmware import Part, told
from agent.parse.starts import Start

UNNAMED = "*"
LONGEST = 80
SIGNS = str.maketrans(dict.fromkeys([*map(chr, range(32)), "\x7f", "[", "]"], " "))
"""Brackets are the wire's own way to say which member of a list."""
ORDER = ("name", "source", "place", "program")


def entry(name: str, start: Start, **more: object) -> Part:
    """One row of a list of autoruns; what is not known has no key."""
    shown = name.translate(SIGNS).strip()[:LONGEST] or UNNAMED
    return told(name=shown, program=start.program, place=start.place, **more)


def ordered(rows: Iterable[Part]) -> list[Part]:
    """In an order that rests on what the rows say: two of one name keep their places."""
    return sorted(rows, key=lambda row: [str(row.get(part, "")) for part in ORDER])
