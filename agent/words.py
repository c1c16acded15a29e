"""What the agent says on the wire, in the reader's language: English as it was said, or Vietnamese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST = 600
"""A longer text is none of ours: it is shown as it came, and costs no searching."""
DEEPEST = 6
"""Phrases within phrases: `timedatectl: exit code 1: Failed to connect to bus: Host is down` is five."""
REMEMBERED = 4096


@dataclass(frozen=True)
class _Phrase:
    pattern: re.Pattern[str]
    text: str


def translated(text: str, language: Literal["vi", "en"]) -> str:
    """An `observed`, a `reason` or a `cause` as people read it.

    What is not known, as the words of an older or a newer agent, comes back unchanged.
    """
    return text if language == "en" else _vietnamese(text)


@lru_cache(REMEMBERED)
def _vietnamese(text: str) -> str:
    return _said(text, DEEPEST) or text


def _said(text: str, depth: int) -> str | None:
    """None where not one phrase of it is known."""
    if not depth or len(text) > LONGEST:
        return None
    plain, filled = _phrases()
    if text.lower() in plain:
        return plain[text.lower()]
    for phrase in filled:
        found = phrase.pattern.fullmatch(text)
        if found:
            values = {name: _value(name, value, depth) for name, value in found.groupdict().items()}
            return phrase.text.format_map(values)
    return _composed(text, depth)


def _value(name: str, value: str, depth: int) -> str:
    if name.endswith("_on"):
        try:
            return date.fromisoformat(value).strftime("%d/%m/%Y")
        except ValueError:
            return value
    return _said(value, depth - 1) or value


def _composed(text: str, depth: int) -> str | None:
    """`phrase: detail`, `program: phrase`, `phrase, phrase` and `phrase (source)`."""
    stem, bracket, source = text.rpartition(" (")
    if bracket and source.endswith(")") and (said := _said(stem, depth - 1)):
        return f"{said} ({source}"
    for sign in (": ", ", "):
        head, found, tail = text.partition(sign)
        parts = [_said(head, depth - 1), _said(tail, depth - 1)] if found else []
        if any(parts):
            return sign.join((parts[0] or head, parts[1] or tail))
    return None


@cache
def _phrases() -> tuple[Mapping[str, str], tuple[_Phrase, ...]]:
    """Those without a placeholder by their text, then the others, the longest first."""
    source = files("agent").joinpath("messages", "vi.toml").read_text("utf-8")
    said: dict[str, str] = tomllib.loads(source)["said"]
    plain = {known.lower(): text for known, text in said.items() if "{" not in known}
    # The one with more of its own text tells more: `no {path}: no USB here` before `{a}: {b}`.
    ordered = sorted(said, key=lambda known: len(PLACEHOLDER.sub("", known)), reverse=True)
    return plain, tuple(_Phrase(_pattern(known), said[known]) for known in ordered if "{" in known)


def _pattern(known: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(known)
    # Text and names take turns; what stands for a name is as short as the rest allows.
    told = (re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" for i, part in enumerate(parts))
    return re.compile("".join(told), re.DOTALL | re.IGNORECASE)
