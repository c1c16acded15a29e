"""Which snapshots may go: decided by when we first saw each, never by the time that it claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from collector.inventory.model import Keep

YOUNG = timedelta(days=7)
"""Nothing that was first seen so lately goes: a stolen PC can fill a day, not push others out of it."""


@dataclass(frozen=True)
class Candidate:
    """One snapshot of a set, and when the collector first saw it."""

    id: str
    first_seen_at: datetime
    named: bool
    """Whether a receipt of the set's own PC named it; another never takes such a one's place."""


def forgotten(
    candidates: Iterable[Candidate], keep: Keep, timezone: str, now: datetime
) -> tuple[str, ...]:
    """The ids that no rule keeps, the oldest first; always the newest of a day, a week, a month.

    Snapshots that no receipt named are kept by the same rules among themselves, in addition.
    """
    found = sorted(candidates, key=lambda each: (each.first_seen_at, each.id))
    kept = {each.id for each in found if now - each.first_seen_at < YOUNG}
    zone = ZoneInfo(timezone)
    for named in (True, False):
        group = [each for each in found if each.named == named]
        kept |= _newest(group, keep.daily, lambda at: at.astimezone(zone).date().isoformat())
        kept |= _newest(group, keep.weekly, lambda at: at.astimezone(zone).strftime("%G-%V"))
        kept |= _newest(group, keep.monthly, lambda at: at.astimezone(zone).strftime("%Y-%m"))
    return tuple(each.id for each in found if each.id not in kept)


def _newest(group: list[Candidate], count: int, span: Callable[[datetime], str]) -> set[str]:
    """The newest snapshot of each of the last `count` spans that have one."""
    newest = {span(each.first_seen_at): each.id for each in group}  # the later one stays
    return set(list(newest.values())[-count:]) if count else set()
