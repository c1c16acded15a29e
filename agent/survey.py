"""Which probe is due when, and what of a reading is news."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable, Mapping

from agent import load, witness
from agent.host import Host
from agent.lean import Any, NamedTuple
from agent.report import Gap, Reading

HOUR_SECONDS = 3600.0
DAY_SECONDS = 24 * HOUR_SECONDS
CHANGING = frozenset({"charge_ratio", "state"})
"""Fields that change by themselves: alone they are no reason to send an inventory again."""


class Task(NamedTuple):
    """One probe's rhythm."""

    kind: str
    every_seconds: float
    """How often it is looked whether anything changed, or read where nothing can tell."""
    resend_seconds: float = 0
    """An unchanged section is sent again only after so long; 0: every time."""
    deadline_seconds: float = 60
    full_seconds: float = 0
    """It is read in full at least so often, whatever its files say; 0: at every look."""


class Taken(NamedTuple):
    """One reading with what it cost."""

    reading: Reading
    cpu_seconds: float
    sources: Sources | None = None
    digest: str | None = None
    """Of a section that a child has written; see `digest`."""


class Sources(NamedTuple):
    """The files that a reading rests on, and their state as they were read."""

    paths: tuple[str, ...]
    mark: str


class Full:
    """A section that was read in full, at an instant of the PC's clock and of the monotonic one."""

    def __init__(self, reading: Reading, sources: Sources, at: str, read_at: float) -> None:
        self.reading, self.sources, self.at, self.read_at = reading, sources, at, read_at

    def holds(self, task: Task, now: float) -> bool:
        """Whether it is young enough, and all that it rests on as it was."""
        is_young = now - self.read_at < task.full_seconds
        return is_young and witness.mark(self.sources.paths) == self.sources.mark


LIGHT = "load"
"""Read in the resident itself, from /proc alone: nothing may hold it up."""
EVENTS = "events"
"""Each of its entries counts for itself, and where it stopped is noted in the spool."""
NEIGHBOURS = Task("neighbours", 300, resend_seconds=900)
"""Beside the rhythm: only while the collector misses a PC."""
LINE = Task("line", 50, deadline_seconds=30)
"""Beside the rhythm too: only on the few PCs that the collector asks after a line. A look takes up to
six seconds: so each of them has told what it sees within a minute of a fault."""
EVENTS_SECONDS = 300.0 if sys.platform == "win32" else HOUR_SECONDS
"""No file of Windows announces a happening, as those of `agent.signs` do on Linux."""
SLOW_IN = "security"
SLOW = ("updates",)
SLOW_SECONDS = 6 * HOUR_SECONDS
"""Lists of megabytes are compared; they change once or twice a day."""
SLOW_SOURCES = (
    "/var/lib/dpkg/status",
    *("/var/lib/apt/lists", "/etc/apt/sources.list", "/etc/apt/sources.list.d"),
    *("/etc/apt/preferences", "/etc/apt/preferences.d", "/etc/apt/apt.conf.d"),
    *("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/var/cache/dnf", "/var/cache/libdnf5"),
)
"""All that apt and dnf judge by without the network (apt.conf(5), FILES): what is installed, what
the lists offer, and what the office prefers."""


class Slow(NamedTuple):
    """What the slow checks of `security` said at a monotonic instant."""

    checks: tuple[dict[str, Any], ...]
    gaps: tuple[Gap, ...]
    read_at: float
    mark: str = ""
    """Of `SLOW_SOURCES` as they were before."""

    def holds(self, now: float, mark: str) -> bool:
        """Whether it may stand: for six hours in any case, for a day while nothing changed."""
        age = now - self.read_at
        return age < SLOW_SECONDS or (bool(self.mark) and mark == self.mark and age < DAY_SECONDS)


def tasks(
    load_seconds: float = 60,
    security_seconds: float = 300,
    inventory_seconds: float = 3600,
    events_seconds: float = EVENTS_SECONDS,
    full_seconds: float = HOUR_SECONDS,
) -> tuple[Task, ...]:
    """The rhythm of the contract, or a faster one for a test."""
    later = 6 * full_seconds
    return (
        Task(LIGHT, load_seconds, deadline_seconds=10),
        Task(SLOW_IN, security_seconds, deadline_seconds=120, full_seconds=full_seconds),
        # Its signs are looked at far more often (agent.signs). Without a happening it is told once
        # a day that they are looked for.
        Task(EVENTS, events_seconds, DAY_SECONDS),
        Task("hardware", inventory_seconds, DAY_SECONDS, full_seconds=later),
        Task("system", inventory_seconds, DAY_SECONDS, full_seconds=later),
        # Windows lists its licences and apps for seconds, and what is installed changes seldom.
        Task("software", 6 * inventory_seconds, DAY_SECONDS, deadline_seconds=180),
    )


def due(all_tasks: Iterable[Task], read_at: Mapping[str, float], now: float) -> tuple[Task, ...]:
    """Tasks whose time has come; those never read come first. Monotonic seconds."""
    return tuple(task for task in all_tasks if next_at(task, read_at) <= now)


def next_at(task: Task, read_at: Mapping[str, float]) -> float:
    """When a task is due next."""
    last = read_at.get(task.kind)
    return float("-inf") if last is None else last + task.every_seconds


def digest(reading: Reading) -> str:
    """Equal for two readings that say the same."""
    told = {"section": _steady(reading.section), "gaps": [str(gap) for gap in reading.gaps]}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _steady(one) for key, one in value.items() if key not in CHANGING}
    return [_steady(one) for one in value] if isinstance(value, list) else value


def light(host: Host) -> Taken:
    """Read the load, in this very process."""
    before = time.process_time()
    return Taken(load.probe(host), time.process_time() - before)


def slow_part(reading: Reading, now: float, mark: str = "") -> Slow | None:
    """What the slow checks said in a whole reading of `security`."""
    rows = reading.section.get("checks", ())
    checks = tuple(row for row in rows if row["id"] in SLOW)
    fields = {f"checks[{name}]" for name in SLOW}
    gaps = tuple(gap for gap in reading.gaps if gap.field in fields)
    return Slow(checks, gaps, now, mark) if checks else None


def with_slow(reading: Reading, kept: Slow | None) -> Reading:
    """A quick reading of `security`, with what the slow checks said before."""
    if kept is None or "checks" not in reading.section:
        return reading
    checks = [*reading.section["checks"], *kept.checks]
    checks.sort(key=lambda check: str(check["id"]))
    return Reading({"checks": checks}, (*reading.gaps, *kept.gaps))
