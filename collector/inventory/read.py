"""Reading inventory.yaml: the whole office, or every mistake in it at once, by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

from pydantic import ValidationError

from collector.inventory import check, wording
from collector.inventory.document import Document, FormError, document
from collector.inventory.model import Inventory
from collector.inventory.problem import InventoryError, Mistake, Place, Problem, located

__all__ = ["InventoryError", "Problem", "load", "parse"]

LIMIT_BYTES = 1024 * 1024
"""A city's 3,000 machines take half of it; a larger file is another file."""

LIMIT_PROBLEMS = 200
"""Nobody reads on after that; and looking for the nearest key or id costs time for each."""


def load(path: Path | str) -> Inventory:
    """Read the file. Raises InventoryError with every problem, also when it cannot be opened."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise InventoryError(
            (Problem(1, "", f"cannot be read: {why}", None, str(path)),)
        ) from error
    return parse(content, str(path))


def parse(content: bytes, file: str = "inventory.yaml") -> Inventory:
    """The office in that content. Raises InventoryError, which names `file` in its words."""
    try:
        read = document(_text(content))
    except FormError as error:
        raise InventoryError((Problem(error.line, "", error.message, error.hint, file),)) from error
    if read.value is None and not read.mistakes:
        raise InventoryError((Problem(1, "", "is empty", "start from the example office", file),))
    inventory, shape = _shaped(read.value)
    found = _told(file, read, chain(shape, islice(check.mistakes(read.value), LIMIT_PROBLEMS + 1)))
    if inventory is None or found:
        raise InventoryError(found)
    return inventory


def _text(content: bytes) -> str:
    if len(content) > LIMIT_BYTES:
        raise FormError(1, "is larger than 1 MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise FormError(line, "is not UTF-8", "save the file with the encoding UTF-8") from error


def _shaped(value: object) -> tuple[Inventory | None, tuple[Mistake, ...]]:
    try:
        return Inventory.model_validate(value, strict=True), ()
    except ValidationError as error:
        errors = tuple(islice(error.errors(include_url=False), LIMIT_PROBLEMS + 1))
        # pydantic counts the good items of a list alone: too few follows from one that is bad.
        inside = {place["loc"][:-1] for place in errors}
        told = (one for one in errors if one["type"] != "too_short" or one["loc"] not in inside)
        return None, tuple(map(wording.mistake, told))


def _told(file: str, read: Document, others: Iterable[Mistake]) -> tuple[Problem, ...]:
    """All mistakes with their lines; what follows from a mistake of form is not told again."""
    broken = {mistake.place for mistake in read.mistakes if mistake.line is None}
    rest = (mistake for mistake in others if not _within(mistake.place, broken))
    problems = {located(mistake, read.lines, file) for mistake in (*read.mistakes, *rest)}
    told = sorted(problems, key=lambda problem: (problem.line, problem.path, problem.message))
    if len(told) > LIMIT_PROBLEMS:
        told[LIMIT_PROBLEMS:] = [replace(told[-1], path="", message="has more problems", hint=None)]
    return tuple(told)


def _within(place: Place, broken: set[Place]) -> bool:
    return any(place[:length] in broken for length in range(1, len(place) + 1))
