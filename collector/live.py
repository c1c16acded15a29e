"""Follows the store and keeps the fleet's live state in memory, reading only what is new."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from collector import sections, wire
from collector.devices.following import Following
from collector.lines.ledger import recent
from collector.readings import LineReading
from collector.software import Software, installed
from collector.state import Agent, Latest, Machine, State, fold
from collector.store.database import Store
from collector.store.tables import agents, latest, line_readings, reports

log = logging.getLogger(__name__)

LINES_KEPT = timedelta(minutes=15)
OVERLAP_SECONDS = 10.0
"""PostgreSQL may show a row after one with a greater number; no commit takes as long as this."""
AT_ONCE = 500


class Live:
    """`refresh` folds in what was committed since; `state` is the snapshot that it left."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._agents: dict[str, Agent] = {}
        self._readings: dict[str, dict[str, Latest[Any]]] = {}
        self._seen: deque[tuple[float, int]] = deque([(float("-inf"), 0)])
        self._devices = Following()
        self.state = State()

    def refresh(self) -> State:
        """The state as of now. Safe from any thread; callers take turns."""
        with self._lock:
            began = time.monotonic()
            with self._store.read() as connection:
                fleet = _agents(connection)
                arrived = self._arrived(connection, began)
                older = _older_loads(connection, self._first_loads(arrived))
                lines = _lines(connection)
                devices = self._devices.refresh(connection)
                strangers = self._devices.strangers(connection)
            machines = self._machines(fleet, arrived, older)
            self.state = State(machines=machines, lines=lines, devices=devices, strangers=strangers)
            return self.state

    def _arrived(self, connection: Connection, began: float) -> dict[tuple[str, str], Latest[Any]]:
        while len(self._seen) > 1 and self._seen[1][0] <= began - OVERLAP_SECONDS:
            self._seen.popleft()
        rows = connection.execute(
            select(latest.c.agent, latest.c.kind, latest.c.report).where(
                latest.c.report > self._seen[0][1]
            )
        ).all()
        self._seen.append((began, max([self._seen[-1][1], *(row.report for row in rows)])))
        new = [
            row.report
            for row in rows
            if row.kind.partition("/")[0] in sections.TYPED
            and self._held(row.agent, row.kind) != row.report
        ]
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
        fleet: dict[str, Agent],
        arrived: Mapping[tuple[str, str], Latest[Any]],
        older: Mapping[str, Latest[Any]],
    ) -> dict[str, Machine]:
        before = dict(self.state.machines)
        for agent, load in older.items():  # as if the one before had been seen before
            asset = fleet[agent].asset
            if asset is not None and asset not in before:
                before[asset] = Machine(asset, load=load)
        changed = {agent for agent, _ in arrived}
        for (agent, kind), reading in arrived.items():
            self._readings.setdefault(agent, {})[kind] = reading
        by_asset: dict[str, list[Agent]] = {}
        touched: set[str] = set()
        for agent, row in fleet.items():
            if row.asset is not None:
                by_asset.setdefault(row.asset, []).append(row)
                if agent in changed or self._agents.get(agent) != row:
                    touched.add(row.asset)
        self._agents = fleet
        return {
            asset: fold(before.get(asset), asset, mine, self._readings)
            if asset in touched
            else before[asset]
            for asset, mine in by_asset.items()
        }


def _agents(connection: Connection) -> dict[str, Agent]:
    columns = select(
        agents.c.id,
        agents.c.asset,
        agents.c.state,
        agents.c.hostname,
        agents.c.joined_at,
        agents.c.last_report_at,
        agents.c.quarantined_at,
        agents.c.quarantine_cause,
    )
    return {row.id: Agent(*row) for row in connection.execute(columns)}


def _read(connection: Connection, numbers: list[int]) -> dict[tuple[str, str], Latest[Any]]:
    found: dict[tuple[str, str], Latest[Any]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        rows = connection.execute(
            select(latest).where(latest.c.report.in_(numbers[start : start + AT_ONCE]))
        )
        for row in rows:
            reading = _reading(row.report, row.received_at, row.kind, row.body)
            if reading is not None:
                found[row.agent, row.kind] = reading
    return found


def _older_loads(
    connection: Connection, firsts: Iterable[tuple[str, int]]
) -> dict[str, Latest[Any]]:
    """The load before the newest, so that a fresh start need not wait for two to tell a ratio."""
    found: dict[str, Latest[Any]] = {}
    for agent, newest in firsts:
        row = connection.execute(
            select(reports.c.id, reports.c.received_at, reports.c.body)
            .where(reports.c.agent == agent, reports.c.kind == "load", reports.c.id < newest)
            .order_by(reports.c.id.desc())
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
