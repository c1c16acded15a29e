"""One autorun in the report: named so that no account and no version stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.parse.firmware import Part, told
from agent.parse.start_commands import Start

MOVING = re.compile(
    r"S-1-\d+(?:-\d+)+"  # of an account
    r"|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"  # made up at each install
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\d+(?:\.\d+)+"  # a version: an updater's entry has a new one every month
    r"|(?<=_)[0-9a-f]{4,8}\Z"  # of a sign-in: services of an account are made anew at each
)
"""What changes by itself, or leads to a person: an entry stays the same without it."""
OTHER = "*"
LONGEST = 80
ORDER = ("name", "source", "place", "program")


def entry(name: str, start: Start, accounts: Iterable[str] = (), **more: object) -> Part:
    """One row of a list of autoruns; what is not known has no key."""
    return told(
        name=plain(name, accounts),
        program=_hidden(start.program, accounts),
        place=start.place,
        **more,
    )


def plain(name: str, accounts: Iterable[str] = ()) -> str:
    """The name without what moves, and without the names of these accounts."""
    text = MOVING.sub(OTHER, name.strip())
    for account in accounts:
        text = re.sub(rf"(?<!\w){re.escape(account)}(?!\w)", OTHER, text, flags=re.IGNORECASE)
    # Brackets are the wire's own way to say which member of a list; a path is no name.
    text = re.sub(r"[\[\]\x00-\x1f\x7f]+", " ", text.rpartition("\\")[2]).strip()
    return text[:LONGEST] or OTHER


def _hidden(program: str | None, accounts: Iterable[str]) -> str | None:
    return None if program is None else plain(program, accounts)


def ordered(rows: Iterable[Part]) -> list[Part]:
    """In an order that rests on what the rows say: two of one name keep their places."""
    return sorted(rows, key=lambda row: [str(row.get(part, "")) for part in ORDER])
