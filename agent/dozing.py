"""Tells the collector that the PC goes to sleep or has woken up, beside the resident's own loop."""

from __future__ import annotations

import logging
from pathlib import Path

from agent import settings
from agent.link import Link, LinkError
from agent.presence import ASLEEP, dozed, slept_seconds
from agent.sending import LARGEST_BYTES
from agent.spool import Spool, SpoolError

log = logging.getLogger("wardwatch.agent")

SECONDS = 1.5
"""Windows waits two before it sleeps, whether the word was said or not; Linux for as long."""


def tell(state: Path, word: str, at: str) -> None:
    """Spool `sleep` or `started` and send at once, by a handle and a connection of its own.

    Called in another thread than the resident's, or another process. What both send at the same time is stored once.
    """
    try:
        found = settings.load(state)
        link = Link(found, (state / settings.CA).read_text("ascii"))
        spool = Spool(state / "spool.sqlite")
        try:
            since = spool.noted(ASLEEP) if word == "started" else None
            section = dozed(word, slept_seconds(since, at)).section
            noted = {ASLEEP: at if word == "sleep" else ""}
            spool.append("presence", section, at=at, notes=noted)
            batch = spool.batch(LARGEST_BYTES)
            if word == "sleep" and batch:
                answer = link.send(batch.body, SECONDS)
                spool.acknowledge(answer.epoch, answer.seqs)
        finally:
            spool.close()
            link.close()
    except (LinkError, SpoolError, settings.SettingsError, OSError) as problem:
        log.warning("%s was not sent: %s", word, problem)
