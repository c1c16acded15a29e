"""A value that takes a moment to make, for a loop that must not wait: made anew in a thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

T = TypeVar("T")
EVERY_SECONDS = 60.0


class Kept(Generic[T]):
    """What `look` says, looked up in a thread at most once a minute: no answer waits for it."""

    def __init__(
        self,
        look: Callable[[], T],
        nothing: T,
        clock: Callable[[], float] = time.monotonic,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._look, self._nothing, self._clock = look, nothing, clock
        self._every_seconds = every_seconds
        self._found = nothing
        self._next_at = float("-inf")
        self._looking: asyncio.Task[None] | None = None

    def value(self) -> T:
        """As of the last look; called in the loop of the serving process."""
        now = self._clock()
        if now >= self._next_at and (self._looking is None or self._looking.done()):
            self._next_at = now + self._every_seconds
            self._looking = asyncio.get_running_loop().create_task(self._renew())
        return self._found

    async def _renew(self) -> None:
        try:
            self._found = await asyncio.to_thread(self._look)
        except DBAPIError as error:
            # Nobody is asked for by what was known before: by now it may be otherwise.
            self._found = self._nothing
            log.warning("what PCs are asked for could not be looked up: %s", error.orig)
