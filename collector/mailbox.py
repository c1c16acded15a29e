"""Brings what a thread finished back to the event loop, many results in one wake-up."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """For one event loop. A group commit finishes a hundred futures at once.

    `asyncio.wrap_future` would wake the loop for each of them, at more than the commit costs.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[concurrent.futures.Future[T], asyncio.Future[T]] = {}
        self._arrived: deque[concurrent.futures.Future[T]] = deque()
        self._called = False

    def arrival(self, posted: concurrent.futures.Future[T]) -> asyncio.Future[T]:
        """What the thread makes of it, to be awaited; a waiter who leaves cancels it."""
        self._loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = self._loop.create_future()
        self._waiting[posted] = waiter
        posted.add_done_callback(self._post)
        waiter.add_done_callback(lambda left: posted.cancel() if left.cancelled() else None)
        return waiter

    def _post(self, posted: concurrent.futures.Future[T]) -> None:
        # In the writer's thread. The flag is cleared before the box is emptied: nothing is left in.
        self._arrived.append(posted)
        if not self._called and self._loop is not None:
            self._called = True
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        self._called = False
        while self._arrived:
            posted = self._arrived.popleft()
            waiter = self._waiting.pop(posted)
            if waiter.done():
                continue
            error = posted.exception()
            if error is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(posted.result())
