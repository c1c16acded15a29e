"""When to send next, and how much at once: decided from what the last attempts met."""

from __future__ import annotations

import os

from agent.lean import Protocol

LARGEST_BYTES = 512 * 1024
"""Half of what the collector takes, so that a backlog never meets the wall."""
FIRST_SECONDS, LONGEST_SECONDS = 1.0, 300.0
PENDING_SECONDS = 10.0
"""Not approved yet: the officer is at the screen and waits for the PC to appear."""


class Chance(Protocol):
    """What spreads the attempts of many PCs."""

    def uniform(self, a: float, b: float, /) -> float:
        """Any number between the two."""


class SystemChance:
    """By the system's own generator, without the module `random`."""

    def uniform(self, a: float, b: float, /) -> float:
        return a + (b - a) * int.from_bytes(os.urandom(6)) / 2**48


class Pace:
    """The next instant for an attempt, in monotonic seconds."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.next_at = float("-inf")
        self.limit_bytes = LARGEST_BYTES
        self.failures = 0
        self.status: int | None = None

    def ready(self, now: float) -> bool:
        """Whether it may be tried now."""
        return now >= self.next_at

    def succeeded(self) -> None:
        """The collector took a batch."""
        self.failures, self.status, self.next_at = 0, None, float("-inf")
        self.limit_bytes = min(self.limit_bytes * 2, LARGEST_BYTES)

    def failed(self, now: float, status: int | None, retry_after_seconds: float | None) -> bool:
        """Put the next attempt off; says whether this failure is another than the last."""
        news = not self.failures or status != self.status
        self.failures, self.status = self.failures + 1, status
        self.next_at = now + self._pause(status, retry_after_seconds)
        return news

    def smaller(self, sent_bytes: int) -> None:
        """The batch was refused as it is: try half of it at once, down to a single report."""
        self.limit_bytes = max(sent_bytes // 2, 1)
        self.next_at = float("-inf")

    def hurry(self) -> None:
        """Something is there that somebody waits for; a pause that was asked for stays."""
        if not self.failures:
            self.next_at = float("-inf")

    def _pause(self, status: int | None, retry_after_seconds: float | None) -> float:
        # Jittered: a hundred PCs that lost one collector must not come back in one second.
        spread = self.chance.uniform(0.5, 1.5)
        if retry_after_seconds is not None:
            return retry_after_seconds + self.chance.uniform(0, 1 + retry_after_seconds / 10)
        if status == 403:
            return PENDING_SECONDS * spread
        doubled = FIRST_SECONDS * 2.0 ** min(self.failures - 1, 16)
        return min(doubled, LONGEST_SECONDS) * spread
