"""How long all of a set will take to restore, from what drills and whole restores took: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import exp, log
from typing import Literal

Basis = Literal["restored", "others", "bound"]
"""The set's own whole restores; those of other sets in the repository; one drill's pace at worst."""

HALF_LIFE = timedelta(days=60)
"""A measurement that is so much older than the newest weighs half: machines and disks change."""
OTHERS_NEEDED = 3
"""Whole restores of other sets before they speak for one that was never restored whole."""
_MEBIBYTE = 1024.0 * 1024.0
_THOUSAND = 1000.0
_SINGULAR = 1e-9
"""Of a column's own square: less than that beside the columns before it is rounding."""


@dataclass(frozen=True)
class Measured:
    """What one restore took: of a drill's few files, or of all of a set."""

    set: str
    at: datetime
    files: int
    bytes: int
    seconds: float
    whole: bool = True


@dataclass(frozen=True)
class Forecast:
    """Seconds, and what they rest on: a `bound` means "at most", the others "about"."""

    seconds: float
    basis: Basis


@dataclass(frozen=True)
class Cost:
    """What restoring from one repository costs: opening it once, each file, each byte."""

    open_seconds: float
    file_seconds: float
    byte_seconds: float

    def of(self, files: int, bytes: int) -> float:
        """Seconds for so many."""
        return self.open_seconds + self.file_seconds * files + self.byte_seconds * bytes


def forecast(
    set_id: str, files: int, bytes: int, past: Sequence[Measured], bound_seconds: float | None
) -> Forecast | None:
    """For a set of that size now; `past` is of its repository. None before the first good drill.

    The costs are fitted over all sets of the repository. What they cannot know of this one (how
    deep its folders lie, how well it packs) is in its own whole restores: how much longer or
    shorter they took than fitted is multiplied in, so that a set that grew is scaled by its files
    and bytes, and one that did not takes what it took.
    """
    own = [one for one in past if one.whole and one.set == set_id]
    others = [one for one in past if one.whole and one.set != set_id]
    if own or len(others) >= OTHERS_NEEDED:
        cost = fitted(past)
        fits = cost.of(files, bytes)
        if fits > 0:
            return Forecast(fits * _own_ratio(own, cost), "restored" if own else "others")
    return None if bound_seconds is None else Forecast(bound_seconds, "bound")


def fitted(past: Sequence[Measured]) -> Cost:
    """Least squares of the relative errors, no cost below zero, the newest weighing most."""
    newest = max(one.at for one in past)
    rows = [
        [_weight(one, newest) / one.seconds * each for each in _sizes(one)]
        for one in past
        if one.seconds > 0
    ]
    wanted = [_weight(one, newest) for one in past if one.seconds > 0]
    opening, file, byte = _non_negative(rows, wanted)
    return Cost(opening, file / _THOUSAND, byte / _MEBIBYTE)


def _own_ratio(own: Sequence[Measured], cost: Cost) -> float:
    """Middle (geometric) of measured over fitted; each weighs half of the next newer one."""
    weight, total, weights = 1.0, 0.0, 0.0
    for one in sorted(own, key=lambda each: each.at, reverse=True):
        fits = cost.of(one.files, one.bytes)
        if fits > 0 and one.seconds > 0:
            total += weight * log(one.seconds / fits)
            weights += weight
            weight /= 2
    return exp(total / weights) if weights else 1.0


def _sizes(one: Measured) -> tuple[float, float, float]:
    """Of about the same magnitude, for the sake of the arithmetic."""
    return 1.0, one.files / _THOUSAND, one.bytes / _MEBIBYTE


def _weight(one: Measured, newest: datetime) -> float:
    halvings: float = (newest - one.at) / HALF_LIFE
    # Squared by the least squares.
    return exp(-log(2) * halvings / 2)


def _non_negative(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> tuple[float, ...]:
    """The least squares with no coefficient below zero: of all choices of columns, the best."""
    width = 3
    best, least = (0.0,) * width, float("inf")
    for size in range(1, width + 1):
        for columns in combinations(range(width), size):
            solved = _least_squares([[row[at] for at in columns] for row in rows], wanted)
            if solved is None or min(solved) < 0:
                continue
            every = [0.0] * width
            for at, value in zip(columns, solved, strict=True):
                every[at] = value
            off = sum(
                (sum(a * b for a, b in zip(row, every, strict=True)) - want) ** 2
                for row, want in zip(rows, wanted, strict=True)
            )
            if off < least * (1 - 1e-9):  # more columns only where they explain more
                best, least = tuple(every), off
    return best


def _least_squares(
    rows: Sequence[Sequence[float]], wanted: Sequence[float]
) -> tuple[float, ...] | None:
    """By the normal equations; None where the rows do not tell the columns apart."""
    width = len(rows[0]) if rows else 0
    if len(rows) < width:
        return None
    matrix = [
        [
            *(sum(row[a] * row[b] for row in rows) for b in range(width)),
            sum(row[a] * want for row, want in zip(rows, wanted, strict=True)),
        ]
        for a in range(width)
    ]
    smallest = [_SINGULAR * matrix[at][at] for at in range(width)]
    for at in range(width):
        if matrix[at][at] <= smallest[at]:  # what is left of it after the columns before
            return None
        for line in range(width):
            if line != at:
                factor = matrix[line][at] / matrix[at][at]
                matrix[line] = [
                    a - factor * b for a, b in zip(matrix[line], matrix[at], strict=True)
                ]
    return tuple(matrix[at][width] / matrix[at][at] for at in range(width))
