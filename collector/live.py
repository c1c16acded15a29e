"""Follows the store and keeps the fleet's live state in memory, reading only what is new."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from collector import joined, sections, wire
from collector.devices.following import Following
from collector.inventory.model import Inventory
from collector.line_readings import LineReading
from collector.lines import days
from collector.lines.facts import LineFacts
from collector.lines.ledger import recent
from collector.software import Software, installed
from collector.state import Agent, Latest, Machine, State, fold
from collector.store.among import among
from collector.store.database import Store
from collector.store.tables import latest, line_readings, reports

log = logging.getLogger(__name__)

FRESH = timedelta(seconds=30)
LINES_KEPT = timedelta(minutes=15)
OVERLAP_SECONDS = 10.0
"""PostgreSQL may show a row after one with a greater number; no commit takes as long as this."""
AT_ONCE = 500


class Live:
    """`refresh` folds in what was committed since; `state` is the snapshot that it left."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._rows: dict[str, tuple[Any, ...]] = {}
        self._heard: dict[str, int] = {}
        self._agents: dict[str, Agent] = {}
        self._by_asset: dict[str, list[str]] = {}
        self._readings: dict[str, dict[str, Latest[Any]]] = {}
        self._seen: deque[tuple[float, int]] = deque([(float("-inf"), 0)])
        self._devices = Following()
        self._facts: tuple[Inventory, datetime, Mapping[str, LineFacts]] | None = None
        self.state = State()

    def with_lines(self, inventory: Inventory, now: datetime) -> State:
        """The state as of now, with what is kept of the lines over days.

        That is half a minute old at most, since it is summed from thousands of looks.
        """
        state = self.refresh()
        with self._lock:
            held = self._facts
            if (
                held is None
                or held[0] is not inventory
                or not timedelta(0) <= now - held[1] < FRESH
            ):
                with self._store.read() as connection:
                    held = self._facts = (inventory, now, days.facts(connection, inventory, now))
        return msgspec.structs.replace(state, line_facts=held[2])

    def refresh(self) -> State:
        """The state as of now. Safe from any thread; callers take turns."""
        with self._lock:
            began = time.monotonic()
            with self._store.read() as connection:
                changed = self._follow_agents(connection)
                arrived = self._arrived(connection, began)
                older = _older_loads(connection, self._first_loads(arrived))
                lines = _lines(connection)
                devices = self._devices.refresh(connection)
                strangers = self._devices.strangers(connection)
            machines = self._machines(changed, arrived, older)
            self.state = State(machines=machines, lines=lines, devices=devices, strangers=strangers)
            return self.state

    def _follow_agents(self, connection: Connection) -> set[str]:
        """Bring the agents up to date; whose value is another one now."""
        rows = {row[0]: tuple(row) for row in connection.exec_driver_sql(joined.AGENTS)}
        changed = {name for name, row in rows.items() if self._rows.get(name) != row}
        if changed or len(rows) != len(self._rows):
            self._by_asset = {}
            for name, row in rows.items():
                if row[1] is not None:
                    self._by_asset.setdefault(row[1], []).append(name)
            self._rows = rows
        since = max(self._heard.values(), default=0)
        if connection.dialect.name == "postgresql":
            since -= int(OVERLAP_SECONDS * 1_000_000)
        for name, at in connection.exec_driver_sql(joined.HEARD.format(since=since)):
            if self._heard.get(name, 0) < at:
                self._heard[name] = at
                changed.add(name)
        for name in changed & rows.keys():
            self._agents[name] = joined.agent(rows[name], self._heard.get(name))
        return changed

    def _arrived(self, connection: Connection, began: float) -> dict[tuple[str, str], Latest[Any]]:
        while len(self._seen) > 1 and self._seen[1][0] <= began - OVERLAP_SECONDS:
            self._seen.popleft()
        # SQLite has one writer: its numbers become visible in their order.
        overlaps = connection.dialect.name == "postgresql"
        after = self._seen[0 if overlaps else -1][1]
        wanted = select(latest.c.agent, latest.c.kind, latest.c.report)
        last = connection.execute(select(func.max(reports.c.id))).scalar_one() or 0
        if after:  # else all of it, in a fresh process
            came = select(reports.c.agent).where(reports.c.id > after).distinct()
            spoke = connection.execute(came).scalars().all()
            wanted = wanted.where(among(connection, latest.c.agent, spoke), latest.c.report > after)
        self._seen.append((began, max(self._seen[-1][1], last)))
        new = {
            row.report: (row.agent, row.kind)
            for row in connection.execute(wanted)
            if row.kind.partition("/")[0] in sections.TYPED
            and self._held(row.agent, row.kind) != row.report
        }
        return _read(connection, new)

    def _held(self, agent: str, kind: str) -> int | None:
        reading = self._readings.get(agent, {}).get(kind)
        return reading.report if reading else None

    def _first_loads(self, arrived: Mapping[tuple[str, str], Latest[Any]]) -> list[tuple[str, int]]:
        return [
            (agent, reading.report)
            for (agent, kind), reading in arrived.items()
            if kind == "load" and self._held(agent, kind) is None
        ]

    def _machines(
        self,
        changed: set[str],
        arrived: Mapping[tuple[str, str], Latest[Any]],
        older: Mapping[str, Latest[Any]],
    ) -> dict[str, Machine]:
        before = dict(self.state.machines)
        for agent, load in older.items():  # as if the one before had been seen before
            asset = self._agents[agent].asset
            if asset is not None and asset not in before:
                before[asset] = Machine(asset, load=load)
        for (agent, kind), reading in arrived.items():
            self._readings.setdefault(agent, {})[kind] = reading
        touched = {agent for agent, _ in arrived} | changed
        assets = {self._agents[agent].asset for agent in touched if agent in self._agents}
        # Who changed hands belongs to another machine now, and is to be taken from the old one.
        assets |= self.state.machines.keys() - self._by_asset.keys()
        assets |= {
            machine.asset
            for machine in self.state.machines.values()
            if machine.agent is not None and machine.agent.id in changed
        }
        return {
            asset: fold(
                before.get(asset), asset, [self._agents[one] for one in mine], self._readings
            )
            if asset in assets or asset not in self.state.machines
            else before[asset]
            for asset, mine in self._by_asset.items()
        }


