"""The duties of devices: poll, fetch, take down who is on the networks, and forget in time."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from collector import hourly
from collector.devices import arp, configuration, hours, leases, ledger, sightings
from collector.devices.polls import Polls
from collector.inventory.model import Device
from collector.store.database import Store
from console.desk import Desk

log = logging.getLogger(__name__)

FETCH_EVERY = timedelta(days=1)
TRY_AGAIN_AFTER = timedelta(hours=1)
READINGS_KEPT = timedelta(days=3)
"""By the minute; by the hour three years, see `collector.rollup`."""
HOURS_KEPT = timedelta(days=3 * 366)
SIGHTINGS_KEPT = timedelta(days=90)
AT_ONCE = 300


class DeviceDuties:
    """One per duties process. `poll` and `fetch` return at once: the asking runs beside them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._polls = Polls(desk.state_folder, desk.clock)
        self._fetching: threading.Thread | None = None
        self._ended = False

    def poll(self) -> None:
        """Start what is due, write down what has come."""
        done = self._polls.tick(self._desk.source.current().devices)
        if done:
            ledger.record(self._desk.store, done)

    def fetch(self) -> None:
        """Fetch the configurations that are due, one after the other, beside this round."""
        if self._fetching is not None and self._fetching.is_alive():
            return
        due = _due(self._desk)
        if due:
            self._fetching = threading.Thread(
                target=self._fetch, args=(due,), name="device-fetch", daemon=True
            )
            self._fetching.start()

    def _fetch(self, due: tuple[Device, ...]) -> None:
        store, folder = self._desk.store, self._desk.state_folder
        for device in due:
            if device.ssh is None or self._ended:
                continue
            try:
                with store.read() as connection:
                    pinned = ledger.pinned(connection, device.id, "host-key")
                last = configuration.last_bytes(store, device.id)
                one = configuration.fetch(device, folder, pinned, last, self._desk.clock)
                configuration.record(store, folder, device.ssh.dialect, one)
                self._seen(device.id, one.leases)
            except Exception:  # one device that breaks us must not stop the others
                log.exception("fetching from %s failed", device.id)

    def _seen(self, device: str, lent: tuple[tuple[str, str], ...]) -> None:
        found = tuple(leases.seen(self._desk.source.current(), device, lent))
        if found:
            with self._desk.store.write() as connection:
                sightings.record(connection, found, self._desk.clock())

    def stop(self) -> None:
        """End the polls; a fetch under way ends with its deadlines."""
        self._ended = True
        self._polls.stop()


def _due(desk: Desk) -> tuple[Device, ...]:
    """A day after the last success, an hour after the last failure."""
    now, known = desk.clock(), desk.live.refresh().devices
    found = []
    for declared in desk.source.current().devices:
        device = known.get(declared.id)
        fetch = device.fetch if device else None
        pause = FETCH_EVERY if fetch is not None and fetch.problem is None else TRY_AGAIN_AFTER
        if declared.ssh is not None and (fetch is None or now - fetch.at >= pause):
            found.append(declared)
    return tuple(found)


def look_around(desk: Desk) -> None:
    """Who is on the office's own networks: by this machine's table and by the switches'."""
    inventory, state = desk.source.current(), desk.live.refresh()
    if not any(line.networks for line in inventory.lines):
        return
    seen = [
        *sightings.own(inventory, arp.own_table()),
        *sightings.by_switches(inventory, state.devices),
    ]
    with desk.store.write() as connection:
        sightings.record(connection, seen, desk.clock())


def clean(store: Store, now: datetime) -> None:
    """Roll up to hours, foresee by them, and forget what has served its time."""
    hourly.roll_up(store, hours.COURSE, now, AT_ONCE)
    hours.foresee(store, now)
    hourly.prune(store, hours.COURSE, now - READINGS_KEPT)
    with store.write() as connection:
        hours.forget(connection, now - HOURS_KEPT)
        sightings.forget(connection, now - SIGHTINGS_KEPT)
