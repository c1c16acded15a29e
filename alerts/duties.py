"""The duty of judgement: rounds of judging and writing down, in full and of those who just spoke."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from alerts import escalation, judge, opening, queries, register, yearly
from alerts.escalation import Escalation
from alerts.finding import Finding
from alerts.office import Office
from alerts.policy import shipped
from alerts.register import Key, Recorded
from alerts.tables import incidents
from collector.store.database import Store

ESCALATE_EVERY = timedelta(seconds=30)
"""Legal clocks run for hours: half a minute late is on time."""

Word = tuple[str, str, str]
"""Verdict, reason and kind: what makes a change when it differs."""


def tick(store: Store, office: Office) -> Recorded:
    """Judge the office as it is now, and record what changed, whole or not at all."""
    return Judgement(store).whole(office)


class Judgement:
    """One judge, which remembers what it wrote: a round in which nothing changed writes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: dict[Key, Word] | None = None
        """None: whatever stands in the store may be another process's."""
        self._escalated_at: datetime | None = None

    def whole(self, office: Office) -> Recorded:
        """Every rule on every subject; what is no longer declared is let go."""
        found = judge.findings(office)
        words = _words(found)
        if words == self._written:
            self._prove(found, office)
            self._escalate(office.now)
            return Recorded()
        with self._store.write() as connection:
            recorded = register.record(connection, found, office.now, office.inventory)
        self._written = words
        self._escalate(office.now)
        return recorded

    def touched(self, office: Office, subjects: Collection[str]) -> Recorded:
        """Every rule on those subjects alone, as soon as they have spoken."""
        found = judge.findings(office, subjects)
        words = _words(found)
        known = self._written
        if known is not None and all(known.get(key) == word for key, word in words.items()):
            return Recorded()
        with self._store.write() as connection:
            recorded = register.record(
                connection, found, office.now, office.inventory, subjects=subjects
            )
        if known is not None:
            self._written = known | words
        return recorded

    def _escalate(self, now: datetime) -> None:
        last = self._escalated_at
        if last is None or not timedelta(0) <= now - last < ESCALATE_EVERY:
            with self._store.write() as connection:
                escalate(connection, now)
            self._escalated_at = now

    def _prove(self, found: Iterable[Finding], office: Office) -> None:
        """Readings that change no verdict may still prove a fix."""
        with self._store.read() as connection:
            fixed = _fixed(connection)
        if fixed:
            by_key = {(one.rule, one.subject): one for one in found}
            with self._store.write() as connection:
                opening.prove(connection, by_key, office.now)


def escalate(connection: Connection, now: datetime) -> tuple[Escalation, ...]:
    """Write down which clocks have passed a half, four fifths or all of their time."""
    open_clocks = (
        *queries.duties(connection, now),
        *yearly.duties(connection, shipped(), now),
    )
    steps = escalation.due_steps(queries.all_incidents(connection), open_clocks, now)
    return escalation.record(connection, steps, now)


def _words(found: Iterable[Finding]) -> dict[Key, Word]:
    return {(one.rule, one.subject): (one.verdict, one.because, one.kind) for one in found}


def _fixed(connection: Connection) -> bool:
    """Whether an incident waits for its proof."""
    asked = select(exists().where(incidents.c.state == "fixed", incidents.c.proved_at.is_(None)))
    return bool(connection.execute(asked).scalar_one())
