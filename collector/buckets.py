"""One bucket of requests per agent, so that one that runs wild does not crowd out the others."""

from __future__ import annotations

from collections.abc import Callable

BURST = 120.0  # a week's spool comes in fewer batches of 1 MiB than that
PER_SECOND = 4.0
FULL_SECONDS = BURST / PER_SECOND
"""After so long without a request any bucket is full again: to forget it changes nothing."""


class Buckets:
    """Tokens by agent; `monotonic` is the clock in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._levels: dict[str, tuple[float, float]] = {}
        """In the order of the last request, so that those to forget stand first."""

    def __len__(self) -> int:
        """Of whom something is remembered."""
        return len(self._levels)

    def take(self, agent: str) -> bool:
        """Take one token out of the agent's bucket; False when it is empty."""
        now = self._monotonic()
        level, at = self._levels.pop(agent, (BURST, now))
        level = min(BURST, level + (now - at) * PER_SECOND)
        self._levels[agent] = (max(level - 1, 0.0), now)
        self._forget(now - FULL_SECONDS)
        return level >= 1

    def _forget(self, before: float) -> None:
        """At most two at a time: each request adds one at the most, and none has to wait."""
        for _ in range(2):
            oldest = next(iter(self._levels))
            if self._levels[oldest][1] > before:
                return
            del self._levels[oldest]
