"""Which PCs a list shows, in what order and in which groups, as its address asks. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from console.machines import MachineRow

AT_ONCE = 100
"""Rows on one page: more is no list that somebody reads."""

QUERY_LETTERS_MOST = 100

RANK = {"fail": 0, "unknown": 1, "pass": 2}


def _least(ratio: float | None) -> float:
    return 1 if ratio is None else -ratio


SORTS: Mapping[str, Callable[[MachineRow], Any]] = {
    "worst": lambda row: (
        RANK[row.verdict],
        -row.critical,
        -row.failing,
        -row.unknown,
        row.asset,
    ),
    "machine": lambda row: row.asset,
    "holder": lambda row: (row.holder is None, folded(row.holder or ""), row.asset),
    "state": lambda row: (RANK[row.colour], row.presence, row.asset),
    "os": lambda row: (row.os is None, row.os or "", row.asset),
    "cpu": lambda row: (_least(row.cpu_ratio), row.asset),
    "memory": lambda row: (_least(row.memory_ratio), row.asset),
    "disk": lambda row: (_least(row.disk_ratio), row.asset),
    "last": lambda row: (
        row.last_report_at.timestamp() if row.last_report_at else 0.0,
        row.asset,
    ),
}
"""Each begins with what needs the officer most."""


class Choice(Struct, frozen=True):
    """What was asked for; the defaults are what the address leaves out."""

    q: str = ""
    verdict: str = ""
    department: str = ""
    sort: str = "worst"
    group: str = ""
    view: str = ""
    page: int = 1

    def address(self, **changed: object) -> str:
        """The query of the same list with something changed; defaults are left out."""
        told = {name: getattr(self, name) for name in self.__struct_fields__} | {"page": 1}
        told |= changed
        kept = {name: told[name] for name in told if told[name] != getattr(WHOLE, name)}
        return "?" + urlencode(kept) if kept else "?"


WHOLE = Choice()


class Group(Struct, frozen=True):
    """Rows under one heading; without a name where nothing is grouped."""

    name: str | None
    rows: tuple[MachineRow, ...]


def choice(asked: Mapping[str, str]) -> Choice:
    """From the address; what is no choice is left at its default."""
    page = asked.get("page", "1")
    return Choice(
        q=asked.get("q", "")[:QUERY_LETTERS_MOST].strip(),
        verdict=asked.get("verdict", "") if asked.get("verdict") in RANK else "",
        department=asked.get("department", "")[:QUERY_LETTERS_MOST],
        sort=asked.get("sort", "") if asked.get("sort") in SORTS else "worst",
        group="department" if asked.get("group") == "department" else "",
        view="grid" if asked.get("view") == "grid" else "",
        page=int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else 1,
    )


def chosen(rows: Iterable[MachineRow], wanted: Choice) -> tuple[MachineRow, ...]:
    """Those that fit, in order, of all pages."""
    words = folded(wanted.q).split()
    fitting = [
        row
        for row in rows
        if (not wanted.verdict or row.verdict == wanted.verdict)
        and (not wanted.department or row.department == wanted.department)
        and (not words or _fits(row, words))
    ]
    return tuple(sorted(fitting, key=SORTS[wanted.sort]))


def grouped(rows: Sequence[MachineRow], wanted: Choice) -> tuple[Group, ...]:
    """One group, or one for each department in the order of their names."""
    if wanted.group != "department":
        return (Group(None, tuple(rows)),)
    by: dict[str, list[MachineRow]] = {}
    for row in rows:
        by.setdefault(row.department or "", []).append(row)
    return tuple(Group(name, tuple(by[name])) for name in sorted(by, key=folded))


def folded(text: str) -> str:
    """Without marks and case: `ke toan` finds `Kế toán`, and đ is found by d."""
    apart = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _fits(row: MachineRow, words: Sequence[str]) -> bool:
    told = folded(
        " ".join((row.asset, row.holder or "", row.department or "", row.room, row.os or ""))
    )
    return all(word in told for word in words)
