"""Writes a group of batches inside one transaction: the hot path of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from collector import asks, hot
from collector.hot import Key, Newest
from collector.store.tables import agents, epochs, reports
from collector.wire import Ask

LOOK_UP = 5_000  # numbers in one question: SQLite takes 32,766 parameters at most


@dataclass(frozen=True, slots=True)
class Row:
    """One report, ready to be stored."""

    seq: int
    kind: str
    at: datetime
    body: str
    sha256: bytes
    latest: str | None
    """Under which name it may become the newest; None: its section is not believed."""
    job: int | None = None
    """The ask that this is the receipt of."""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one agent sent at once."""

    agent: str
    epoch: str
    received_at: datetime
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one batch."""

    approved: bool
    """False: the agent is pending or revoked, and nothing of it was stored."""
    new: int = 0
    repeated: int = 0
    """Stored before, with the same bytes."""
    conflicting: int = 0
    """The number was stored before with other bytes: two PCs with one key, or a changed spool."""
    asks: tuple[Ask, ...] = ()


def write(connection: Connection, batches: Sequence[Batch]) -> list[Stored]:
    """Store a group; the answers hold once the caller has committed.

    Exactly one row for each (agent, epoch, seq). `latest` moves on to a greater (ordinal of the
    epoch, seq) only: no clock has a say, so any order of arrival ends in the same state.
    """
    # The rows of the agents are locked in one order: groups of several processes cannot deadlock,
    # and an agent's epochs are counted by one at a time.
    approved = {
        row.id: row.asset
        for row in connection.execute(
            select(agents.c.id, agents.c.asset)
            .where(agents.c.id.in_({b.agent for b in batches}), agents.c.state == "approved")
            .order_by(agents.c.id)
            .with_for_update()
        )
    }
    taken = [batch for batch in batches if batch.agent in approved]
    if not taken:
        return [Stored(approved=False) for _ in batches]
    hot.mark_seen(connection, _seen(taken))
    ordinals = _ordinals(connection, taken)
    new = _add(connection, taken)
    hot.move(connection, _newest(taken, new, ordinals))
    conflicting = _conflicting(connection, taken, new)
    asked = _asks(connection, taken, new, approved)
    return [
        _stored(batch, new, conflicting, asked.pop(approved[batch.agent], ()))
        if batch.agent in approved
        else Stored(approved=False)
        for batch in batches
    ]


def _seen(batches: Iterable[Batch]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    for batch in batches:
        seen[batch.agent] = max(batch.received_at, seen.get(batch.agent, batch.received_at))
    return seen


def _ordinals(connection: Connection, batches: Iterable[Batch]) -> dict[tuple[str, str], int]:
    """In which order the collector met each agent's epochs; a new one comes last."""
    named = {batch.agent for batch in batches}
    known = connection.execute(select(epochs).where(epochs.c.agent.in_(named))).all()
    ordinals = {(row.agent, row.epoch): row.ordinal for row in known}
    for batch in batches:
        if (batch.agent, batch.epoch) not in ordinals:
            last = max((n for (agent, _), n in ordinals.items() if agent == batch.agent), default=0)
            ordinals[batch.agent, batch.epoch] = last + 1
            connection.execute(
                insert(epochs).values(
                    agent=batch.agent,
                    epoch=batch.epoch,
                    ordinal=last + 1,
                    first_received_at=batch.received_at,
                )
            )
    return ordinals


def _add(connection: Connection, batches: Iterable[Batch]) -> dict[Key, int]:
    """The numbers of the rows that were not there before."""
    return hot.add(
        connection,
        (
            (
                batch.agent,
                batch.epoch,
                row.seq,
                row.kind,
                row.at,
                batch.received_at,
                row.body,
                row.sha256,
            )
            for batch in batches
            for row in sorted(batch.rows, key=lambda row: row.seq)
        ),
    )


def _newest(
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    ordinals: Mapping[tuple[str, str], int],
) -> Iterable[Newest]:
    newest: dict[tuple[str, str], Newest] = {}
    for batch in batches:
        ordinal = ordinals[batch.agent, batch.epoch]
        for row in batch.rows:
            report = new.get((batch.agent, batch.epoch, row.seq))
            if report is None or row.latest is None:
                continue
            held = newest.get((batch.agent, row.latest))
            if held is None or (held.ordinal, held.seq) < (ordinal, row.seq):
                newest[batch.agent, row.latest] = Newest(
                    agent=batch.agent,
                    kind=row.latest,
                    ordinal=ordinal,
                    seq=row.seq,
                    report=report,
                    at=row.at,
                    received_at=batch.received_at,
                    body=row.body,
                )
    return newest.values()


def _conflicting(
    connection: Connection, batches: Iterable[Batch], new: Mapping[Key, int]
) -> set[Key]:
    """Numbers that were stored before with other bytes than these."""
    found: set[Key] = set()
    for batch in batches:
        sent = {
            row.seq: row.sha256
            for row in batch.rows
            if (batch.agent, batch.epoch, row.seq) not in new
        }
        numbers = list(sent)
        for start in range(0, len(numbers), LOOK_UP):
            held = connection.execute(
                select(reports.c.seq, reports.c.sha256).where(
                    reports.c.agent == batch.agent,
                    reports.c.epoch == batch.epoch,
                    reports.c.seq.in_(numbers[start : start + LOOK_UP]),
                )
            )
            found |= {
                (batch.agent, batch.epoch, row.seq)
                for row in held
                if bytes(row.sha256) != sent[row.seq]
            }
    return found


def _asks(
    connection: Connection,
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    assets: Mapping[str, str],
) -> dict[str, tuple[Ask, ...]]:
    """Close the asks whose receipts came, and take what is newly asked."""
    now = max(batch.received_at for batch in batches)
    for batch in batches:
        for row in batch.rows:
            if row.job is not None and (batch.agent, batch.epoch, row.seq) in new:
                asks.done(connection, now, assets[batch.agent], row.job, row.outcome)
    return dict(asks.hand_over(connection, now, set(assets.values())))


def _stored(
    batch: Batch, new: Mapping[Key, int], conflicting: set[Key], asked: tuple[Ask, ...]
) -> Stored:
    keys = [(batch.agent, batch.epoch, row.seq) for row in batch.rows]
    fresh = sum(key in new for key in keys)
    clashing = sum(key in conflicting for key in keys)
    return Stored(
        approved=True,
        new=fresh,
        repeated=len(keys) - fresh - clashing,
        conflicting=clashing,
        asks=asked,
    )
