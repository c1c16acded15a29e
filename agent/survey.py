"""Which probe is due when, and how each is read: light ones here, heavy ones in a child."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent import load, programs
from agent.host import Host
from agent.report import Gap, Reading

DAY_SECONDS = 24 * 3600
MEMORY_BYTES = 512 * 1024 * 1024
"""Address space of a child: ten times what it needs, far below what would hurt the PC."""
CHANGING = frozenset({"charge_ratio", "state"})
"""Fields that change by themselves: alone they are no reason to send an inventory again."""


@dataclass(frozen=True, slots=True)
class Task:
    """One probe's rhythm."""

    kind: str
    every_seconds: float
    resend_seconds: float = 0
    """An unchanged section is sent again only after so long; 0: every time."""
    deadline_seconds: float = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """One reading with what it cost."""

    reading: Reading
    cpu_seconds: float


LIGHT = "load"
"""Read in the resident itself, from /proc alone: nothing may hold it up."""
EVENTS = "events"
"""Each of its entries counts for itself, and where it stopped is noted in the spool."""
SLOW_IN = "security"
SLOW = ("updates",)
SLOW_SECONDS = 6 * 3600
"""apt's simulation takes a second of processor time; its lists change once or twice a day."""


@dataclass(frozen=True, slots=True)
class Slow:
    """What the slow checks of `security` said at a monotonic instant."""

    checks: tuple[dict[str, Any], ...]
    gaps: tuple[Gap, ...]
    read_at: float


@dataclass(frozen=True)
class Heavy:
    """A section that a child is reading, since a monotonic instant."""

    task: Task
    running: programs.Running
    kept: Slow | None
    """What the slow checks said before, where this child leaves them out."""
    began_at: float

    def slow(self, reading: Reading) -> Slow | None:
        """What the slow checks say by now."""
        return self.kept or slow_part(reading, self.began_at)


def tasks(
    load_seconds: float = 60,
    security_seconds: float = 300,
    inventory_seconds: float = 3600,
    events_seconds: float = 300,
) -> tuple[Task, ...]:
    """The rhythm of the contract, or a faster one for a test."""
    return (
        Task(LIGHT, load_seconds, deadline_seconds=10),
        Task(SLOW_IN, security_seconds, deadline_seconds=120),
        # A child costs 0.16 s of the processor: every minute it would be four minutes a day.
        # Without a happening it is told once a day that they are looked for.
        Task(EVENTS, events_seconds, DAY_SECONDS),
        Task("hardware", inventory_seconds, DAY_SECONDS),
        Task("system", inventory_seconds, DAY_SECONDS),
        # Windows lists its licences and apps for seconds, and what is installed changes seldom.
        Task("software", 6 * inventory_seconds, DAY_SECONDS, deadline_seconds=180),
    )


def due(all_tasks: tuple[Task, ...], read_at: Mapping[str, float], now: float) -> tuple[Task, ...]:
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


def begin(
    task: Task, known: Slow | None, now: float, notes: Mapping[str, str] | None = None
) -> Heavy:
    """Start a child that reads a section. What the slow checks said lately is kept, not read again.

    `notes` tell how far logs were read before.
    """
    fresh = known and now - known.read_at < SLOW_SECONDS
    kept, name = (known, "security-quick") if task.kind == SLOW_IN and fresh else (None, task.kind)
    return Heavy(
        task, programs.probe(name, task.deadline_seconds, MEMORY_BYTES, notes or {}), kept, now
    )


def taken(heavy: Heavy) -> Taken | None:
    """None while the child runs. Whatever goes wrong is a gap with its cause, never a lost report."""
    outcome = heavy.running.ended()
    if outcome is None:
        return None
    reading = _understood(heavy.task.kind, outcome)
    return Taken(_with(reading, heavy.kept), outcome.cpu_seconds)


def finished(heavy: Heavy) -> Taken:
    """The same, after waiting for it."""
    outcome = heavy.running.wait()
    return Taken(_with(_understood(heavy.task.kind, outcome), heavy.kept), outcome.cpu_seconds)


def _with(reading: Reading, kept: Slow | None) -> Reading:
    if kept is None or "checks" not in reading.section:
        return reading
    checks = [*reading.section["checks"], *kept.checks]
    checks.sort(key=lambda check: str(check["id"]))
    return Reading({"checks": checks}, (*reading.gaps, *kept.gaps))


def slow_part(reading: Reading, now: float) -> Slow | None:
    """What the slow checks said in a whole reading of `security`."""
    rows = reading.section.get("checks", ())
    checks = tuple(row for row in rows if row["id"] in SLOW)
    fields = {f"checks[{name}]" for name in SLOW}
    gaps = tuple(gap for gap in reading.gaps if gap.field in fields)
    return Slow(checks, gaps, now) if checks else None


def _understood(kind: str, outcome: programs.Outcome) -> Reading:
    if outcome.cause:
        return _lost(kind, outcome.cause)
    if outcome.code != 0:
        return _lost(kind, f"exit code {outcome.code}: {outcome.error}")
    try:
        found = json.loads(outcome.output)
        gaps = tuple(Gap(str(gap["field"]), str(gap["cause"])) for gap in found["gaps"])
        notes = {str(name): str(mark) for name, mark in found.get("notes", {}).items()}
        return Reading(found["section"], gaps, notes)
    except (ValueError, KeyError, TypeError, AttributeError):
        return _lost(kind, "its answer cannot be read")


def _lost(kind: str, cause: str) -> Reading:
    return Reading({}, (Gap(kind, f"the probe's child: {cause}"),))
