"""What the console works with: the store, the inventory, the live state, and the moment's values."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from alerts import history, judge, past, queries, signals, targets, yearly
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.office import Office
from alerts.policy import shipped
from alerts.queries import Duty
from alerts.targets import Target
from backup import statement
from collector.files import write_private
from collector.fleet import Fleet
from collector.inventory.source import Source
from collector.lately import Following
from collector.live import Live
from collector.presence import all_others
from collector.store.database import Store, connect
from console.own import OwnLook
from console.settings import Settings
from console.workshop import Workshop

FRESH = timedelta(seconds=2)
"""How long a moment is shown to everyone: a hundred readers judge the office once, not each."""

LARGE_SECONDS = 0.1
LARGE_FRESH = timedelta(seconds=30)
"""A fleet that takes longer than that to judge is judged beforehand (`keep_fresh`), and shown as
it was within the last half minute, or as long as judging it again and again takes its turns."""

PATIENCE = 3
"""So many times as long the last look is shown while the next one is under way: whoever asks must
not judge the fleet beside it. Longer, and something is wrong with it."""

RESTS = 10
"""Judging a large fleet again and again takes one part in so many of one core's time."""

D = TypeVar("D")

KEPT_INVENTORY = "inventory.yaml"
"""In the state folder: the inventory as it was when it was last good."""


class Moment(Struct, frozen=True):
    """Everything that one page or one screen shows, of one instant."""

    office: Office
    findings: tuple[Finding, ...]
    targets: tuple[Target, ...]
    incidents: tuple[Incident, ...]
    """All of them, newest first."""
    open_incidents: tuple[Incident, ...]
    """Security first, then by level."""
    duties: tuple[Duty, ...]
    """Every legal clock of an incident, soonest due first."""
    yearly: tuple[Duty, ...] = ()
    """The office's own yearly reports, soonest due first."""


class Derived(NamedTuple):
    """A value with what it was worked out of, and how."""

    findings: tuple[Finding, ...]
    make: Callable[[Moment], Any]
    value: Any


@dataclass
class Desk:
    """One process's view of the office. Safe to use from many threads."""

    store: Store
    source: Source
    live: Live
    state_folder: Path
    clock: Callable[[], datetime]
    workshop: Workshop
    following: Following
    """What happened and changed lately, followed in the store."""
    own: OwnLook
    """How the collector itself is doing."""
    fleet: Fleet = field(default_factory=Fleet)
    """Each machine's metrics as text, kept from one scrape to the next."""
    large_seconds: float = LARGE_SECONDS
    _last: Moment | None = None
    _cost_seconds: float = 0.0
    _acted: bool = False
    _looking: bool = False
    """`keep_fresh` is at it."""
    _derived: dict[str, Derived] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def moment(self) -> Moment:
        """The office as it is now, or was within the last two seconds (thirty, where it is large)."""
        with self._lock:
            now, last = self.clock(), self._last
            if last is None or not timedelta(0) <= now - last.office.now < self._fresh():
                return self._look(now)
            if self._acted:
                self._acted = False
                if self._cost_seconds <= self.large_seconds or self._declared_anew(last):
                    return self._look(now)
                self._last = last = recorded(self, last, now)
            return last

    def derived(self, name: str, make: Callable[[Moment], D]) -> tuple[Moment, D]:
        """What is worked out of the judged office, once for all its readers; with that moment."""
        moment = self.moment()
        with self._lock:
            kept = self._derived.get(name)
        if kept is None or kept.findings is not moment.findings:
            kept = Derived(moment.findings, make, make(moment))
            with self._lock:
                self._derived[name] = kept
        found: D = kept.value
        return moment, found

    def forget(self) -> None:
        """After an act of the officer the next page shows what it did.

        A large fleet is not judged for it: what is recorded is read anew, and verdicts follow with
        the next look, unless the office was declared anew.
        """
        with self._lock:
            self._acted = True

    def keep_fresh(self) -> float:
        """Look again beforehand where the fleet is large; the seconds until the next turn.

        What was worked out of the last look is worked out of this one too, before anybody sees it.
        """
        if self._last is None:  # whoever asks meanwhile waits for this look
            self.moment()
        if self._cost_seconds <= self.large_seconds:
            return FRESH.total_seconds()
        self._looking = True
        try:
            self._look_ahead()
        finally:
            self._looking = False
        return max(FRESH.total_seconds(), self._cost_seconds * RESTS)

    def _look_ahead(self) -> None:
        began = time.thread_time()
        seen = look(self, self.clock())
        with self._lock:
            wanted = dict(self._derived)
        derived = {
            name: Derived(seen.findings, one.make, one.make(seen)) for name, one in wanted.items()
        }
        with self._lock:
            self._derived.update(derived)
            self._last, self._cost_seconds = seen, time.thread_time() - began

    def _declared_anew(self, last: Moment) -> bool:
        return self.source.current() is not last.office.inventory

    def _fresh(self) -> timedelta:
        """Until then a moment is shown: a large fleet's until its next look is done."""
        if self._cost_seconds <= self.large_seconds:
            return FRESH
        fresh = max(LARGE_FRESH, timedelta(seconds=self._cost_seconds * (RESTS + 2)))
        return fresh * PATIENCE if self._looking else fresh

    def _look(self, now: datetime) -> Moment:
        began = time.thread_time()
        seen = look(self, now)
        self._acted = False
        self._last, self._cost_seconds = seen, time.thread_time() - began
        return seen


def open_desk(settings: Settings, folder: Path, clock: Callable[[], datetime]) -> Desk:
    """Everything that a process needs, by the state folder's settings."""
    store = connect(settings.database)
    source = Source(Path(settings.inventory), folder / KEPT_INVENTORY)
    return Desk(
        store,
        source,
        Live(store),
        folder,
        clock,
        Workshop(store, folder, clock),
        Following(store),
        OwnLook(store, source, folder),
    )


def keep(source: Source, folder: Path) -> None:
    """Copy the good inventory, so that a start while it is broken finds the office that runs."""
    write_private(folder / KEPT_INVENTORY, source.path.read_bytes())


def office(desk: Desk, now: datetime) -> Office:
    """The office as declared and as observed at that instant."""
    inventory = desk.source.current()
    state = desk.live.with_lines(inventory, now)
    lately = desk.following.refresh(state, inventory.software, now)
    with desk.store.read() as connection:
        backups = statement.backups(connection, inventory, state, now)
        explained = past.explained(connection)
        told = signals.current(connection)
    return Office(
        inventory=inventory,
        state=state,
        backups=backups,
        now=now,
        past=past.past(lately, explained),
        own=desk.own.at(now),
        signals=told,
        others=all_others(inventory, state.machines, now, state.devices),
    )


def look(desk: Desk, now: datetime) -> Moment:
    """Judge the office afresh and read what is recorded of it."""
    seen = office(desk, now)
    return _moment(desk, seen, judge.findings(seen), now)


def recorded(desk: Desk, last: Moment, now: datetime) -> Moment:
    """The same office with the same verdicts, and what is recorded of it now."""
    return _moment(desk, last.office, last.findings, now)


def _moment(desk: Desk, seen: Office, found: tuple[Finding, ...], now: datetime) -> Moment:
    with desk.store.read() as connection:
        incidents = queries.all_incidents(connection)
        open_incidents = queries.open_incidents(connection)
        duties = queries.duties(connection, now)
        reports = yearly.duties(connection, shipped(), now)
    first = history.half_year(now, seen.inventory.site.timezone)
    serious = queries.serious_incidents(incidents, first, now + timedelta(minutes=1))
    return Moment(
        office=seen,
        findings=found,
        targets=targets.targets(seen, found, serious),
        incidents=incidents,
        open_incidents=open_incidents,
        duties=duties,
        yearly=reports,
    )