def _read(
    connection: Connection, wanted: Mapping[int, tuple[str, str]]
) -> dict[tuple[str, str], Latest[Any]]:
    found: dict[tuple[str, str], Latest[Any]] = {}
    numbers = list(wanted)
    for start in range(0, len(numbers), AT_ONCE):
        rows = connection.execute(
            select(reports.c.id, reports.c.received_at, reports.c.body).where(
                reports.c.id.in_(numbers[start : start + AT_ONCE])
            )
        )
        for row in rows:
            agent, kind = wanted[row.id]
            reading = _reading(row.id, row.received_at, kind, row.body)
            if reading is not None:
                found[agent, kind] = reading
    return found


def _older_loads(
    connection: Connection, firsts: Iterable[tuple[str, int]]
) -> dict[str, Latest[Any]]:
    """The load before the newest, so that a fresh start need not wait for two to tell a ratio."""
    found: dict[str, Latest[Any]] = {}
    for agent, newest in firsts:
        held = select(reports.c.stream, reports.c.seq).where(reports.c.id == newest).subquery()
        row = connection.execute(
            select(reports.c.id, reports.c.received_at, reports.c.body)
            .join(held, (reports.c.stream == held.c.stream) & (reports.c.seq < held.c.seq))
            .where(reports.c.kind == "load")
            .order_by(reports.c.seq.desc())
            .limit(1)
        ).first()
        reading = _reading(row.id, row.received_at, "load", row.body) if row else None
        if reading is not None:
            found[agent] = reading
    return found


def _reading(number: int, received_at: Any, kind: str, body: str) -> Latest[Any] | None:
    try:
        report = wire.report(body)
        value = sections.typed(kind.partition("/")[0], report.section)
    except (wire.WireError, sections.SectionError) as error:
        # Stored by an older version that trusted more than this one does.
        log.warning("report %s is not understood any more: %s", number, error)
        return None
    if isinstance(value, Software):
        value = installed(value)
    at, gap = wire.instant(report.at, received_at)
    gaps = report.gaps if gap is None else (*report.gaps, gap)
    return Latest(number, at, received_at, value, gaps)


def _lines(connection: Connection) -> Mapping[str, tuple[LineReading, ...]]:
    newest = connection.execute(select(func.max(line_readings.c.at))).scalar_one()
    return {} if newest is None else recent(connection, newest - LINES_KEPT)
