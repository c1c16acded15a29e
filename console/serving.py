"""The serving process: one port with TLS for agents, Prometheus and the officer's browser."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from collector.authority import Authority
from collector.own_metrics import OwnMetrics
from collector.serve import serve
from collector.web import Parts
from collector.writer import Writer
from console.addresses import names, parse, reach
from console.application import families, whole
from console.desk import open_desk
from console.health import health, overdue
from console.settings import Settings

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
            metrics_token=folder / METRICS_TOKEN,
            replicas=(str(reach(listen)),),
            unready=lambda: overdue(health(folder), clock()),
        )
        await serve(whole(desk, parts), listen.address, listen.port, authority, stop)
    desk.workshop.stop()
    desk.store.close()
