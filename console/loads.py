"""A day of one PC's load, in steps that a person can read: from stored reports to figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from collector.readings import CpuLoad, Load
from collector.store.tables import epochs, reports

DAY = timedelta(hours=24)
STEP = timedelta(minutes=15)
REPORTS_MOST = 4_000
"""A day holds 1,440; a PC that was told to report each second must not hold a page up."""


class Step(Struct, frozen=True):
    """The mean over one step, in percent; None where nothing was read in it."""

    at: datetime
    cpu: float | None
    memory: float | None
    disk: float | None


class _Body(Struct):
    section: Load


class _Reading(Struct, frozen=True):
    at: datetime
    load: Load


def day(connection: Connection, agent: str, now: datetime) -> tuple[Step, ...]:
    """The last 24 hours, oldest first; empty where there was no report."""
    stream = (
        select(epochs.c.id)
        .where(epochs.c.agent == agent)
        .order_by(epochs.c.ordinal.desc())
        .limit(1)
        .scalar_subquery()
    )
    # The newest numbers first, whatever their kind: an index has them in that order.
    newest = (
        select(reports.c.kind, reports.c.received_at, reports.c.body)
        .where(reports.c.stream == stream)
        .order_by(reports.c.seq.desc())
        .limit(REPORTS_MOST)
        .subquery()
    )
    rows = connection.execute(
        select(newest.c.received_at, newest.c.body).where(
            newest.c.kind == "load", newest.c.received_at > now - DAY
        )
    ).all()
    return steps(_readings((row.received_at, row.body) for row in reversed(rows)))


def _readings(rows: Iterable[tuple[datetime, str]]) -> Iterator[_Reading]:
    for at, body in rows:
        try:
            yield _Reading(at, msgspec.json.decode(body, type=_Body).section)
        except msgspec.MsgspecError:
            continue  # an older form: a gap in the plot, not a broken page


def steps(readings: Iterable[_Reading]) -> tuple[Step, ...]:
    """Readings by their step. Pure."""
    found: dict[int, tuple[list[float], list[float], list[float]]] = {}
    before: CpuLoad | None = None
    for one in readings:
        cpu, memory, disk = found.setdefault(int(one.at.timestamp() // STEP.seconds), ([], [], []))
        _add(cpu, _busy(before, one.load.cpu))
        _add(memory, _used(one.load))
        _add(disk, _fullest(one.load))
        before = one.load.cpu or before
    return tuple(
        Step(datetime.fromtimestamp(number * STEP.seconds, UTC), *(_mean(one) for one in told))
        for number, told in sorted(found.items())
    )


def _busy(before: CpuLoad | None, after: CpuLoad | None) -> float | None:
    if not before or not after:
        return None
    if None in (before.busy_seconds_total, before.seconds_total):
        return None
    if after.busy_seconds_total is None or after.seconds_total is None:
        return None
    span = after.seconds_total - (before.seconds_total or 0)
    busy = after.busy_seconds_total - (before.busy_seconds_total or 0)
    # Counters begin anew with each start: a step back tells nothing.
    return min(1.0, busy / span) if span > 0 and busy >= 0 else None


def _used(load: Load) -> float | None:
    memory = load.memory
    if not memory or not memory.total_bytes or memory.available_bytes is None:
        return None
    return 1 - memory.available_bytes / memory.total_bytes


def _fullest(load: Load) -> float | None:
    used = [
        1 - one.available_bytes / one.total_bytes
        for one in load.filesystems or ()
        if one.total_bytes
    ]
    return max(used, default=None)


def _add(found: list[float], ratio: float | None) -> None:
    if ratio is not None:
        found.append(100 * ratio)


def _mean(found: list[float]) -> float | None:
    return round(sum(found) / len(found), 1) if found else None
