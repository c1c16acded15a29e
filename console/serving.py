"""The serving process: one port with TLS for agents, Prometheus and the officer's browser."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from collector import replicas
from collector.authority import Authority
from collector.lines import votes
from collector.missed import missed
from collector.own_metrics import OwnMetrics
from collector.serve import serve
from collector.web import Parts
from collector.writer import Writer
from console import renewal
from console.addresses import names, parse, reach, replica
from console.application import families, whole
from console.desk import Desk, open_desk
from console.health import health, overdue
from console.settings import Settings

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
"""A sixtieth of the time in which every PC speaks once: what a scrape has to word itself is little."""
METRICS_TOKEN = "metrics.token"  # noqa: S105 - the name of a file


async def run(folder: Path, settings: Settings, clock: Callable[[], datetime]) -> None:
    """Serve until SIGTERM or SIGINT; what was taken in is committed before the end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    desk = open_desk(settings, folder, clock)
    listen = parse(settings.listen)
    authority = Authority.open(folder / "ca", names(listen), clock())
    with Writer(desk.store) as writer:
        parts = Parts(
            store=desk.store,
            authority=authority,
            inventory=desk.source.current,
            writer=writer,
            own=OwnMetrics(),
            families=(partial(families, desk),),
            clock=clock,
            state_folder=folder,
            metrics_token=folder / METRICS_TOKEN,
            replicas=partial(_replicas, desk),
            unready=lambda: overdue(health(folder), clock()),
            missed=lambda: missed(
                desk.source.current(), desk.live.refresh().machines, desk.clock()
            ),
            machines=lambda: desk.live.refresh().machines,
            lines=lambda: votes.chosen(
                desk.source.current(), desk.live.refresh().machines, desk.clock()
            ),
        )
        renewing = asyncio.create_task(
            renewal.watch(folder / "ca", names(listen), clock, stop), name="renewal"
        )
        looking = asyncio.create_task(_keep_fresh(desk, stop), name="looking")
        following = asyncio.create_task(_follow(desk, stop), name="following")
        telling = asyncio.create_task(_tell(desk, replica(folder), str(reach(listen)), stop))
        await serve(whole(desk, parts, stop), listen.address, listen.port, authority, stop)
        stop.set()
        await asyncio.gather(telling, renewing, looking, following)
    desk.workshop.stop()
    desk.store.close()


def _replicas(desk: Desk) -> tuple[str, ...]:
    with desk.store.read() as connection:
        return replicas.addresses(connection)


async def _keep_fresh(desk: Desk, stop: asyncio.Event) -> None:
    """Look at a large fleet before somebody asks, until this process is stopped."""
    wait_seconds = 0.0
    while not stop.is_set():
        try:
            wait_seconds = await asyncio.to_thread(desk.keep_fresh)
        except DBAPIError as error:
            log.warning("the office could not be looked at: %s", error.orig)
        try:
            async with asyncio.timeout(wait_seconds):
                await stop.wait()
        except TimeoutError:
            continue


async def _follow(desk: Desk, stop: asyncio.Event) -> None:
    """Word what PCs say soon after they said it, so that a scrape finds it worded."""

    def follow() -> None:
        desk.fleet.follow(desk.source.current(), desk.live.refresh())

    while not stop.is_set():
        try:
            await asyncio.to_thread(follow)
        except DBAPIError as error:
            log.warning("what PCs said could not be read: %s", error.orig)
        try:
            async with asyncio.timeout(FOLLOW_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


async def _tell(desk: Desk, name: str, address: str, stop: asyncio.Event) -> None:
    """Keep this process on the list of those that serve, until it is stopped."""
    started_at = desk.clock()

    def tell() -> None:
        with desk.store.write() as connection:
            replicas.tell(connection, name, address, started_at, desk.clock())

    def leave() -> None:
        with desk.store.write() as connection:
            replicas.leave(connection, name)

    while not stop.is_set():
        await _tried(tell)
        try:
            async with asyncio.timeout(replicas.TELL_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue
    await _tried(leave)


async def _tried(act: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(act)
    except DBAPIError as error:
        log.warning("the list of serving processes could not be written: %s", error.orig)
