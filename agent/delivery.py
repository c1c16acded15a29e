"""Carries what is spooled to the collector, a batch at a time, without ever waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable

from agent import saying
from agent.link import Answer, Ask, Link, LinkError
from agent.sending import Pace, SystemChance
from agent.spool import Batch, Spool, SpoolError
from agent.waiting import Wants

FEW = 4
"""Reports that one flush of the next append may delete along with its own work."""
REFUSED = "link"
"""How the spool calls the collector's last refusal; empty once it takes reports again."""
ADVICE = {
    401: "the collector does not know this PC (any more): get a new join string from the officer"
    " and run `wardwatch-agent join`",
    403: "the officer has not approved this PC, or has revoked it",
}


class Delivery:
    """`now` gives the PC's own time as it is written in reports; every other instant is monotonic."""

    def __init__(self, spool: Spool, link: Link, now: Callable[[], str]) -> None:
        self.pace = Pace(SystemChance())
        self._spool, self._link, self._now = spool, link, now
        self._batch: Batch | None = None
        """On its way now."""
        self.sought: tuple[str, ...] = ()
        """Addresses of PCs that the collector misses, as of its last answer."""
        self.lines: tuple[str, ...] = ()
        """The lines that it asks this PC after, as of its last answer."""
        self._is_refused = bool(spool.noted(REFUSED))

    def advance(self, now: float) -> tuple[Ask, ...]:
        """Go on as far as goes without waiting; what the collector asks for in its answer."""
        if self._batch is None and not self._begun(now):
            return ()
        batch = self._batch
        if batch is None:
            return ()
        try:
            answer = self._link.step(now)
        except LinkError as problem:
            self._batch = None
            self._unsent(problem, batch)
            return ()
        if answer is None:
            return ()
        self._batch = None
        return self._stored(answer)

    def _begun(self, now: float) -> bool:
        if self.pace.ready(now):
            self._batch = self._spool.batch(self.pace.limit_bytes)
        if self._batch:
            self._link.begin(self._batch.body, now)
        return self._batch is not None

    def _stored(self, answer: Answer) -> tuple[Ask, ...]:
        if self._is_refused:
            self._spool.note(REFUSED, "")
            self._is_refused = False
        self.pace.succeeded()
        self.sought, self.lines = answer.neighbours, answer.lines
        # The usual single report goes with the next one's flush; a backlog makes room at once.
        few = len(answer.seqs) <= FEW
        gone = self._spool.strike if few else self._spool.acknowledge
        if not gone(answer.epoch, answer.seqs):
            # Stored nothing of this batch: asking again at once would be a loop.
            self.pace.failed(time.monotonic(), None, None)
            return ()
        return answer.asks

    def _unsent(self, problem: LinkError, batch: Batch) -> None:
        news = self.pace.failed(time.monotonic(), problem.status, problem.retry_after_seconds)
        if news:
            advice = ADVICE.get(problem.status or 0)
            told = f"{problem}; {advice}" if advice else str(problem)
            saying.warning(f"not sent, {self._spool.waiting()} reports wait: {told}")
            self._spool.note(REFUSED, told)
            self._is_refused = True
        if problem.status not in {400, 413}:
            return
        if len(batch.seqs) == 1:
            self._spool.discard(batch.seqs, f"refused: {problem}", at=self._now())
        self.pace.smaller(len(batch.body))

    def finish(self, seconds: float) -> None:
        """Send once more what waits, within that time; raises `LinkError`."""
        if self._batch:
            self._link.close()  # half an exchange
            self._batch = None
        batch = self._spool.batch(self.pace.limit_bytes)
        if batch:
            answer = self._link.send(batch.body, seconds)
            self._spool.acknowledge(answer.epoch, answer.seqs)

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()

    def next_at(self) -> float:
        """When it should be looked at again, whatever the network does."""
        waits = self._link.waits() if self._batch else None
        if waits:
            return waits[2]
        return self.pace.next_at if self._spool_waits() else float("inf")

    def wants(self) -> Wants:
        """Descriptors that tell that it can go on."""
        waits = self._link.waits() if self._batch else None
        if waits is None or waits[0] < 0:
            return Wants()
        return Wants((), (waits[0],)) if waits[1] else Wants((waits[0],))

    def _spool_waits(self) -> bool:
        """Whether anything is to be sent; a spool that cannot be read has nothing to hurry for."""
        try:
            return self._spool.waits()
        except SpoolError:
            return False
