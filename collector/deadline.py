"""One deadline for many waits of the same length, looked at once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")

LOOK_SECONDS = 1.0


class Deadline:
    """For one event loop. `asyncio.timeout` keeps a timer for each wait, and the loop sorts them.

    With thousands of requests a second and half a minute each, the sorting costs as much as
    reading the requests. Here a wait ends up to a second late.
    """

    def __init__(self, seconds: float, look_seconds: float = LOOK_SECONDS) -> None:
        self.seconds = seconds
        self._look_seconds = look_seconds
        self._since: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def within(self, wait: Awaitable[T]) -> T:
        """What is awaited. Raises TimeoutError where it did not come in time.

        A task waits for one thing at a time under the same deadline.
        """
        # Asked for the running loop, Python 3.11 asks the kernel for the process each time.
        loop = self._loop or asyncio.get_running_loop()
        self._loop = loop
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("a deadline is for a task")
        self._since[task] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._look_seconds, self._look, loop)
        try:
            return await wait
        except asyncio.CancelledError:
            # Ended by us alone: told as a timeout. Ended by somebody else too: that goes first.
            if task in self._late and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            del self._since[task]
            self._late.discard(task)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for task, since in self._since.items():  # the oldest first, as they came
            if now - since < self.seconds:
                break
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        again = bool(self._since)
        self._timer = loop.call_later(self._look_seconds, self._look, loop) if again else None
