"""How much of the time a line was up: each look stands for the time until the next one. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct

LONGEST = timedelta(minutes=3)
"""A look stands for no more than this: where none follows, nobody looked, and nothing is known."""
STEP = timedelta(minutes=1)


@dataclass(slots=True)
class Sum:
    """Seconds that were looked at, and those of them in which the line was up."""

    all_seconds: float = 0.0
    all_up_seconds: float = 0.0
    office_seconds: float = 0.0
    office_up_seconds: float = 0.0

    def add(self, other: Sum) -> None:
        """Together with another span of time."""
        self.all_seconds += other.all_seconds
        self.all_up_seconds += other.all_up_seconds
        self.office_seconds += other.office_seconds
        self.office_up_seconds += other.office_up_seconds

    @property
    def all_ratio(self) -> float | None:
        """None where nobody looked."""
        return self.all_up_seconds / self.all_seconds if self.all_seconds else None

    @property
    def office_ratio(self) -> float | None:
        """None where nobody looked in office hours."""
        return self.office_up_seconds / self.office_seconds if self.office_seconds else None


class Span(Struct, frozen=True):
    """A time in which no target answered. `ended_at` None: it still lasts, or nobody looks."""

    began_at: datetime
    ended_at: datetime | None = None


def summed(
    looks: Sequence[tuple[datetime, bool]], end: datetime, is_open: Callable[[datetime], bool]
) -> Sum:
    """The looks, oldest first, up to an instant; office hours by the minute."""
    found = Sum()
    for (at, up), (later, _) in pairwise((*looks, (end, False))):
        until = min(later, at + LONGEST, end)
        for step in range(-(-(until - at) // STEP) if until > at else 0):
            begin = at + step * STEP
            seconds = (min(until, begin + STEP) - begin).total_seconds()
            open_seconds = seconds if is_open(begin) else 0.0
            found.add(Sum(seconds, seconds * up, open_seconds, open_seconds * up))
    return found


def spans(looks: Iterable[tuple[datetime, bool]]) -> tuple[Span, ...]:
    """The interruptions among looks, oldest first.

    A hole in the looks ends one where it begins: what nobody looked at is not counted as down.
    """
    found: list[Span] = []
    began: datetime | None = None
    last: datetime | None = None
    for at, up in looks:
        if began is not None and last is not None and at - last > LONGEST:
            found.append(Span(began, last))
            began = None
        if not up and began is None:
            began = at
        elif up and began is not None:
            found.append(Span(began, at))
            began = None
        last = at
    if began is not None:
        found.append(Span(began))
    return tuple(found)
