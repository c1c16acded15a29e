"""The duty of the lines: look, find the causes of what is down, ask for the speed tests that are due."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from collector import lines
from collector.inventory.model import Line
from collector.line_readings import LineReading
from collector.lines import interruptions, speed_tests
from collector.lines.blame import stop
from collector.lines.votes import of_look, own_asset
from console.desk import Desk

EVERY = timedelta(seconds=10)
"""Looks at a line: what breaks is known before the PCs' next votes come."""
TESTS_EVERY = timedelta(seconds=3)
"""Speed tests: what is due is asked for, what was told is taken up."""
KEPT = timedelta(seconds=30)
"""Looks that say the same are recorded so often: a month of them has to be summed."""


class LineWatch:
    """Looks beside the other duties, which never wait for a line that is silent.

    It remembers by which gateway this machine went out: a pulled cable takes the route away.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._gateway: str | None = None
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="line")
        self._looking: dict[str, Future[LineReading]] = {}
        self._began: dict[str, datetime] = {}
        self._recorded: dict[str, LineReading] = {}
        self._tested = datetime.min.replace(tzinfo=UTC)

    def tick(self) -> None:
        """Take in the looks that have ended, and begin those that are due."""
        desk = self._desk
        inventory, now = desk.source.current(), desk.clock()
        done = [name for name, look in self._looking.items() if look.done()]
        fresh = [self._looking.pop(name).result() for name in done]
        new = [one for one in fresh if self._is_news(one)]
        if new:
            with desk.store.write() as connection:
                for reading in new:
                    lines.record(connection, reading)
            self._recorded |= {one.line: one for one in new}
            self._follow(now)
        if not timedelta(0) <= now - self._tested < TESTS_EVERY:
            self._tested = now
            speed_tests.tick(desk.store, inventory, desk.live.refresh().machines, now)
        self._gateway = lines.own_gateway() or self._gateway
        for line in lines.reached(inventory.lines, self._gateway):
            self._begin(line, now)

    def stop(self) -> None:
        """Begin nothing more; what is under way ends by itself within seconds."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, line: Line, now: datetime) -> None:
        began = self._began.get(line.id)
        due = began is None or not timedelta(0) <= now - began < EVERY
        if line.id not in self._looking and due:
            self._began[line.id] = now
            self._looking[line.id] = self._pool.submit(lines.look, line, now)

    def _is_news(self, reading: LineReading) -> bool:
        last = self._recorded.get(reading.line)
        if last is None or not timedelta(0) <= reading.at - last.at < KEPT:
            return True
        asset = own_asset(self._desk.source.current())
        return stop(of_look(last, asset)) != stop(of_look(reading, asset))

    def _follow(self, now: datetime) -> None:
        desk = self._desk
        state = desk.live.refresh()
        with desk.store.write() as connection:
            interruptions.follow(connection, desk.source.current(), state, now)
