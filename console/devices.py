"""The duties of devices: poll, fetch, take down who is on the networks, and forget in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from collector.devices import arp, hours, ledger, sightings
from collector.devices.polls import Polls
from collector.store.database import Store
from console.desk import Desk

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

    def poll(self) -> None:
        """Start what is due, write down what has come."""
        done = self._polls.tick(self._desk.source.current().devices)
        if done:
            ledger.record(self._desk.store, done)

    def stop(self) -> None:
        """End the polls."""
        self._polls.stop()


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
    hours.roll_up(store, now, AT_ONCE)
    hours.foresee(store, now)
    hours.prune(store, now - READINGS_KEPT)
    with store.write() as connection:
        hours.forget(connection, now - HOURS_KEPT)
        sightings.forget(connection, now - SIGHTINGS_KEPT)
