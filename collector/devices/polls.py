"""Polls all declared devices, each at its own pace, on one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue

from msgspec import Struct

from collector.devices import asking, identity
from collector.devices.credentials import CredentialError, Credentials, declared
from collector.devices.glance import worth
from collector.devices.ledger import Polled
from collector.devices.snmp import Engines, Target
from collector.devices.understand import understood
from collector.devices.walk import Value, Walk, whole
from collector.inventory.model import Device
from collector.readings import Gap

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=60)
SURVEY_EVERY = timedelta(minutes=10)
AT_ONCE = 64
"""Devices asked at the same time: a burst of 64 small packets is nothing to a network."""


class _Known(Struct):
    """What is remembered of one device between two polls."""

    target: Target
    walk: Walk
    gaps: tuple[Gap, ...]
    surveyed_at: datetime
    watched: tuple[str, ...]


class Polls:
    """`tick` starts what is due and hands back what has come. A slow device holds up nobody."""

    def __init__(self, secrets: Path, clock: Callable[[], datetime]) -> None:
        self._secrets, self._clock = secrets, clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="device-polls", daemon=True)
        self._known: dict[str, _Known] = {}
        self._due_at: dict[str, datetime] = {}
        self._under_way: set[str] = set()
        self._done: SimpleQueue[Polled] = SimpleQueue()
        self._engines: Engines | None = None
        self._turns: asyncio.Semaphore | None = None

    def tick(self, devices: Iterable[Device]) -> tuple[Polled, ...]:
        """Start the polls that are due; return those that have ended since the last tick."""
        if not self._thread.ident:
            self._thread.start()
        now = self._clock()
        wanted = [one for one in devices if one.snmp is not None and one.address is not None]
        for device in wanted:
            if device.id in self._under_way or now < self._due_at.get(device.id, now):
                continue
            self._under_way.add(device.id)
            self._due_at[device.id] = now + EVERY
            asyncio.run_coroutine_threadsafe(self._poll(device), self._loop)
        for gone in self._known.keys() - {one.id for one in wanted}:
            self._known.pop(gone, None)
            self._due_at.pop(gone, None)
        return tuple(self._drained())

    def stop(self) -> None:
        """End the loop and give its sockets back."""
        if self._thread.ident:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        else:
            self._loop.close()

    def _drained(self) -> Iterable[Polled]:
        while True:
            try:
                one = self._done.get_nowait()
            except Empty:
                return
            self._under_way.discard(one.device)
            yield one

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            if self._engines is not None:
                self._engines.close()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    async def _poll(self, device: Device) -> None:
        if self._engines is None or self._turns is None:
            self._engines, self._turns = Engines(), asyncio.Semaphore(AT_ONCE)
        async with self._turns:
            try:
                polled = await poll(self._engines, device, self._secrets, self._known, self._clock)
            except Exception as error:  # one device that breaks us must not stop the others
                log.exception("polling %s failed", device.id)
                polled = Polled(device.id, self._clock(), f"{type(error).__name__}: {error}")
        self._done.put(polled)


async def poll(
    engines: Engines,
    device: Device,
    secrets: Path,
    known: dict[str, _Known],
    clock: Callable[[], datetime],
) -> Polled:
    """One poll: a glance at what changes, or a survey of everything where that is due."""
    try:
        target = _target(device, secrets)
    except CredentialError as error:
        return Polled(device.id, clock(), str(error))
    held, now = known.get(device.id), clock()
    if held and held.target == target and held.watched and now - held.surveyed_at < SURVEY_EVERY:
        answer = await asking.glance(engines, target, held.watched)
        if answer.problem is not None:
            return Polled(device.id, clock(), answer.problem)
        if not _started_anew(held.walk, answer.walk):
            merged: Mapping[str, Value] = {**held.walk, **answer.walk}
            reading = understood(device.kind, merged, held.gaps)
            return Polled(device.id, clock(), None, reading)
    full = await asking.read(engines, target, device.kind)
    if full.problem is not None:
        return Polled(device.id, clock(), full.problem)
    watched = worth(full.walk)
    known[device.id] = _Known(target, full.walk, full.gaps, clock(), watched)
    reading = understood(device.kind, full.walk, full.gaps)
    return Polled(device.id, clock(), None, reading, surveyed=True)


def _target(device: Device, secrets: Path) -> Target:
    if device.snmp is None or device.address is None:
        raise CredentialError(f"{device.id} declares no way to be asked")
    credentials: Credentials = declared(device.snmp, secrets)
    return Target(device.address, credentials, device.snmp.port)


def _started_anew(before: Walk, after: Walk) -> bool:
    """After a start, ports and trays may have other numbers: everything is asked again."""
    old, new = whole(before.get(identity.UPTIME)), whole(after.get(identity.UPTIME))
    return old is not None and new is not None and new < old
