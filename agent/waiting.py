"""The resident's sleep: until something can be read, a signal comes, or the time is over."""

from __future__ import annotations

import os
import select
import signal
import sys
import time

from agent.lean import NamedTuple

LONGEST_ON_WINDOWS_SECONDS = 0.5
"""select() is not woken there by what stops a service; time.sleep() is."""


class Wants(NamedTuple):
    """Descriptors to be woken by."""

    reads: tuple[int, ...] = ()
    writes: tuple[int, ...] = ()


class Sleep:
    """Made in the main thread, before signals are expected."""

    def __init__(self) -> None:
        self._woken = -1
        if sys.platform != "win32":
            # A signal that comes just before select() would wait for its end: this pipe wakes it.
            self._woken, theirs = os.pipe()
            os.set_blocking(self._woken, False)
            os.set_blocking(theirs, False)
            signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)

    def until(self, seconds: float, wants: Wants) -> None:
        """At most so long."""
        if sys.platform == "win32":
            if not wants.reads and not wants.writes:
                time.sleep(seconds)
                return
            seconds = min(seconds, LONGEST_ON_WINDOWS_SECONDS)
        reads = [*wants.reads, self._woken] if self._woken >= 0 else list(wants.reads)
        ready, _, _ = select.select(reads, list(wants.writes), [], seconds)
        if self._woken in ready:
            os.read(self._woken, 512)
