"""The roll-up's wiring: a ward's days go out, a city's wards are looked at."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from alerts import summaries
from collector.summary import city as whole
from collector.summary import ledger, link, outbox, signing
from collector.summary.city import City
from collector.summary.link import LinkError, RefusedForGoodError
from collector.summary.tables import wards
from console.desk import Desk

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 10
"""Days sent in one round: after a month's silence the other duties wait for no more."""


class Courier:
    """Makes each day that has ended, and sends what the city does not have yet."""

    def __init__(self, desk: Desk, chance: Callable[[], float] = random.random) -> None:
        self._desk, self._chance = desk, chance
        self._pause = FIRST_PAUSE
        self._not_before: datetime | None = None

    def tick(self) -> None:
        """One round. Raises LinkError while the city does not take what is due."""
        folder, now = self._desk.state_folder / "ca", self._desk.clock()
        city = link.load(folder)
        if city is None:
            return
        with self._desk.store.write() as connection:
            summaries.make(connection, self._desk.source.current(), now, self._joined_on(folder))
        if self._not_before is not None and now < self._not_before:
            return
        try:
            self._send(folder, city)
        except LinkError as error:
            # Jitter: a hundred wards that lost their city do not all come back at one moment.
            wait = max(self._pause, timedelta(seconds=error.after_seconds))
            wait = min(wait, LONGEST_PAUSE)
            self._not_before = now + wait * (0.5 + self._chance())
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            raise
        self._pause, self._not_before = FIRST_PAUSE, None

    def _send(self, folder: Path, city: link.City) -> None:
        store = self._desk.store
        with store.read() as connection:
            waiting = outbox.waiting(connection, AT_ONCE)
        if not waiting:
            return
        key = signing.key(folder)
        for one in waiting:
            try:
                link.send(city, one.body, key)
            except RefusedForGoodError as error:
                log.error("the city refuses %s: %s", one.day, error)  # noqa: TRY400 - told in one line
                with store.write() as connection:
                    outbox.refused(connection, one, str(error))
                continue
            with store.write() as connection:
                outbox.stored(connection, one, self._desk.clock())

    def _joined_on(self, folder: Path) -> date:
        """The day before it joined is the first: the officer sees at once that it works."""
        joined = datetime.fromtimestamp((folder / link.FILE).stat().st_mtime, tz=ZoneInfo("UTC"))
        timezone = ZoneInfo(self._desk.source.current().site.timezone)
        return joined.astimezone(timezone).date() - timedelta(days=1)


def look(desk: Desk) -> City:
    """A city's wards as they stand now."""
    with desk.store.read() as connection:
        told = ledger.newest(connection)
        joined = frozenset(connection.execute(select(wards.c.site)).scalars())
    return whole.city(desk.source.current(), told, joined, desk.clock())
