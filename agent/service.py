"""The resident loop on a PC: read what is due, spool it, send it, do what is asked, say goodbye."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

from agent import jobs, neighbours, notify, saying, survey
from agent.delivery import Delivery
from agent.heavy import Heavy, Told
from agent.host.live import Live
from agent.jobs import Job, JobError
from agent.lean import Any, NoReturn
from agent.line import pins
from agent.link import Ask, Link, LinkError
from agent.presence import asleep_seconds, dozed, stopped, why_started
from agent.report import Reading
from agent.signs import SETTLE_SECONDS, Signs
from agent.spool import Spool, SpoolError
from agent.survey import Full, Slow, Taken, Task
from agent.waiting import Sleep, Wants

GOODBYE_SECONDS = 2.0
LAST_SECONDS = 4
"""SIGTERM ends the agent within 5 s, whatever the network does: the spool holds what is left."""
LONGEST_SLEEP_SECONDS = 60.0
LOOK_SECONDS = 0.25
"""How often that is looked at which no descriptor tells of: a child on Windows, a backup."""
NAP_SECONDS = 5.0
"""Shorter than any sleep; the two clocks are read one after the other."""


class Stopped(BaseException):
    """SIGTERM came: leave whatever is going on, a wait for the network too."""


class Resident:
    """All that the agent keeps while it runs. One thread; `clock` gives the PC's own time."""

    def __init__(
        self,
        state: str | os.PathLike[str],
        spool: Spool,
        link: Link,
        clock: Callable[[], datetime],
        tasks: tuple[Task, ...],
    ) -> None:
        self.state, self.spool, self.clock, self.tasks = state, spool, clock, tasks
        self.delivery = Delivery(spool, link, self._now)
        self.read_at: dict[str, float] = {}
        """By kind: monotonic instant of the last look."""
        self.full: dict[str, Full] = {}
        self.sent: dict[str, tuple[str, float]] = {}
        """By kind: digest of the newest report, and its monotonic instant."""
        self.running: list[Job] = []
        self.heavy: Heavy | None = None
        """What children read now; loads and the link go on beside it."""
        self.slow: Slow | None = None
        self.signs = Signs()
        self.sought: tuple[str, ...] = ()
        """The PCs that neighbours were looked for last."""
        self.unaccepted = 0
        self.slept_seconds = asleep_seconds()
        """In this boot, as of the last look."""
        self.word: str | None = None
        """`stopped` or `shutdown`, where the service manager says why it ends."""

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        sleep, pulse = Sleep(), notify.Pulse()
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        try:
            self._keep("presence", why_started(self._host(), self.spool))
            notify.tell(notify.READY)
            while True:
                sleep.until(*self._round())
                pulse.beat(time.monotonic())
        except Stopped:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            notify.tell(notify.STOPPING)
            self._goodbye()

    def _round(self) -> tuple[float, Wants]:
        try:
            self._waken(asleep_seconds())
            self._collect()
            self._begin()
            self._look_after_jobs()
            for ask in self.delivery.advance(time.monotonic()):
                if jobs.is_new(ask, self.spool):
                    self._start(ask)
        except SpoolError as problem:
            # A full disk: readings are lost until there is room, and declared then.
            self.unaccepted += 1
            self.delivery.pace.failed(time.monotonic(), None, None)
            saying.error(str(problem))
        return self._rest_seconds(), self._wants()

    def _begin(self) -> None:
        now = time.monotonic()
        if self.signs.given(now) and survey.EVENTS in self.read_at:
            self._hurry(survey.EVENTS, now + SETTLE_SECONDS)
        if self.delivery.sought != self.sought:
            self.sought = self.delivery.sought
            self.read_at.pop(survey.NEIGHBOURS.kind, None)
        wanted: list[Task] = []
        for task in survey.due(self._free(), self.read_at, now):
            self.read_at[task.kind] = now
            if task.kind == survey.LIGHT:
                self._tell(task, self._light(), now)
            elif not self._holds(task, now):
                wanted.append(task)
        if wanted:
            notes = self.spool.notes(f"{survey.EVENTS}:")
            notes[neighbours.NOTE] = " ".join(self.sought)
            notes |= pins.notes(self.delivery.lines, self.state)
            self.heavy = Heavy(wanted, self.clock(), self.slow, notes)

    def _light(self) -> Taken:
        taken = survey.light(self._host())
        backups = [job.ask for job in self.running if job.ask.job == jobs.BACKUP]
        if backups:
            from agent import underway  # noqa: PLC0415 - most PCs never need it

            taken.reading.section["backups"] = underway.told(self.state, backups)
        return taken

    def _hurry(self, kind: str, at: float) -> None:
        """Have it due at that monotonic instant, or before."""
        every = next(task.every_seconds for task in self.tasks if task.kind == kind)
        self.read_at[kind] = min(self.read_at[kind], at - every)

    def _free(self) -> tuple[Task, ...]:
        """What may begin: one child at a time, so that the PC's official notices nothing."""
        tasks = (*self.tasks, survey.NEIGHBOURS) if self.delivery.sought else self.tasks
        tasks = (*tasks, survey.LINE) if self.delivery.lines else tasks
        return tuple(task for task in tasks if not self.heavy or task.kind == survey.LIGHT)

    def _holds(self, task: Task, now: float) -> bool:
        """Whether the last full reading still says it all; it is told again where that is due."""
        full = self.full.get(task.kind)
        if full is None or not full.holds(task, now):
            return False
        if not task.resend_seconds:
            self._keep(task.kind, full.reading, read_at=full.at)
        return True

    def _waken(self, slept_seconds: float) -> None:
        """A sleep that is over is told with its length; that it comes, by a unit of its own."""
        span, self.slept_seconds = slept_seconds - self.slept_seconds, slept_seconds
        if span >= NAP_SECONDS:
            self._keep("presence", dozed("started", round(span)))

    def _collect(self) -> None:
        heavy = self.heavy
        if heavy is None:
            return
        for told in heavy.news():
            self._take(told, heavy.began_at)
        if heavy.is_over:
            self.heavy = None

    def _take(self, told: Told, now: float) -> None:
        task, taken = told.task, told.taken
        self.slow = told.slow or self.slow
        self.full.pop(task.kind, None)
        self._tell(task, taken, now)
        if task.full_seconds and taken.sources:
            kept = Reading({}) if task.resend_seconds else taken.reading
            self.full[task.kind] = Full(kept, taken.sources, self._now(), now)

    def _tell(self, task: Task, taken: Taken, now: float) -> None:
        happened = taken.reading.section if task.kind == survey.EVENTS else None
        if task.resend_seconds:
            # Events count each for itself; what can stay the same about them is what was not read.
            lasting = Reading([], taken.reading.gaps) if happened else taken.reading
            told = (None if happened else taken.digest) or survey.digest(lasting)
            last = self.sent.get(task.kind)
            if not happened and last and last[0] == told and now - last[1] < task.resend_seconds:
                for name, value in taken.reading.notes.items():
                    self.spool.note(name, value)
                return
            self.sent[task.kind] = (told, now)
        self._keep(task.kind, taken.reading, taken.cpu_seconds)

    def _keep(
        self, kind: str, reading: Reading, cpu_seconds: float = 0.0, read_at: str | None = None
    ) -> None:
        at = self._now()
        if self.unaccepted:
            numbers: dict[str, Any] = {"from_seq": None, "to_seq": None, "count": self.unaccepted}
            cause = "the spool could not be written: disk full or failing"
            self.spool.append("loss", {**numbers, "cause": cause}, at=at)
            self.unaccepted = 0
        self.spool.append(
            kind,
            reading.section,
            reading.gaps,
            at=at,
            cpu_seconds=cpu_seconds,
            notes=reading.notes,
            read_at=read_at,
        )

    def _start(self, ask: Ask) -> None:
        if ask.job == jobs.REPORT_NOW:
            self._drop_heavy()  # it began before it was asked for
            for known in (self.read_at, self.sent, self.full):
                known.clear()
            self.slow = None
            return
        at = self._now()
        try:
            self.running.append(jobs.start(ask, self.state, at))
        except (JobError, OSError) as problem:
            saying.warning(f"asked for what is not done: {problem}")
            if ask.job in jobs.KINDS:
                receipt = jobs.failed(ask, str(problem), at, 0.0)
                self.spool.append(jobs.KINDS[ask.job], receipt, at=at)

    def _drop_heavy(self) -> None:
        if self.heavy:
            self.heavy.stop()
            self.heavy = None

    def _look_after_jobs(self) -> None:
        for job in tuple(self.running):
            outcome = jobs.ended(job)
            if outcome is None:
                continue
            self.running.remove(job)
            self.delivery.pace.hurry()
            if outcome:
                self._lost_job(job, outcome)

    def _lost_job(self, job: Job, cause: str) -> None:
        if job.ask.job not in jobs.KINDS:
            saying.warning(f"{job.ask.job}: {cause}")  # the collector asks again
            return
        if jobs.has_told(
            job.ask, self.spool.noted(jobs.receipt_note(job.ask.argument, job.ask.job))
        ):
            return  # it was ended between its last word and its end
        receipt = jobs.failed(job.ask, cause, job.started_at, time.monotonic() - job.start)
        self.spool.append(jobs.KINDS[job.ask.job], receipt, at=self._now())

    def _goodbye(self) -> None:
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(LAST_SECONDS)
        try:
            self._drop_heavy()
            for job in self.running:
                jobs.stop(job)
                self._lost_job(job, "stopped together with the agent")
            self._keep("presence", stopped(self._host(), self.spool, self.word))
            self.delivery.finish(GOODBYE_SECONDS)
        except LinkError as problem:
            waiting = self.spool.waiting()
            saying.info(f"stopped; {waiting} reports wait for the next start: {problem}")
        finally:
            self.delivery.close()
            self.spool.close()

    def _rest_seconds(self) -> float:
        now = time.monotonic()
        ends = [survey.next_at(task, self.read_at) for task in self._free()]
        ends += [self.signs.next_at, self.delivery.next_at(), now + LONGEST_SLEEP_SECONDS]
        if self.heavy:
            ends.append(self.heavy.end)
        if self.running or (self.heavy and self.heavy.fileno() < 0):
            ends.append(now + LOOK_SECONDS)
        return max(min(ends) - now, 0.0)

    def _wants(self) -> Wants:
        wants = self.delivery.wants()
        if self.heavy and self.heavy.fileno() >= 0:
            return Wants((*wants.reads, self.heavy.fileno()), wants.writes)
        return wants

    def _host(self) -> Live:
        return Live(self.clock())

    def _now(self) -> str:
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped
