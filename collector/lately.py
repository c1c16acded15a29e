"""What happened on the PCs and what changed in them lately: followed in the store, kept in memory.

The live state holds the newest reading of each kind alone. An event must not be forgotten when the
next one comes, and what is gone is told by the change that took it away.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, or_, select

from collector import sections, wire
from collector.habits import Usual, usual
from collector.happenings import Events, Happening
from collector.inventory.lists import SoftwareLists
from collector.software import Software
from collector.state import Machine, State
from collector.store.database import Store
from collector.store.tables import agents, inventory_changes, losses, reports

KEPT = timedelta(days=90)
"""Longer than any event waits for its officer; what an incident rests on stays with the incident."""
LEARN_EVERY = timedelta(hours=1)
AHEAD = timedelta(minutes=5)
"""A PC's clock may run ahead so far; beyond, the receipt tells when it happened."""


class Service(Struct, frozen=True):
    """A service that was installed; where it does not say what it starts, `program` is empty."""

    name: str
    program: str
    place: str
    """What kind of folder its program lies in: without it there is nothing to judge by."""


class Occurrence(Struct, frozen=True):
    """One line of an `events` report. `at` is the PC's time where it can be right."""

    kind: str
    at: datetime
    count: int
    report: int
    received_at: datetime
    account: str = ""
    """A SID or a class of accounts: whether two lines are about the same, never who."""
    origin: str = ""
    service: Service | None = None
    """Which one was installed; None: nothing of the kind, or an agent that does not tell."""


class Altered(Struct, frozen=True):
    """One change of an inventory, its values decoded. None: it was not there, or it is gone."""

    kind: str
    path: str
    before: Any
    after: Any
    report: int
    received_at: datetime


class Lost(Struct, frozen=True):
    """Reports that an agent declared lost; `count` is None where nobody knows how many."""

    cause: str
    count: int | None
    received_at: datetime


class Lately(Struct, frozen=True):
    """By asset, oldest first."""

    happened: Mapping[str, tuple[Occurrence, ...]] = {}
    changed: Mapping[str, tuple[Altered, ...]] = {}
    lost: Mapping[str, tuple[Lost, ...]] = {}
    forbidden: Mapping[str, tuple[str, ...]] = {}
    """Programs on the office's list of forbidden ones that the newest software report names."""
    usual: Mapping[str, Usual] = {}
    """When each PC is usually on."""


Heard = tuple[datetime | None, int | None, int | None]
"""When a PC was last heard, and its newest load and events."""


class Following:
    """`refresh` reads what came since and gives the last ninety days. Safe from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._heard: dict[str, Heard] = {}
        self._reached: dict[str, int] = {}
        self._changes_reached = 0
        self._software: dict[str, tuple[int, SoftwareLists]] = {}
        self._learned_at: datetime | None = None
        self._lately = Lately()

    def refresh(self, state: State, lists: SoftwareLists, now: datetime) -> Lately:
        """A PC is asked for only once it has spoken: within one agent rows are committed in order."""
        with self._lock:
            heard = {asset: _heard(machine) for asset, machine in state.machines.items()}
            spoke = [asset for asset, at in heard.items() if at != self._heard.get(asset)]
            since = now - KEPT
            with self._store.read() as connection:
                happened = self._happened(connection, spoke, since)
                lost = _lost(connection, spoke, since) if spoke else {}
                changed = self._changed(connection, since)
                forbidden = self._forbidden(connection, state, lists)
                habits = self._habits(connection, now)
            self._heard = heard
            before = self._lately
            if happened or lost or changed or forbidden or habits is not None:
                self._lately = Lately(
                    _joined(before.happened, happened, since),
                    _joined(before.changed, changed, since),
                    {**before.lost, **lost},
                    {**before.forbidden, **forbidden},
                    before.usual if habits is None else habits,
                )
            return self._lately

    def _habits(self, connection: Connection, now: datetime) -> Mapping[str, Usual] | None:
        """Once an hour; None in between."""
        if self._learned_at is not None and timedelta(0) <= now - self._learned_at < LEARN_EVERY:
            return None
        self._learned_at = now
        return usual(connection, now)

    def _happened(
        self, connection: Connection, spoke: Iterable[str], since: datetime
    ) -> dict[str, list[Occurrence]]:
        found: dict[str, list[Occurrence]] = {}
        believed = or_(
            agents.c.quarantined_at.is_(None), reports.c.received_at < agents.c.quarantined_at
        )
        for asset in spoke:
            rows = connection.execute(
                select(reports.c.id, reports.c.received_at, reports.c.body)
                .join(agents, agents.c.id == reports.c.agent)
                .where(agents.c.asset == asset, reports.c.kind == "events", believed)
                .where(reports.c.kind != "load")  # what the index of the rare kinds is named by
                .where(reports.c.id > self._reached.get(asset, 0), reports.c.received_at >= since)
                .order_by(reports.c.id)
            )
            for row in rows:
                self._reached[asset] = row.id
                found.setdefault(asset, []).extend(occurrences(row.id, row.received_at, row.body))
        return found

    def _changed(self, connection: Connection, since: datetime) -> dict[str, list[Altered]]:
        found: dict[str, list[Altered]] = {}
        rows = connection.execute(
            select(inventory_changes)
            .where(inventory_changes.c.id > self._changes_reached)
            .order_by(inventory_changes.c.id)
        )
        for row in rows:
            self._changes_reached = row.id
            if row.received_at >= since:
                found.setdefault(row.asset, []).append(
                    Altered(
                        row.kind,
                        row.path,
                        _value(row.before),
                        _value(row.after),
                        row.report,
                        row.received_at,
                    )
                )
        return found

    def _forbidden(
        self, connection: Connection, state: State, lists: SoftwareLists
    ) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for asset, machine in state.machines.items():
            told = machine.software
            if told is None or self._software.get(asset) == (told.report, lists):
                continue
            self._software[asset] = (told.report, lists)
            found[asset] = _matching(connection, told.report, lists.forbidden)
        return found


def _heard(machine: Machine) -> Heard:
    """What differs once it has spoken, also where the collector's clock was set back meanwhile."""
    return (
        machine.agent.last_report_at if machine.agent else None,
        machine.load.report if machine.load else None,
        machine.events.report if machine.events else None,
    )


def occurrences(report: int, received_at: datetime, body: str) -> tuple[Occurrence, ...]:
    """What one stored `events` report tells; nothing of one that is not understood."""
    try:
        value = sections.typed("events", wire.report(body).section)
    except (wire.WireError, sections.SectionError):
        return ()
    told = value.happened if isinstance(value, Events) else None
    return tuple(_occurrence(one, report, received_at) for one in told or ())


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a program's name fits one of the office's patterns, whatever its capitals."""
    return any(fnmatchcase(name.casefold(), _plain(pattern)) for pattern in patterns)


@cache
def _plain(pattern: str) -> str:
    # Only `*` is a sign of the office's lists: brackets stand in many programs' names.
    return pattern.casefold().replace("[", "[[]").replace("?", "[?]")


def _occurrence(one: Happening, report: int, received_at: datetime) -> Occurrence:
    at, gap = wire.instant(one.at, received_at)
    if gap is not None or at > received_at + AHEAD:
        at = received_at
    account = one.account_sid or one.uid_class or ""
    service = Service(one.name or "", one.program or "", one.place) if one.place else None
    return Occurrence(
        one.kind, at, one.count, report, received_at, account, one.origin or "", service
    )


def _lost(connection: Connection, spoke: list[str], since: datetime) -> dict[str, tuple[Lost, ...]]:
    found: dict[str, list[Lost]] = {}
    rows = connection.execute(
        select(
            agents.c.asset, losses.c.cause, losses.c.count.label("reports"), losses.c.received_at
        )
        .join(agents, agents.c.id == losses.c.agent)
        .where(losses.c.received_at >= since)
        .order_by(losses.c.received_at)
    )
    wanted = set(spoke)
    for row in rows:
        if row.asset in wanted:
            found.setdefault(row.asset, []).append(Lost(row.cause, row.reports, row.received_at))
    return {asset: tuple(rows) for asset, rows in found.items()}


def _matching(connection: Connection, report: int, forbidden: tuple[str, ...]) -> tuple[str, ...]:
    if not forbidden:
        return ()
    body = connection.execute(
        select(reports.c.body).where(reports.c.id == report)
    ).scalar_one_or_none()
    try:
        value = sections.typed("software", wire.report(body).section) if body else None
    except (wire.WireError, sections.SectionError):
        return ()
    packages = value.packages if isinstance(value, Software) else None
    return tuple(sorted({one.name for one in packages or () if matches(one.name, forbidden)}))


def _joined(
    before: Mapping[str, tuple[Any, ...]], new: Mapping[str, list[Any]], since: datetime
) -> dict[str, tuple[Any, ...]]:
    held = dict(before)
    for asset, rows in new.items():
        kept = (one for one in held.get(asset, ()) if one.received_at >= since)
        held[asset] = (*kept, *rows)
    return held


def _value(text: str | None) -> Any:
    return None if text is None else msgspec.json.decode(text)
