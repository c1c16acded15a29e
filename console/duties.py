"""The duties process: what has to be done again and again, each duty apart from the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import func, select

from alerts import evidence, telling
from alerts.duties import Judgement
from alerts.register import Recorded
from backup import drill, handover
from backup.duties import Duties as BackupDuties
from backup.own import OwnBackup
from collector import asks, changes, hourly, retention, rollup
from collector.inventory.model import Inventory
from collector.knocks import Knocker
from collector.leases import Lease
from collector.lines import days, hours, interruptions
from collector.state import Latest, Machine
from collector.store.tables import reports
from console import devices, first_run, preparing
from console.backup_server import BackupServer
from console.desk import Desk, keep, office
from console.devices import DeviceDuties
from console.health import Health, write
from console.line_watch import LineWatch
from console.postman import Postman
from console.rollup import Courier

log = logging.getLogger(__name__)

LEASE = "duties"
TAKE_OVER_SECONDS = 0.5
QUICK_SECONDS = 0.25
"""How often it is asked whether a PC has spoken: what it said is judged within a second."""
ROUND_SECONDS = 2.0
KNOCK_SECONDS = 10.0
LOOK_EVERY_SECONDS = 60.0
CLEAN_EVERY_SECONDS = 3600.0
LINES_KEPT = timedelta(days=35)
"""By the minute, like loads; by the hour three years, see `collector.rollup`."""


@dataclass
class Duty:
    """One thing that is done every so often."""

    name: str
    every_seconds: float
    work: Callable[[], object]
    due_at: float = 0.0
    health: Health | None = None

    def turn(self, monotonic: float, clock: Callable[[], datetime]) -> None:
        """Do it when it is due. Its failure is its own: noted, told once, tried again."""
        if monotonic < self.due_at:
            return
        self.due_at = monotonic + self.every_seconds
        before, error = self.health, None
        try:
            self.work()
        except Exception as failure:  # one duty that fails must not stop the others
            error = f"{type(failure).__name__}: {failure}".splitlines()[0]
            if before is None or before.error != error:
                log.exception("duty %s failed", self.name)
        if before is not None and before.error and error is None:
            log.info("duty %s works again", self.name)
        self.health = Health(self.name, clock(), error, self.every_seconds)


def run(desk: Desk, stop: Event, name: str, address: str) -> None:
    """Go round until told to stop. Of several offices' servers on one database one has the duties.

    `name` tells this state folder from others, `address` is where it serves.
    """
    if desk.store.engine.dialect.name == "sqlite":  # its folder is locked: there is no other
        _rounds(desk, stop, lambda: True)
    else:
        with Lease(desk.store, LEASE, name, address, desk.clock) as lease:
            # What a paused process would still write once it wakes up is refused by the database.
            fenced = replace(desk, store=lease.fenced())
            while not stop.wait(TAKE_OVER_SECONDS):
                if lease.held:
                    log.info("the duties are done here now")
                    _rounds(fenced, stop, lambda: lease.held)
    desk.store.close()


def _rounds(desk: Desk, stop: Event, mine: Callable[[], bool]) -> None:
    """Go round for as long as the duties are this process's."""
    proving = BackupDuties(desk.store, desk.state_folder, desk.clock)
    own_state = OwnBackup(desk.store, desk.state_folder, desk.clock)
    watch, postman = LineWatch(desk), Postman(desk)
    watching, serving = DeviceDuties(desk), BackupServer(desk.state_folder)
    rounds = (
        *duties(desk, proving, own_state, watch, postman, time.monotonic()),
        Duty("devices", ROUND_SECONDS, watching.poll),
        Duty("configurations", LOOK_EVERY_SECONDS, watching.fetch),
        Duty("neighbours", LOOK_EVERY_SECONDS, lambda: devices.look_around(desk)),
        Duty("knocks", KNOCK_SECONDS, Knocks(desk).tick),
        Duty("backup-server", ROUND_SECONDS, lambda: serving.tick(desk.source.current())),
    )
    told_at = 0.0
    while mine() and not stop.wait(QUICK_SECONDS):
        for duty in rounds:
            if mine() and not stop.is_set():
                duty.turn(time.monotonic(), desk.clock)
        if time.monotonic() - told_at >= ROUND_SECONDS:
            write(desk.state_folder, [duty.health for duty in rounds if duty.health])
            told_at = time.monotonic()
    proving.stop()
    own_state.stop()
    postman.stop()
    watch.stop()
    watching.stop()
    serving.stop()
    if not stop.is_set():
        log.warning("the duties are done elsewhere now")
        write(desk.state_folder, ())


def duties(
    desk: Desk,
    proving: BackupDuties,
    own_state: OwnBackup,
    watch: LineWatch,
    postman: Postman,
    began: float,
) -> tuple[Duty, ...]:
    """All of them, in the order of a round."""
    # Who was silent while nobody listened has not been silent: judging waits for the first words.
    patience = desk.source.current().rules.agent_silent.after_seconds
    judge = Judge(desk)
    return (
        Duty("arrivals", QUICK_SECONDS, judge.arrivals),
        Duty("inventory", ROUND_SECONDS, Follower(desk).follow),
        Duty("lines", ROUND_SECONDS, watch.tick),
        Duty(
            "backups",
            ROUND_SECONDS,
            lambda: proving.tick(desk.source.current(), desk.live.refresh()),
        ),
        Duty("judgement", ROUND_SECONDS, judge.whole, due_at=began + patience),
        Duty("notices", ROUND_SECONDS, lambda: tell(desk)),
        Duty("outbox", ROUND_SECONDS, postman.tick),
        Duty("papers", ROUND_SECONDS, lambda: papers(desk)),
        Duty("own-state", LOOK_EVERY_SECONDS, lambda: own_state.tick(desk.source.current())),
        Duty("city", LOOK_EVERY_SECONDS, Courier(desk).tick),
        Duty("retention", CLEAN_EVERY_SECONDS, lambda: clean(desk)),
    )


class Knocks:
    """Asks the local network who of the silent PCs still lives; the agents' tables then tell."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._knocker = desk, Knocker()

    def tick(self) -> None:
        """At each silent PC every twenty seconds."""
        machines = self._desk.live.refresh().machines
        self._knocker.tick(self._desk.source.current(), machines, self._desk.clock())


class Follower:
    """Brings what was made from the inventory in step with it, each time that it has changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._followed: Inventory | None = None

    def follow(self) -> None:
        """A new set of this machine needs no restart: its pin is written before it is asked for."""
        source, folder = self._desk.source, self._desk.state_folder
        current = source.current()
        if current is self._followed or source.problem is not None:
            return
        first_run.prepare(current, folder)
        keep(source, folder)
        self._followed = current


class Judge:
    """Judges who has spoken at once, and the whole office in turn: time itself changes verdicts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._judgement = Judgement(desk.store)
        self._newest: int | None = None
        self._machines: Mapping[str, Machine] = {}
        self._inventories: set[int] = set()

    def arrivals(self) -> None:
        """Those PCs alone of which something came since the last look; mostly there is nothing."""
        with self._desk.store.read() as connection:
            newest = connection.execute(select(func.max(reports.c.id))).scalar_one() or 0
        before, self._newest = self._newest, newest
        if newest == before:
            return
        known, spoke = self._machines, self._spoke()
        # What stood there before anybody listened is the first whole round's.
        if known and spoke:
            self._told(self._judgement.touched(office(self._desk, self._desk.clock()), spoke))

    def whole(self) -> None:
        """Every rule on every subject, as the office is now."""
        self._spoke()
        self._told(self._judgement.whole(office(self._desk, self._desk.clock())))

    def _spoke(self) -> tuple[str, ...]:
        """Whose state is not what it was; what changed in their inventories is followed first."""
        known, self._machines = self._machines, self._desk.live.refresh().machines
        spoke = tuple(one for one, now in self._machines.items() if known.get(one) is not now)
        told = {
            reading.report
            for one in spoke
            for reading in inventories(self._machines[one])
            if reading.report not in self._inventories
        }
        if told:
            changes.follow(self._desk.store)
            self._inventories |= told
        return spoke

    def _told(self, recorded: Recorded) -> None:
        for incident in recorded.incidents:
            log.warning("incident %s", incident)


def inventories(machine: Machine) -> tuple[Latest[Any], ...]:
    """The newest readings that `collector.changes` follows."""
    return tuple(one for one in (machine.hardware, machine.system, machine.software) if one)


def tell(desk: Desk) -> None:
    """Take up what happened, and put what is due into the outbox."""
    with desk.store.write() as connection:
        telling.tick(connection, desk.source.current(), desk.clock())


def papers(desk: Desk) -> None:
    """Make the police files that are lacking, and write receipts of letters into their incidents."""
    with desk.store.read() as connection:
        idle = not preparing.due(connection, desk.source.current())
    if not idle:
        preparing.tick(desk, office(desk, desk.clock()))


def clean(desk: Desk) -> None:
    """Forget what has served its time; what an incident rests on stays with the incident."""
    now = desk.clock()
    rollup.roll_up(desk.store, now)
    changes.follow(desk.store)
    with desk.store.write() as connection:
        asks.give_up(connection, now)
        rollup.forget(connection, now)
    days.make(desk.store, desk.source.current(), now)
    hourly.prune(desk.store, hours.COURSE, now - LINES_KEPT)
    devices.clean(desk.store, now)
    with desk.store.read() as connection:
        resting_on = {*evidence.cited(connection), *interruptions.cited(connection)}
    retention.prune(desk.store, now, cited=resting_on)
    handover.clean(desk.state_folder, now)
    drill.clear(desk.state_folder / "scratch", now)
