"""One page of a long list: which rows it shows, and the pages beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

AT_ONCE = 100
"""Rows on one page of findings: each has sentences, more is no list that somebody reads."""

Row = TypeVar("Row")


class Part(Struct, Generic[Row], frozen=True):
    """Some rows of all. Pages count from 1; `first` and `last` count rows from 1, 0 where none."""

    rows: Sequence[Row]
    page: int
    pages: int
    total: int
    first: int
    last: int


def part(rows: Sequence[Row], asked: str | None, at_once: int = AT_ONCE) -> Part[Row]:
    """The page that was asked for; what is no page of the list is its first."""
    pages = max(1, -(-len(rows) // at_once))
    right = asked is not None and asked.isascii() and asked.isdigit() and len(asked) < 9
    page = int(asked or 1) if right and 0 < int(asked or 1) <= pages else 1
    start = (page - 1) * at_once
    shown = rows[start : start + at_once]
    return Part(shown, page, pages, len(rows), start + bool(shown), start + len(shown))
