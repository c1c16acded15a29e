"""One autorun in the report, and the order of a list of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent.host.reader import Reader
from agent.parse.firmware import Part, told
from agent.parse.starts import Start

UNNAMED = "*"
LONGEST = 80
MOST = 1000
"""Rows of one kind: a PC has some hundred. Whoever makes thousands of them must not push the list of
software out of the report, which has room for so much and no more."""
SIGNS = str.maketrans(dict.fromkeys([*map(chr, range(32)), "\x7f", "[", "]"], " "))
"""Brackets are the wire's own way to say which member of a list."""
ORDER = ("name", "source", "place", "program")


def entry(name: str, start: Start, **more: object) -> Part:
    """One row of a list of autoruns; what is not known has no key."""
    shown = name.translate(SIGNS).strip()[:LONGEST] or UNNAMED
    program = start.program and start.program.translate(SIGNS)[:LONGEST]
    return told(name=shown, program=program, place=start.place, **more)


def listed(reader: Reader, found: Mapping[str, list[Part] | None]) -> dict[str, list[Part]]:
    """By kind, in order; one that is None is left out, and one that is too long is a gap as well."""
    for kind, rows in found.items():
        if rows and len(rows) > MOST:
            reader.gap(f"autoruns.{kind}", f"more than {MOST} entries")
    return {kind: ordered(rows)[:MOST] for kind, rows in found.items() if rows is not None}


def ordered(rows: Iterable[Part]) -> list[Part]:
    """In an order that rests on what the rows say: two of one name keep their places."""
    return sorted(rows, key=lambda row: [str(row.get(part, "")) for part in ORDER])
