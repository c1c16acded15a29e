"""Writes a group of batches inside one transaction: the hot path of the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from collector import asks, copies, hot, numbers, quarantine
from collector.batch import Batch, Row, Stored
from collector.counting import Count, counted
from collector.hot import Epoch, Key, Known, Newest
from collector.store.tables import epochs
from collector.wire import Ask

RARE = ("loss", "hardware")
ONE = Stored(approved=True, new=1)


def write(connection: Connection, batches: Sequence[Batch]) -> list[Stored]:
    """Store a group; the answers hold once the caller has committed.

    Exactly one row for each (agent, epoch, seq), for ever: numbers are known after pruning too.
    `latest` moves on to a greater (ordinal of the epoch, seq) only: no clock has a say, so any
    order of arrival ends in the same state.
    """
    agents_known = hot.lock(connection, {batch.agent for batch in batches})
    taken = [batch for batch in batches if batch.agent in agents_known]
    if not taken:
        return [Stored(approved=False) for _ in batches]
    epochs_known = _epochs(connection, taken)
    counts = _counts(connection, taken, epochs_known)
    new = _add(connection, taken, epochs_known, counts)
    conflicting = copies.conflicting(connection, taken, new, epochs_known)
    _count(connection, taken, new, epochs_known, counts)
    machines = _rare(connection, taken, new)
    believed = {name for name, agent in agents_known.items() if agent.state == "approved"}
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
        _stored(batch, new, conflicting, asked.pop(assets.get(batch.agent) or "", ()))
        if batch.agent in agents_known
        else Stored(approved=False)
        for batch in batches
    ]


def _epochs(connection: Connection, batches: Iterable[Batch]) -> dict[Epoch, Known]:
    """These agents' epochs in the order in which the collector met them; a new one comes last."""
    found = hot.epochs(connection, {batch.agent for batch in batches})
    last: dict[str, int] = {}
    for (agent, _), one in found.items():
        last[agent] = max(one.ordinal, last.get(agent, 0))
    met: dict[Epoch, tuple[int, datetime]] = {}
    for batch in batches:
        key = (batch.agent, batch.epoch)
        if key not in found and key not in met:
            last[batch.agent] = last.get(batch.agent, 0) + 1
            met[key] = (last[batch.agent], batch.received_at)
    return found | hot.begin(connection, met)


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
    connection: Connection,
    batches: Iterable[Batch],
    known: Mapping[Epoch, Known],
    counts: Mapping[Epoch, Count],
) -> dict[Key, int]:
    """The numbers of the rows that never came before: one that was pruned does not come back."""
    rows = []
    for batch in batches:
        agent, epoch, received_at, sent = batch.agent, batch.epoch, batch.received_at, batch.rows
        stream, count = known[agent, epoch].id, counts[agent, epoch]
        for row in sorted(sent, key=_seq) if len(sent) > 1 else sent:
            seq = row.seq
            if seq > count.highest_seq or not count.knows(seq):
                rows.append(
                    (stream, agent, epoch, seq, row.kind, row.at, received_at, row.body, row.sha256)
                )
    return hot.add(connection, rows)


def _seq(row: Row) -> int:
    return row.seq


def _count(
    connection: Connection,
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    known: Mapping[Epoch, Known],
    counts: Mapping[Epoch, Count],
) -> None:
    """Move each epoch's highest number on; open gaps where numbers were left out, and fill them."""
    heard: dict[Epoch, datetime] = {}
    now = dict(counts)
    for batch in batches:
        key = (batch.agent, batch.epoch)
        came = [row.seq for row in batch.rows if (*key, row.seq) in new]
        now[key] = counted(now[key], came, batch.received_at)
        heard[key] = max(batch.received_at, heard.get(key, batch.received_at))
    for key, after in now.items():
        if after.missing != counts[key].missing:
            numbers.keep(connection, key, counts[key], after)
    hot.mark_counted(
        connection, {known[key].id: (at, now[key].highest_seq) for key, at in heard.items()}
    )


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
                )
    return newest.values()


def _asks(
    connection: Connection,
    batches: Sequence[Batch],
    new: Mapping[Key, int],
    assets: Mapping[str, str | None],
) -> dict[str, tuple[Ask, ...]]:
    """Close the asks whose receipts came, and take what is newly asked."""
    if not batches:
        return {}
    now = max(batch.received_at for batch in batches)
    for batch in batches:
        for row in batch.rows:
            if row.job is not None and (batch.agent, batch.epoch, row.seq) in new:
                asks.done(connection, now, assets[batch.agent] or "", row.job, row.outcome)
    named = {asset for asset in assets.values() if asset is not None}
    if not hot.anything_asked(connection, named):
        return {}
    return dict(asks.hand_over(connection, now, named))


def _stored(
    batch: Batch, new: Mapping[Key, int], conflicting: set[Key], asked: tuple[Ask, ...]
) -> Stored:
    one = len(batch.rows) == 1 and not asked and not conflicting
    if one and (batch.agent, batch.epoch, batch.rows[0].seq) in new:
        return ONE
    return _counted_up(batch, new, conflicting, asked)


def _counted_up(
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
