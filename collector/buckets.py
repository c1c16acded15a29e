"""One bucket of requests per agent, so that one that runs wild does not crowd out the others."""

from __future__ import annotations

from collections.abc import Callable

BURST = 120.0  # a week's spool comes in fewer batches of 1 MiB than that
PER_SECOND = 4.0
FORGET = 20_000  # agents remembered at once


class Buckets:
    """Tokens by agent; `monotonic` is the clock in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, agent: str) -> bool:
        """Take one token out of the agent's bucket; False when it is empty."""
        now = self._monotonic()
        level, at = self._levels.get(agent, (BURST, now))
        level = min(BURST, level + (now - at) * PER_SECOND)
        if len(self._levels) > FORGET:
            self._levels.clear()  # all full again: kinder than to keep a stranger's for ever
        self._levels[agent] = (max(level - 1, 0.0), now)
        return level >= 1
