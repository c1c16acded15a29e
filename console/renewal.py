"""Notices while serving that the server's certificate is near its end, and asks for a fresh start."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from collector import authority
from collector.authority import AuthorityError

log = logging.getLogger(__name__)

LOOK_SECONDS = 3600.0
"""The certificate is renewed thirty days before its end: an hour is soon enough."""


async def watch(
    folder: Path,
    names: Iterable[str],
    clock: Callable[[], datetime],
    stop: asyncio.Event,
    look_seconds: float = LOOK_SECONDS,
) -> None:
    """Set `stop` when a new certificate is due, so that the process ends and is started again.

    What is under way is answered first; agents whose connection ends come again with their spools.
    The start makes the certificate, by the same authority: agents that pinned it notice nothing.
    """
    wanted = tuple(names)
    while not stop.is_set():
        try:
            if await asyncio.to_thread(authority.due, folder, wanted, clock()):
                log.info("the certificate is near its end: serving starts anew with another")
                stop.set()
                return
        except AuthorityError as error:
            log.error("%s", error)  # noqa: TRY400 - told in one sentence
        try:
            async with asyncio.timeout(look_seconds):
                await stop.wait()
        except TimeoutError:
            continue
