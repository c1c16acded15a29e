"""When a supply will be empty, by the line through what was left since it was last changed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct

CHANGED_RATIO = 0.05
"""A rise by more than this is a new cartridge: what lies before it says nothing of this one."""
SHORTEST = timedelta(days=1)
LEAST_USED_RATIO = 0.01
"""Many printers tell whole percents: less than one of them is no trend."""
LONGEST_DAYS = 730.0


class Point(Struct, frozen=True):
    """What was left, at that instant."""

    at: datetime
    value: float


def days_to_empty(points: Sequence[Point]) -> float | None:
    """Days from the newest point on; None where there is no trend to tell by.

    The slope is that of least squares, so that one odd reading does not turn it.
    """
    since = 0
    for place, (before, after) in enumerate(pairwise(points), 1):
        if after.value > before.value + CHANGED_RATIO:
            since = place
    line = points[since:]
    if len(line) < 3 or line[-1].at - line[0].at < SHORTEST:
        return None
    if line[0].value - line[-1].value < LEAST_USED_RATIO:
        return None
    a_day = _slope(line)
    if a_day >= 0:
        return None
    return round(min(LONGEST_DAYS, max(0.0, line[-1].value / -a_day)), 1)


def _slope(line: Sequence[Point]) -> float:
    """Change a day."""
    days = [(point.at - line[0].at) / timedelta(days=1) for point in line]
    middle, level = sum(days) / len(days), sum(point.value for point in line) / len(line)
    spread = sum((day - middle) ** 2 for day in days)
    pulled = sum((day - middle) * (one.value - level) for day, one in zip(days, line, strict=True))
    return pulled / spread if spread else 0.0
