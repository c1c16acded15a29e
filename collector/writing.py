"""Writes a group of batches inside one transaction: the hot path of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from collector import asks, copies, hot, numbers, quarantine
from collector.batch import Batch, Stored
from collector.counting import Count, counted
from collector.hot import Key, Newest
from collector.numbers import Epoch, Known
from collector.quarantine import TAKEN
from collector.store.among import among
from collector.store.tables import agents, epochs
from collector.wire import Ask

RARE = ("loss", "hardware")


def write(connection: Connection, batches: Sequence[Batch]) -> list[Stored]:
    """Store a group; the answers hold once the caller has committed.

    Exactly one row for each (agent, epoch, seq), for ever: numbers are known after pruning too. `latest` moves on to a greater (ordinal of the
    epoch, seq) only: no clock has a say, so any order of arrival ends in the same state.
    """
    # The rows of the agents are locked in one order: groups of several processes cannot deadlock,
    # and an agent's epochs are counted by one at a time.
    agents_known = {
        row.id: row
        for row in connection.execute(
            select(agents.c.id, agents.c.asset, agents.c.state)
            .where(
                among(connection, agents.c.id, {batch.agent for batch in batches}),
                agents.c.state.in_(TAKEN),
            )
            .order_by(agents.c.id)
            .with_for_update()
        )
    }
    taken = [batch for batch in batches if batch.agent in agents_known]
    if not taken:
        return [Stored(approved=False) for _ in batches]
    hot.mark_seen(connection, _seen(taken))
    epochs_known = _epochs(connection, taken)
    counts = _counts(connection, taken, epochs_known)
    new = _add(connection, taken, counts)
    conflicting = copies.conflicting(connection, taken, new)
    _count(connection, taken, new, counts)
    machines = _rare(connection, taken, new)
    believed = {row.id for row in agents_known.values() if row.state == "approved"}
    for agent, cause in copies.copied(taken, new, conflicting, epochs_known, machines).items():
        at = max(batch.received_at for batch in taken)
        quarantine.impose(connection, at, agent, agents_known[agent].asset, cause)
        believed.discard(agent)
    heard = [batch for batch in taken if batch.agent in believed]
    ordinals = {key: epoch.ordinal for key, epoch in epochs_known.items()}
    hot.move(connection, _newest(heard, new, ordinals))
    assets = {agent: agents_known[agent].asset for agent in believed}
    asked = _asks(connection, heard, new, assets)
    return [
        _stored(batch, new, conflicting, asked.pop(assets.get(batch.agent, ""), ()))
        if batch.agent in agents_known
        else Stored(approved=False)
        for batch in batches
    ]


def _seen(batches: Iterable[Batch]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    for batch in batches:
        seen[batch.agent] = max(batch.received_at, seen.get(batch.agent, batch.received_at))
    return seen


def _epochs(connection: Connection, batches: Iterable[Batch]) -> dict[Epoch, Known]:
    """These agents' epochs in the order in which the collector met them; a new one comes last."""
    found = numbers.known(connection, {batch.agent for batch in batches})
    for batch in batches:
        if (batch.agent, batch.epoch) not in found:
            mine = [one.ordinal for (agent, _), one in found.items() if agent == batch.agent]
            last = max(mine, default=0)
            found[batch.agent, batch.epoch] = Known(last + 1, Count())
            connection.execute(
                insert(epochs).values(
                    agent=batch.agent,
                    epoch=batch.epoch,
                    ordinal=last + 1,
                    first_received_at=batch.received_at,
                )
            )
    return found


def _counts(
    connection: Connection, batches: Iterable[Batch], known: Mapping[Epoch, Known]
) -> dict[Epoch, Count]:
    """What came before of the epochs at hand, with the gaps of those that send an old number."""
    counts: dict[Epoch, Count] = {}
    for batch in batches:
        key = (batch.agent, batch.epoch)
        counts.setdefault(key, known[key].count)
        old = min(row.seq for row in batch.rows) <= counts[key].highest_seq
        if old and not counts[key].missing:
            counts[key] = numbers.with_missing(connection, key, counts[key])
    return counts


def _add(
    connection: Connection, batches: Iterable[Batch], counts: Mapping[Epoch, Count]
) -> dict[Key, int]:
    """The numbers of the rows that never came before: one that was pruned does not come back."""
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
            if not counts[batch.agent, batch.epoch].knows(row.seq)
        ),
    )


def _count(
    connection: Connection,
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    counts: Mapping[Epoch, Count],
) -> None:
    """Move each epoch's highest number on; open gaps where numbers were left out, and fill them."""
    highest: dict[Epoch, int] = {}
    now = dict(counts)
    for batch in batches:
        key = (batch.agent, batch.epoch)
        came = [row.seq for row in batch.rows if (*key, row.seq) in new]
        now[key] = counted(now[key], came, batch.received_at)
    for key, after in now.items():
        if after.missing != counts[key].missing:
            numbers.keep(connection, key, counts[key], after)
        if after.highest_seq != counts[key].highest_seq:
            highest[key] = after.highest_seq
    hot.mark_counted(connection, highest)


def _rare(
    connection: Connection, batches: Iterable[Batch], new: Mapping[Key, int]
) -> dict[Epoch, str]:
    """Keep what was declared lost, and whose hardware speaks in which epoch: a few rows a day."""
    machines: dict[Epoch, str] = {}
    for batch in batches:
        key = (batch.agent, batch.epoch)
        for row in batch.rows:
            if row.kind not in RARE or (*key, row.seq) not in new:
                continue
            if row.kind == "loss":
                numbers.declare(connection, key, row.seq, row.body, row.at, batch.received_at)
            elif machine := quarantine.machine(row.body):
                machines[key] = machine
    for (agent, epoch), machine in machines.items():
        connection.execute(
            update(epochs)
            .where(epochs.c.agent == agent, epochs.c.epoch == epoch)
            .values(machine=machine)
        )
    return machines


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


def _asks(
    connection: Connection,
    batches: Sequence[Batch],
    new: Mapping[Key, int],
    assets: Mapping[str, str],
) -> dict[str, tuple[Ask, ...]]:
    """Close the asks whose receipts came, and take what is newly asked."""
    if not batches:
        return {}
    now = max(batch.received_at for batch in batches)
    for batch in batches:
        for row in batch.rows:
            if row.job is not None and (batch.agent, batch.epoch, row.seq) in new:
                asks.done(connection, now, assets[batch.agent], row.job, row.outcome)
    named = {asset for asset in assets.values() if asset is not None}
    return dict(asks.hand_over(connection, now, named))


def _stored(
    batch: Batch, new: Mapping[Key, int], conflicting: set[Key], asked: tuple[Ask, ...]
) -> Stored:
    keys = [(batch.agent, batch.epoch, row.seq) for row in batch.rows]
    # By number, not by row: a batch may hold the same number twice.
    fresh = sum(key in new for key in set(keys))
    clashing = sum(key in conflicting for key in set(keys))
    return Stored(
        approved=True,
        new=fresh,
        repeated=len(keys) - fresh - clashing,
        conflicting=clashing,
        asks=asked,
    )
