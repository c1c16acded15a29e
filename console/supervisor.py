"""Keeps serving and duties alive, leaves a dead agent dead, and stops all three in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event

from console import children
from console.children import Child

log = logging.getLogger("wardwatch")

LOOK_SECONDS = 0.2
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0
HEALTHY_SECONDS = 60.0
"""Who has run so long has earned a fresh start of the back-off."""

STOP_SECONDS = 4.0
"""Twice that, agent first and then the others, stays within ten seconds."""


@dataclass
class Kept:
    """A process that is started again when it dies."""

    name: str
    start: Callable[[], Child]
    child: Child
    started_at: float
    delay_seconds: float = FIRST_DELAY_SECONDS
    due_at: float | None = None
    """When to start it again; None while it runs."""

    def look(self, now: float) -> None:
        """Notice that it died, or start it again when its time has come."""
        if self.due_at is not None:
            if now >= self.due_at:
                self.child, self.started_at, self.due_at = self.start(), now, None
                log.warning("%s started again as process %s", self.name, self.child.pid)
            return
        code = self.child.poll()
        if code is None:
            return
        if now - self.started_at >= HEALTHY_SECONDS:
            self.delay_seconds = FIRST_DELAY_SECONDS
            if code == 0:  # it asked for a fresh start itself: a new certificate
                self.due_at = now
                log.info("%s ended well, starts again at once", self.name)
                return
        self.due_at = now + self.delay_seconds
        log.error("%s ended with %s, starts again in %.0f s", self.name, code, self.delay_seconds)
        self.delay_seconds = min(self.delay_seconds * 2, LONGEST_DELAY_SECONDS)


def keep(name: str, start: Callable[[], Child], now: float) -> Kept:
    """Start it for the first time."""
    return Kept(name, start, start(), now)


def watch(
    kept: Sequence[Kept], agent: Child | None, stop: Event, clock: Callable[[], float]
) -> None:
    """Look after them until asked to stop."""
    agent_seen = agent is not None
    while not stop.wait(LOOK_SECONDS):
        for one in kept:
            one.look(clock())
        if agent_seen and agent is not None and agent.poll() is not None:
            agent_seen = False
            # Starting it again would hide what the suite exists to show.
            log.error("the local agent ended with %s and stays down", agent.returncode)


def stop_all(kept: Sequence[Kept], agent: Child | None) -> None:
    """The agent first, so that its last word is still received."""
    if agent is not None:
        children.stop(agent, STOP_SECONDS)
    for one in kept:
        if one.child.poll() is None:
            one.child.terminate()
    for one in kept:
        children.stop(one.child, STOP_SECONDS)
    log.info("stopped")
