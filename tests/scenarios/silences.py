"""A simulated office's silences: who goes, sleeps, crashes or is killed, and what the others see."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from collector.around import Around
from collector.habits import WEEK_HOURS, Usual
from collector.store.columns import EPOCH

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = timedelta(minutes=1)
Word = Literal["shutdown", "sleep", "stopped"]
Cause = Literal["left", "wall", "half", "sleep", "crash", "carried", "killed", "ended"]

WALL_SHARE = 0.03
"""Of all PCs that go home, switched off at the wall without a goodbye."""
SLEEP_SHARE = 0.05
CRASH_DAILY = 0.004
"""Crashes and hard restarts: back within three to seven minutes."""
CARRIED_DAILY = 0.001
"""Unplugged and carried to a meeting, lid open, back within the hour."""
KILLED_DAILY = 0.002
"""Half of them ended by the service manager (a goodbye), half killed without a word."""
HALF_SHARE = 0.0006
"""Half a day off: two of a hundred days, of which three of a hundred end at the wall before lunch."""
SEEN_SHARE = 0.7
"""Of the PCs on another network than the collector's: a neighbour happens to have its address."""
ABSENT_SHARE = 0.1


@dataclass(frozen=True)
class Spell:
    """One silence of one PC."""

    cause: Cause
    last_at: datetime
    back_at: datetime
    word: Word | None = None
    seen: bool = False
    """Its PC lives, and tables show it: the collector's own after a knock, or a neighbour's."""

    @property
    def is_true(self) -> bool:
        """Whether it is one that the officer must hear of."""
        return self.cause in {"killed", "ended"}

    def around(self, now: datetime) -> Around:
        """What the others tell at that moment: asked after three minutes, answered within five."""
        answered = self.seen and now - self.last_at >= 7 * MINUTE
        return Around(seen_at=now - MINUTE if answered else None, witnesses=True)

    def moments(self) -> Iterator[datetime]:
        """When it is looked at: around each edge of the judgement, until the PC is back."""
        for minutes in (1, 3.5, 5, 7, 8.5, 9.9, 15, 30, 60, 180, 600, 900):
            moment = self.last_at + minutes * MINUTE
            if moment < self.back_at:
                yield moment


def year(
    pcs: int, first: date, days: int, seed: int, closed: set[date], elsewhere: int = 0
) -> Iterator[Spell]:
    """Every silence of so many PCs, day by day. The same for the same seed.

    The last `elsewhere` of them are on a network on which the collector cannot knock.
    """
    chance = random.Random(seed)
    for pc in range(pcs):
        near = pc < pcs - elsewhere
        for n in range(days):
            day = first + timedelta(days=n)
            works = day.weekday() < 5 and day not in closed
            if works and chance.random() >= ABSENT_SHARE:
                yield from _day(chance, day, near=near)


def _day(chance: random.Random, day: date, *, near: bool) -> Iterator[Spell]:
    comes = _at(day, 7.5) + chance.gauss(0, 10) * MINUTE
    goes = _at(day, 17) + chance.gauss(0, 15) * MINUTE
    next_day = _at(day, 31.5)
    moment = comes + chance.random() * (goes - comes - 60 * MINUTE)
    luck = chance.random()
    if luck < CRASH_DAILY:
        yield Spell("crash", moment, moment + chance.uniform(3, 7) * MINUTE)
    elif luck < CRASH_DAILY + CARRIED_DAILY:
        yield Spell("carried", moment, moment + chance.uniform(10, 60) * MINUTE)
    elif luck < CRASH_DAILY + CARRIED_DAILY + KILLED_DAILY:
        ended = chance.random() < 0.5
        yield Spell(
            "ended" if ended else "killed",
            moment,
            next_day,
            "stopped" if ended else None,
            seen=near or chance.random() < SEEN_SHARE,
        )
        return
    elif luck > 1 - HALF_SHARE:
        yield Spell("half", _at(day, 11.5) + chance.gauss(0, 10) * MINUTE, next_day)
        return
    how = chance.random()
    if how < WALL_SHARE:
        yield Spell("wall", goes, next_day)
    elif how < WALL_SHARE + SLEEP_SHARE:
        # A sleeping PC's card answers for it.
        yield Spell("sleep", goes, next_day, "sleep", seen=True)
    else:
        yield Spell("left", goes, next_day, "shutdown")


def learned() -> Usual:
    """The hours of such a PC, as eight weeks of it come to."""
    minutes = [0.0] * WEEK_HOURS
    for weekday in range(5):
        day = date(2026, 11, 23) + timedelta(days=weekday)
        for hour, share in ((7, 30), (16, 54), (17, 6), *((hour, 60) for hour in range(8, 16))):
            slot = int((_at(day, hour) - EPOCH).total_seconds() // 3600) % WEEK_HOURS
            minutes[slot] = share * (1 - ABSENT_SHARE)
    return Usual(tuple(minutes))


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=hour)
