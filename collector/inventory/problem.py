"""A mistake in inventory.yaml: where it is, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Keys and positions from the top: `("machines", 3, "room")`."""


@dataclass(frozen=True)
class Mistake:
    """What is wrong at one place."""

    place: Place
    message: str
    hint: str | None = None
    line: int | None = None
    """Where the place alone does not tell it: the second of two equal keys."""


@dataclass(frozen=True)
class Problem:
    """A mistake with its line, as the officer reads it. A path of "" is the file as a whole."""

    line: int
    path: str
    message: str
    hint: str | None = None
    file: str = "inventory.yaml"

    def __str__(self) -> str:
        """`inventory.yaml:41: machines[3].ownr: unknown key (did you mean owner?)`."""
        subject = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}: {subject}{self.message}{hint}"


class InventoryError(Exception):
    """The file cannot be used; every problem in it, by line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def located(mistake: Mistake, lines: Mapping[Place, int], file: str) -> Problem:
    """The mistake with the line of its place; what is missing has the line of what lacks it."""
    place = mistake.place
    while place and place not in lines:
        place = place[:-1]
    line = mistake.line or lines.get(place, 1)
    return Problem(line, path(mistake.place), mistake.message, mistake.hint, file)


def path(place: Place) -> str:
    """`machines[3].room`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{shown(step)}" for step in place)
    return "".join(steps).removeprefix(".")


def shown(text: str) -> str:
    """Text out of the file, fit for a terminal: one line, no control characters, not too long."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
