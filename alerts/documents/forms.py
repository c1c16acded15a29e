"""Fields of a form by their keys: what the evidence holds is filled in, the rest stays a dotted line."""

from __future__ import annotations

from collections.abc import Iterable

from alerts.documents.model import Choice, Field, Lines
from alerts.documents.texts import text


def must(form: str, field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    """A mandatory field of that form."""
    return Field(text(f"{form}.field.{field}"), _lines(lines, blank_lines), mandatory=True)


def may(form: str, field: str, *lines: str | None, blank_lines: int = 1) -> Field:
    """A field that may stay empty."""
    return Field(text(f"{form}.field.{field}"), _lines(lines, blank_lines))


def yes_or_no(form: str, field: str, chosen: bool | None) -> Field:
    """Two boxes; none is ticked while nobody has decided."""
    index = None if chosen is None else int(not chosen)
    return Field(text(f"{form}.field.{field}"), Choice((text("form.yes"), text("form.no")), index))


def one_of(form: str, field: str, options: Iterable[str], chosen: int | None) -> Field:
    """Boxes of which one is ticked."""
    return Field(text(f"{form}.field.{field}"), Choice(tuple(options), chosen))


def _lines(lines: Iterable[str | None], blank_lines: int) -> Lines:
    return Lines(tuple(line for line in lines if line and line.strip()), blank_lines)
