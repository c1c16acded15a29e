"""The resident loop on a PC: read what is due, spool it, send it, do what is asked, say goodbye."""

from __future__ import annotations

import logging
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from agent import jobs, notify, programs, survey
from agent.host.live import Live
from agent.jobs import Job, JobError
from agent.link import Answer, Ask, Link, LinkError
from agent.presence import asleep_seconds, dozed, stopped, why_started
from agent.report import Reading
from agent.sending import Pace
from agent.spool import Batch, Spool, SpoolError
from agent.survey import Heavy, Slow, Taken, Task

log = logging.getLogger("wardwatch.agent")

GOODBYE_SECONDS = 2.0
LAST_SECONDS = 4
"""SIGTERM ends the agent within 5 s, whatever the network does: the spool holds what is left."""
LONGEST_SLEEP_SECONDS = 60.0
CHILD_SECONDS = 0.25
"""How often children are looked at while there are any."""
REMEMBERED_ASKS = 100
NAP_SECONDS = 5.0
"""Shorter than any sleep; the two clocks are read one after the other."""


class Stopped(BaseException):
    """SIGTERM came: leave whatever is going on, a wait for the network too."""


@dataclass
class Resident:
    """All that the agent keeps while it runs. One thread; `clock` gives the PC's own time."""

    state: Path
    spool: Spool
    link: Link
    clock: Callable[[], datetime]
    tasks: tuple[Task, ...]
    read_at: dict[str, float] = field(default_factory=dict)
    sent: dict[str, tuple[str, float]] = field(default_factory=dict)
    """By kind: digest of the newest report, and its monotonic instant."""
    running: list[Job] = field(default_factory=list)
    pace: Pace = field(default_factory=lambda: Pace(random.SystemRandom()))
    heavy: Heavy | None = None
    """The one probe that a child reads now; loads and the link go on beside it."""
    slow: Slow | None = None
    unaccepted: int = 0
    slept_seconds: float = field(default_factory=asleep_seconds)
    """In this boot, as of the last look."""
    word: str | None = None
    """`stopped` or `shutdown`, where the service manager says why it ends."""

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        try:
            self._keep("presence", why_started(self._host(), self.spool))
            notify.tell(notify.READY)
            while True:
                self._round()
                notify.tell(notify.ALIVE)
        except Stopped:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            notify.tell(notify.STOPPING)
            self._goodbye()

    def _round(self) -> None:
        try:
            self._waken(asleep_seconds())
            self._collect()
            self._begin()
            self._look_after_jobs()
            if self.pace.ready(time.monotonic()):
                self._send()
        except SpoolError as problem:
            # A full disk: readings are lost until there is room, and declared then.
            self.unaccepted += 1
            self.pace.failed(time.monotonic(), None, None)
            log.error("%s", problem)  # noqa: TRY400 - the fact is in the message, a trace is noise
        time.sleep(self._sleep_seconds())

    def _begin(self) -> None:
        for task in survey.due(self._free(), self.read_at, time.monotonic()):
            now = time.monotonic()
            if task.kind == survey.LIGHT:
                self.read_at[task.kind] = now
                self._tell(task, survey.light(self._host()), now)
            elif self.heavy is None:
                self.read_at[task.kind] = now
                notes = self.spool.notes(f"{survey.EVENTS}:") if task.kind == survey.EVENTS else {}
                self.heavy = survey.begin(task, self.slow, now, notes)

    def _free(self) -> tuple[Task, ...]:
        """What may begin: one child at a time, so that the PC's official notices nothing."""
        return tuple(task for task in self.tasks if not self.heavy or task.kind == survey.LIGHT)

    def _waken(self, slept_seconds: float) -> None:
        """Linux tells nobody beforehand: a sleep is reported when it is over."""
        span, self.slept_seconds = slept_seconds - self.slept_seconds, slept_seconds
        if span >= NAP_SECONDS:
            self._keep("presence", dozed("started", round(span)))

    def _collect(self) -> None:
        heavy = self.heavy
        taken = survey.taken(heavy) if heavy else None
        if heavy and taken:
            self.heavy = None
            if heavy.task.kind == survey.SLOW_IN:
                self.slow = heavy.slow(taken.reading)
            self._tell(heavy.task, taken, heavy.began_at)

    def _tell(self, task: Task, taken: Taken, now: float) -> None:
        happened = taken.reading.section if task.kind == survey.EVENTS else None
        # Events count each for itself; what can stay the same about them is what was not read.
        lasting = Reading([], taken.reading.gaps) if happened else taken.reading
        told, last = survey.digest(lasting), self.sent.get(task.kind)
        if not happened and last and last[0] == told and now - last[1] < task.resend_seconds:
            for name, value in taken.reading.notes.items():
                self.spool.note(name, value)
            return
        self._keep(task.kind, taken.reading, taken.cpu_seconds)
        self.sent[task.kind] = (told, now)

    def _keep(self, kind: str, reading: Reading, cpu_seconds: float = 0.0) -> None:
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
        )

    def _send(self) -> None:
        while batch := self.spool.batch(self.pace.limit_bytes):
            try:
                answer = self.link.send(batch.body)
            except LinkError as problem:
                self._unsent(problem, batch)
                return
            self.pace.succeeded()
            if not self.spool.acknowledge(answer.epoch, answer.seqs):
                # Stored nothing of this batch: asking again at once would be a loop.
                self.pace.failed(time.monotonic(), None, None)
                return
            self._obey(answer)
            if survey.due(self._free(), self.read_at, time.monotonic()):
                return  # a long backlog must not make the PC fall silent about today

    def _unsent(self, problem: LinkError, batch: Batch) -> None:
        news = self.pace.failed(time.monotonic(), problem.status, problem.retry_after_seconds)
        if news:
            log.warning("not sent, %d reports wait: %s", self.spool.waiting(), problem)
        if problem.status not in {400, 413}:
            return
        if len(batch.seqs) == 1:
            self.spool.discard(batch.seqs, f"refused: {problem}", at=self._now())
        self.pace.smaller(len(batch.body))

    def _obey(self, answer: Answer) -> None:
        for ask in answer.asks:
            if self._is_new(ask):
                self._start(ask)

    def _is_new(self, ask: Ask) -> bool:
        # An answer may come twice; a backup that was asked for once runs once.
        known = (self.spool.noted("asks") or "").split()
        if str(ask.id) in known:
            return False
        self.spool.note("asks", " ".join([*known, str(ask.id)][-REMEMBERED_ASKS:]))
        return True

    def _start(self, ask: Ask) -> None:
        if ask.job == jobs.REPORT_NOW:
            self._drop_heavy()  # it began before it was asked for
            self.read_at.clear()
            self.sent.clear()
            self.slow = None
            return
        at = self._now()
        try:
            self.running.append(jobs.start(ask, self.state, at))
        except (JobError, OSError) as problem:
            log.warning("asked for what is not done: %s", problem)
            if ask.job == jobs.BACKUP:
                receipt = jobs.failed(ask, str(problem), at, 0.0)
                self.spool.append("backup", receipt, at=at)

    def _drop_heavy(self) -> None:
        if self.heavy:
            self.heavy.running.stop()
            self.heavy = None

    def _look_after_jobs(self) -> None:
        for job in tuple(self.running):
            outcome = jobs.ended(job)
            if outcome is None:
                continue
            self.running.remove(job)
            self.pace.hurry()
            if outcome:
                self._lost_job(job, outcome)

    def _lost_job(self, job: Job, cause: str) -> None:
        receipt = jobs.failed(job.ask, cause, job.started_at, time.monotonic() - job.start)
        self.spool.append("backup", receipt, at=self._now())

    def _goodbye(self) -> None:
        if hasattr(signal, "alarm"):
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(LAST_SECONDS)
        try:
            self._drop_heavy()
            for job in self.running:
                programs.kill(job.child)
                self._lost_job(job, "stopped together with the agent")
            self._keep("presence", stopped(self._host(), self.spool, self.word))
            batch = self.spool.batch(self.pace.limit_bytes)
            if batch:
                answer = self.link.send(batch.body, GOODBYE_SECONDS)
                self.spool.acknowledge(answer.epoch, answer.seqs)
        except LinkError as problem:
            log.info(
                "stopped; %d reports wait for the next start: %s", self.spool.waiting(), problem
            )
        finally:
            self.link.close()
            self.spool.close()

    def _sleep_seconds(self) -> float:
        now = time.monotonic()
        next_task = min(survey.next_at(task, self.read_at) for task in self._free())
        waits = [next_task - now, LONGEST_SLEEP_SECONDS]
        if self.running or self.heavy:
            waits.append(CHILD_SECONDS)
        if self._spool_waits():
            waits.append(self.pace.next_at - now)
        return max(min(waits), 0.0)

    def _spool_waits(self) -> bool:
        """Whether anything is to be sent; a spool that cannot be read has nothing to hurry for."""
        try:
            return self.spool.waiting() > 0
        except SpoolError:
            return False

    def _host(self) -> Live:
        return Live(self.clock())

    def _now(self) -> str:
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped
