"""Between the event loop and the writer's thread: batches go over in groups, answers come back so."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from collector.batch import Batch, Stored
from collector.writer import GROUP, QUEUE, Job, WriterError

GATHER_SECONDS = 0.01
"""What comes in this time goes in one group: a report alone costs the store four times as much as
one of a hundred, since each group writes its pages once."""
LULL_SECONDS = 0.002
"""So long without anything new, and the group goes at once: nobody waits for nobody."""
STAND_SECONDS = 0.02  # a group is worded in less; a database that is slower must not stop the loop


class Letter:
    """One batch on its way, and who waits for what becomes of it."""

    __slots__ = ("_box", "batch", "error", "outcome", "waiter")

    def __init__(self, box: Mailbox, batch: Batch, waiter: asyncio.Future[Stored]) -> None:
        self._box = box
        self.batch = batch
        self.waiter = waiter
        self.outcome: Stored | None = None
        self.error: BaseException | None = None

    def set_running_or_notify_cancel(self) -> bool:
        """Whether anybody still waits. From the writer's thread, as the next two."""
        if self.waiter.cancelled():
            self._box.post(self)  # so that the group is known to be over
            return False
        return True

    def set_result(self, outcome: Stored) -> None:
        """The batch is committed."""
        self.outcome = outcome
        self._box.post(self)

    def set_exception(self, error: BaseException) -> None:
        """The batch was not stored."""
        self.error = error
        self._box.post(self)


class Door(Protocol):
    """What the loop needs of a `collector.writer.Writer`."""

    def take(self, jobs: Sequence[Job]) -> None:
        """Queue a group."""

    def wait_worded(self, seconds: float) -> bool:
        """Wait until its statements have run."""


class Mailbox:
    """For one event loop. One group is under way at a time; the next gathers meanwhile.

    Two threads that fight for Python's lock take twice the processor time of two that take turns.
    So the loop stands still while a group's statements are made and run, and goes on while the
    group is committed: that is where the time goes that needs no lock.
    """

    def __init__(self, door: Door, room: int = QUEUE) -> None:
        self._door = door
        self._room = room
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathered: deque[Letter] = deque()
        self._arrived: deque[Letter] = deque()
        self._under_way = 0
        self._called = False
        self._asked = False

    def stored(self, batch: Batch) -> asyncio.Future[Stored]:
        """What becomes of the batch, to be awaited; of a waiter who leaves nothing is written.

        It raises what the writer says of a batch that was not stored. Raises WriterError at once
        where too many gather.
        """
        if len(self._gathered) >= self._room:
            raise WriterError("crowded", "too many batches are waiting")
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Stored] = self._loop.create_future()
        self._gathered.append(Letter(self, batch, waiter))
        self._ask()
        return waiter

    def _ask(self) -> None:
        if self._loop is not None and not self._asked and not self._under_way:
            self._asked = True
            until = self._loop.time() + GATHER_SECONDS
            self._loop.call_later(LULL_SECONDS, self._look, until, len(self._gathered))

    def _look(self, until: float, before: int) -> None:
        """Wait on while more come, but no longer than GATHER_SECONDS in all."""
        loop, now = self._loop, len(self._gathered)
        if loop is not None and before < now < GROUP and loop.time() < until:
            loop.call_later(LULL_SECONDS, self._look, until, now)
        else:
            self._hand_in()

    def _hand_in(self) -> None:
        self._asked = False
        count = min(GROUP, len(self._gathered))
        letters = [self._gathered.popleft() for _ in range(count)]
        going = [letter for letter in letters if not letter.waiter.done()]
        if not going:
            if self._gathered:
                self._ask()
            return
        self._under_way = len(going)
        self._door.take([(letter.batch, letter) for letter in going])
        self._door.wait_worded(STAND_SECONDS)

    def post(self, letter: Letter) -> None:
        """Bring one back, from any thread: many come with one wake-up of the loop."""
        # The flag is cleared before the box is emptied: nothing is left in.
        self._arrived.append(letter)
        if not self._called and self._loop is not None:
            self._called = True
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        self._called = False
        while self._arrived:
            letter = self._arrived.popleft()
            self._under_way -= 1
            if letter.waiter.done():
                continue
            if letter.outcome is not None:
                letter.waiter.set_result(letter.outcome)
            else:
                letter.waiter.set_exception(letter.error or RuntimeError("no outcome"))
        if self._gathered:
            self._ask()
