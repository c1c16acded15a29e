"""Sections that a child reads: one child for all that are due together, told one by one."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from agent import survey, witness
from agent.lean import TYPE_CHECKING, Any, NamedTuple, Protocol
from agent.report import Gap, Reading, Written
from agent.survey import Slow, Sources, Taken, Task

if TYPE_CHECKING:
    from agent.forked import Say

MEMORY_BYTES = 512 * 1024 * 1024
"""Address space of a child: ten times what it needs, far below what would hurt the PC."""
QUICK = f"{survey.SLOW_IN}-quick"


class Child(Protocol):
    """A child at work, forked or started as an interpreter."""

    end: float
    deadline_seconds: float
    cpu_seconds: float

    @property
    def cause(self) -> str | None:
        """What went wrong, once it is over."""

    def fileno(self) -> int:
        """Readable when there is news; -1 where it must be looked at now and then."""

    def lines(self) -> tuple[bytes, ...]:
        """What it has said since the last look."""

    def ended(self) -> bool:
        """Whether it is over."""

    def stop(self) -> None:
        """End it before its time."""


class Told(NamedTuple):
    """One section that has come."""

    task: Task
    taken: Taken
    slow: Slow | None
    """What the slow checks say by now; None of any other section."""


class Heavy:
    """What children are reading since a monotonic instant, one section after the other.

    A child that hangs or dies costs the section that it was at; another goes on with the rest.
    """

    def __init__(
        self, tasks: Iterable[Task], at: datetime, slow: Slow | None, notes: Mapping[str, str]
    ) -> None:
        self.began_at = time.monotonic()
        self._left = list(tasks)
        self._at, self._notes = at, notes
        self._slow_mark = witness.mark(survey.SLOW_SOURCES) if sys.platform == "linux" else ""
        self._kept = slow if slow and slow.holds(self.began_at, self._slow_mark) else None
        self._told_cpu_seconds = 0.0
        self._asked: list[Task] = []
        self._child = self._start()

    @property
    def is_over(self) -> bool:
        """Whether all has been told, and the child that told it has ended."""
        return not self._left and self._child.ended()

    @property
    def end(self) -> float:
        """Monotonic instant of the deadline of what is read now."""
        return self._child.end

    def fileno(self) -> int:
        """Readable when there is news; -1 where it must be looked at now and then."""
        return self._child.fileno()

    def news(self) -> tuple[Told, ...]:
        """Sections that have come since the last look. Whatever goes wrong is a gap with its cause."""
        over = self._child.ended()
        found = [self._understood(line) for line in self._child.lines() if self._asked]
        if over and self._asked:
            found.append(self._lost(self._child.cause or "it ended without a word"))
        if over and self._left:
            self._child = self._start()
        return tuple(found)

    def stop(self) -> None:
        """End it before its time; what it has not told is lost."""
        self._child.stop()
        self._left.clear()

    def _start(self) -> Child:
        names = tuple(QUICK if self._is_quick(task) else task.kind for task in self._left)
        self._told_cpu_seconds = 0.0
        deadline_seconds = self._left[0].deadline_seconds
        if sys.platform == "win32":
            from agent.programs import Interpreted  # noqa: PLC0415 - of Windows alone

            # An interpreter reads one section: what comes next is the next child's.
            self._asked = self._left[:1]
            return Interpreted(names[0], deadline_seconds, MEMORY_BYTES, self._notes)
        from agent.forked import Forked  # noqa: PLC0415 - not on Windows

        self._asked = list(self._left)
        at, notes = self._at, self._notes
        return Forked(lambda say: _read(names, at, notes, say), deadline_seconds)

    def _is_quick(self, task: Task) -> bool:
        return task.kind == survey.SLOW_IN and self._kept is not None

    def _understood(self, line: bytes) -> Told:
        try:
            head, _, text = line.partition(b"\t")
            found = json.loads(head)
            gaps = tuple(Gap(str(gap["field"]), str(gap["cause"])) for gap in found["gaps"])
            notes = {str(name): str(mark) for name, mark in found.get("notes", {}).items()}
            section = self._section(text) if text else found["section"]
            reading = Reading(section, gaps, notes)
            spent = float(found.get("cpu_seconds", self._child.cpu_seconds))
            sources = _sources(found.get("sources"))
        except (ValueError, KeyError, TypeError, AttributeError):
            return self._lost("its answer cannot be read")
        self._told_cpu_seconds += spent
        return self._told(Taken(reading, spent, sources, found.get("digest")))

    def _section(self, text: bytes) -> Any:
        # Only these two are looked into here; the others go on as they were written.
        looked_into = self._asked[0].kind in {survey.SLOW_IN, survey.EVENTS}
        return json.loads(text) if looked_into else Written(text.decode("ascii"))

    def _lost(self, cause: str) -> Told:
        spent = max(self._child.cpu_seconds - self._told_cpu_seconds, 0.0)
        gap = Gap(self._asked[0].kind, f"the probe's child: {cause}")
        return self._told(Taken(Reading({}, (gap,)), spent))

    def _told(self, taken: Taken) -> Told:
        task = self._asked.pop(0)
        self._left.pop(0)
        if self._asked:
            self._child.deadline_seconds = self._asked[0].deadline_seconds
            self._child.end = time.monotonic() + self._child.deadline_seconds
        slow = None
        if task.kind == survey.SLOW_IN:
            slow = self._kept or survey.slow_part(taken.reading, self.began_at, self._slow_mark)
            taken = taken._replace(reading=survey.with_slow(taken.reading, self._kept))
        return Told(task, taken, slow)


def finished(task: Task, at: datetime, slow: Slow | None = None) -> Told:
    """One section at once, for those who have nothing else to do."""
    heavy = Heavy((task,), at, slow, {})
    pause = 0.001
    told: tuple[Told, ...] = ()
    while not heavy.is_over:
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
        told += heavy.news()
    return told[0]


def _read(names: tuple[str, ...], at: datetime, notes: Mapping[str, str], say: Say) -> None:
    """In the child: read the sections and say each as soon as it is there."""
    import os  # noqa: PLC0415

    from agent.host.live import Live  # noqa: PLC0415
    from agent.limits import ENVIRONMENT, limit  # noqa: PLC0415

    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    limit(MEMORY_BYTES)
    host = witness.Witness(Live(at))
    spent = 0.0
    for name in names:
        reading = _reading(name, host, notes)
        # The section stands apart behind a tab, which JSON text never holds.
        section = json.dumps(reading.section, separators=(",", ":"), allow_nan=False)
        head = _head(reading, Sources(host.paths, host.mark))
        total = _cpu_seconds()
        head["cpu_seconds"], spent = total - spent, total
        say(f"{json.dumps(head)}\t{section}".encode("ascii"))
        host.forget()


def _reading(name: str, host: Any, notes: Mapping[str, str]) -> Reading:
    from agent.probes import read  # noqa: PLC0415

    try:
        return read(name, host, notes)
    except Exception as problem:  # noqa: BLE001 - a mistake in one probe costs its section alone
        cause = f"the probe's child: {type(problem).__name__}: {problem}"
        return Reading({}, (Gap(name.removesuffix("-quick"), cause),))


def _head(reading: Reading, sources: Sources) -> dict[str, Any]:
    return {
        "gaps": [gap._asdict() for gap in reading.gaps],
        "notes": dict(reading.notes),
        "digest": survey.digest(reading),
        "sources": sources._asdict(),
    }


def _cpu_seconds() -> float:
    """Of this process and the programs that it ran."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - exists on Unix alone

    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, kinds))


def _sources(found: Any) -> Sources | None:
    return Sources(tuple(map(str, found["paths"])), str(found["mark"])) if found else None
