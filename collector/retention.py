"""What the store lets go of: old loads and repetitions, never a change of what a machine is or has."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, literal, select, tuple_

from collector import rollup, wire
from collector.store.columns import EPOCH, Instant
from collector.store.database import Store
from collector.store.tables import agents, latest, reports

KEEP = timedelta(days=35)  # a month's report is made with a few days to spare
SNAPSHOTS = ("hardware", "system", "software", "security")
"""Sent again and again though nothing changed: the changes tell the whole story."""
AT_ONCE = 500  # rows in one transaction: the agents' reports do not wait behind it


def prune(store: Store, now: datetime, cited: Collection[int] = (), at_once: int = AT_ONCE) -> int:
    """Let go of what was received more than 35 days ago and says nothing; returns how many rows.

    Loads go once they are in their hour, looks at lines unless they are cited. Of equal snapshots in a row the first stays: that is when it changed. Events,
    receipts and goodbyes stay, and so does a machine's newest reading, whatever its age. `cited`
    are rows that incidents rest on: they stay as long as the incident does.
    """
    with store.read() as connection:
        stay = {*cited, *connection.execute(select(latest.c.report)).scalars()}
        known = connection.execute(select(agents.c.id)).scalars().all()
        rolled_up_to = rollup.loads_rolled_up_to(connection)
    before = now - KEEP
    deleted = _let_go(store, _votes(store, before, at_once), stay)
    deleted += _let_go(store, _loads(store, before, rolled_up_to, at_once), stay)
    for agent in known:
        for kind in SNAPSHOTS:
            deleted += _let_go(store, _repeats(store, agent, kind, before, at_once), stay)
    return deleted


def _let_go(store: Store, pages: Iterator[list[int]], stay: set[int]) -> int:
    deleted = 0
    for page in pages:
        numbers = [number for number in page if number not in stay]
        if numbers:
            with store.write() as connection:
                connection.execute(delete(reports).where(reports.c.id.in_(numbers)))
        deleted += len(numbers)
    return deleted


def _loads(store: Store, before: datetime, rolled_up_to: int, at_once: int) -> Iterator[list[int]]:
    place = tuple_(reports.c.received_at, reports.c.id)
    seen = (EPOCH, 0)
    while True:
        with store.read() as connection:
            page = connection.execute(
                select(reports.c.received_at, reports.c.id)
                .where(reports.c.kind == "load", reports.c.received_at < before)
                .where(reports.c.id <= rolled_up_to)
                .where(place > tuple_(literal(seen[0], Instant), literal(seen[1])))
                .order_by(reports.c.received_at, reports.c.id)
                .limit(at_once)
            ).all()
        if not page:
            return
        seen = (page[-1].received_at, page[-1].id)
        yield [row.id for row in page]


def _votes(store: Store, before: datetime, at_once: int) -> Iterator[list[int]]:
    """What PCs found of the lines, minute by minute: interruptions keep those that they rest on."""
    seen = 0
    while True:
        with store.read() as connection:
            page = connection.execute(
                select(reports.c.id, reports.c.received_at)
                .where(reports.c.kind == "line", reports.c.id > seen)
                .order_by(reports.c.id)
                .limit(at_once)
            ).all()
        old = [row.id for row in page if row.received_at < before]
        if old:
            yield old
        if len(old) < len(page) or not page:  # numbers grow with the receipt: no older ones follow
            return
        seen = page[-1].id


def _repeats(
    store: Store, agent: str, kind: str, before: datetime, at_once: int
) -> Iterator[list[int]]:
    said, seen = b"", 0
    while True:
        with store.read() as connection:
            page = connection.execute(
                select(reports.c.id, reports.c.received_at, reports.c.body)
                .where(reports.c.agent == agent, reports.c.kind == kind, reports.c.id > seen)
                .where(reports.c.kind != "load")
                .order_by(reports.c.id)
                .limit(at_once)
            ).all()
        repeats: list[int] = []
        for row in page:
            if row.received_at >= before:  # numbers grow with the receipt: no older ones follow
                yield repeats
                return
            says = _content(row.body)
            if says == said:
                repeats.append(row.id)
            said, seen = says, row.id
        if not page:
            return
        yield repeats


def _content(body: str) -> bytes:
    """What a report says, without its number and time."""
    report = wire.report(body)
    gaps = repr(report.gaps).encode()
    return hashlib.sha256(bytes(report.section) + gaps).digest()
