"""YAML text as plain values, with the line of each; mistakes of form are told, not raised.

Only what an office needs of YAML is read: groups, lists and scalars. Aliases and tags are refused,
so that a line means what it says and a small file cannot unfold into a huge one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from collector.inventory.problem import Mistake, Place, shown

DEPTH = 12
"""The model is five deep. Past this the scanner's own work grows with the square of the depth."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_BRACKETS = "a list or group in brackets is not closed, or a comma is missing"
_INDENT = "the indentation does not fit, or a colon or quotation mark is amiss"
_RESERVED = "a value begins with a character that YAML keeps for itself"
_SAID = (
    (r"'\t'", "a tab where spaces belong", "indent with spaces"),
    ("mapping values are not", "a second colon in the value", 'put the value in quotes: "..."'),
    ("cannot start any token", _RESERVED, "put it in quotes"),
    ("expected alphabetic or numeric", _RESERVED, "put it in quotes"),
    ("unexpected end of stream", "a quotation mark is not closed", "close it on the same line"),
    ("expected ',' or", _BRACKETS, "look at the brackets above this line too"),
    ("expected <block end>", _INDENT, "compare it with the lines above"),
    ("could not find expected ':'", _INDENT, "compare it with the lines above"),
)
"""What ruamel.yaml says, what that means to an officer, and what to do."""


@dataclass(frozen=True)
class Document:
    """The values, the line of each place, and what is wrong with the form.

    `lines` holds for a key the line of the key itself, for an item of a list that of the item.
    """

    value: object
    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


class FormError(Exception):
    """The text is not YAML at all from this line on."""

    def __init__(self, line: int, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.hint = hint


def document(text: str) -> Document:
    """Read the text. Raises FormError where the form is broken past reading on."""
    try:
        return _Composer(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise FormError(line, *_form(str(error.problem))) from error
    except YAMLError as error:
        line = 1 + text[: getattr(error, "position", 0)].count("\n")
        raise FormError(line, "holds a character that YAML does not allow") from error


def _form(said: str) -> tuple[str, str | None]:
    """YAML's own words, and what usually lies behind them."""
    for fragment, message, hint in _SAID:
        if fragment in said:
            return message, hint
    return f"is not YAML: {shown(said)}", None


class _Composer:
    """One pass over the events; deep enough for recursion to be safe, by DEPTH."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Event] = iter(YAML(pure=True).parse(text))
        self._lines: dict[Place, int] = {}
        self._mistakes: list[Mistake] = []

    def document(self) -> Document:
        value: object = None
        starts = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                starts += 1
                if starts == 2:
                    raise FormError(event.start_mark.line + 1, "a second document begins here")
                value = self._value(next(self._events), ())
        return Document(value, self._lines, tuple(self._mistakes))

    def _value(self, event: Event, place: Place) -> object:
        if len(place) > DEPTH:
            raise FormError(event.start_mark.line + 1, f"nested more than {DEPTH} deep")
        self._lines.setdefault(place, event.start_mark.line + 1)
        if isinstance(event, AliasEvent):
            self._wrong(place, "an alias (*) is not read here", "write the value out")
            return None
        if getattr(event, "ctag", None) is not None:
            self._wrong(place, "a tag (!) is not read here", "write the plain value")
        if isinstance(event, MappingStartEvent):
            return self._group(place)
        if isinstance(event, SequenceStartEvent):
            return self._list(place)
        return _scalar(event) if isinstance(event, ScalarEvent) else None

    def _group(self, place: Place) -> dict[str, object]:
        group: dict[str, object] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            self._entry(event, place, group)
        return group

    def _entry(self, event: Event, place: Place, group: dict[str, object]) -> None:
        if not isinstance(event, ScalarEvent):
            self._keyless(event, (*place, "?"))
            return
        line = event.start_mark.line + 1
        here = (*place, event.value)
        if event.value in group:
            self._again(here, line)
            return
        self._lines.setdefault(here, line)
        group[event.value] = self._value(next(self._events), here)

    def _keyless(self, event: Event, here: Place) -> None:
        """A list or a group where a key belongs: read past, with its value."""
        self._wrong(here, "a key is a word", "write the key as plain text")
        self._value(event, here)
        self._value(next(self._events), here)

    def _again(self, here: Place, line: int) -> None:
        """The first of two equal keys counts; the second is read past, and told by its own line."""
        message = f"the key is here twice, first on line {self._lines[here]}"
        self._mistakes.append(Mistake(here, message, "take one out", line))
        self._value(next(self._events), here)

    def _list(self, place: Place) -> tuple[object, ...]:
        items: list[object] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            items.append(self._value(event, (*place, len(items))))
        return tuple(items)

    def _wrong(self, place: Place, message: str, hint: str | None) -> None:
        self._mistakes.append(Mistake(place, message, hint))


def _scalar(event: ScalarEvent) -> object:
    """By the JSON schema of YAML 1.2 (10.2): 007 and yes are text, so a telephone number stays."""
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
