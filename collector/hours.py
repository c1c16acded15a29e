"""What the loads of an hour come to: sums and extremes that late reports are simply added to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from collector.readings import Load


@dataclass(frozen=True, slots=True)
class Taken:
    """One load as it was stored."""

    agent: str
    epoch: str
    seq: int
    at: datetime
    load: Load


@dataclass(slots=True)
class Hour:
    """One agent's hour, as `load_hours` keeps it. None: nothing of it was read."""

    count: int = 0
    cpu_busy_seconds: float = 0.0
    cpu_seconds: float = 0.0
    cpu_ratio_min: float | None = None
    cpu_ratio_max: float | None = None
    memory_count: int = 0
    memory_ratio_sum: float = 0.0
    memory_ratio_min: float | None = None
    memory_ratio_max: float | None = None
    disk_count: int = 0
    disk_ratio_sum: float = 0.0
    disk_ratio_min: float | None = None
    disk_ratio_max: float | None = None
    network_in_bytes: int = 0
    network_out_bytes: int = 0

    def add(self, other: Hour) -> None:
        """Together with another part of the same hour."""
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if field.name.endswith(("_min", "_max")):
                held = [value for value in (mine, theirs) if value is not None]
                best = min if field.name.endswith("_min") else max
                setattr(self, field.name, best(held, default=None))
            else:
                setattr(self, field.name, mine + theirs)


Place = tuple[str, datetime]
"""(agent, start of the hour)"""


def hours(loads: Iterable[Taken], before: dict[str, Taken]) -> dict[Place, Hour]:
    """Loads in the order of their receipt, by agent and hour of the PC's clock.

    Counters count since boot, so what an hour used is what each load says more than the one
    before it: `before` holds that one of each agent, and is moved on. Where a boot or an older
    number lies between, nothing is known of the time between.
    """
    found: dict[Place, Hour] = {}
    for taken in loads:
        place = (taken.agent, taken.at.replace(minute=0, second=0, microsecond=0))
        found.setdefault(place, Hour()).add(_one(before.get(taken.agent), taken))
        held = before.get(taken.agent)
        if held is None or held.epoch != taken.epoch or held.seq < taken.seq:
            before[taken.agent] = taken
    return found


def _one(before: Taken | None, taken: Taken) -> Hour:
    hour = Hour(count=1)
    memory, filesystems = taken.load.memory, taken.load.filesystems
    if memory and memory.total_bytes and memory.available_bytes is not None:
        ratio = _ratio(memory.total_bytes - memory.available_bytes, memory.total_bytes)
        hour.memory_count, hour.memory_ratio_sum = 1, ratio
        hour.memory_ratio_min = hour.memory_ratio_max = ratio
    full = [
        _ratio(one.total_bytes - one.available_bytes, one.total_bytes)
        for one in filesystems or ()
        if one.total_bytes > 0
    ]
    if full:
        hour.disk_count, hour.disk_ratio_sum = 1, max(full)
        hour.disk_ratio_min = hour.disk_ratio_max = max(full)
    if before is not None and _follows(before, taken):
        _used(hour, before.load, taken.load)
    return hour


def _follows(before: Taken, taken: Taken) -> bool:
    older, newer = before.load.uptime_seconds, taken.load.uptime_seconds
    same = before.epoch == taken.epoch and before.seq < taken.seq
    return same and older is not None and newer is not None and older < newer


def _used(hour: Hour, before: Load, after: Load) -> None:
    if before.cpu and after.cpu:
        busy = _more(before.cpu.busy_seconds_total, after.cpu.busy_seconds_total)
        total = _more(before.cpu.seconds_total, after.cpu.seconds_total)
        if busy is not None and total:
            hour.cpu_busy_seconds, hour.cpu_seconds = busy, total
            hour.cpu_ratio_min = hour.cpu_ratio_max = min(busy / total, 1.0)
    if before.network and after.network:
        received = _more(before.network.in_bytes_total, after.network.in_bytes_total)
        sent = _more(before.network.out_bytes_total, after.network.out_bytes_total)
        hour.network_in_bytes = min(int(received or 0), MOST_BYTES)
        hour.network_out_bytes = min(int(sent or 0), MOST_BYTES)


MOST_BYTES = 2**50
"""In one step: a counter that jumps further is broken, and a sum of these still fits its column."""


def _more(before: float | None, after: float | None) -> float | None:
    """None where one is missing, or where the counter began anew."""
    return after - before if before is not None and after is not None and after >= before else None


def _ratio(part: int, whole: int) -> float:
    return min(max(part / whole, 0.0), 1.0)
