"""Finds in what has come the signs of a copied key: numbers used twice, an old epoch that goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from collector.batch import Batch, Row
from collector.hot import Epoch, Key, Known
from collector.quarantine import Cause, keep, two_machines
from collector.store.tables import reports

LOOK_UP = 5_000  # numbers in one question: SQLite takes 32,766 parameters at most


def conflicting(
    connection: Connection,
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    known: Mapping[Epoch, Known],
) -> set[Key]:
    """Numbers that were stored before with other bytes than these; the bytes are kept aside."""
    found: set[Key] = set()
    first: dict[Key, bytes] = {}
    for batch in batches:
        sent: dict[int, Row] = {}
        for row in batch.rows:
            key = (batch.agent, batch.epoch, row.seq)
            # Of one group the first was stored: a second under its number is looked up like others.
            if key not in new or first.setdefault(key, row.sha256) != row.sha256:
                sent[row.seq] = row
        asked = list(sent)
        clashing: list[Row] = []
        for start in range(0, len(asked), LOOK_UP):
            held = connection.execute(
                select(reports.c.seq, reports.c.sha256).where(
                    reports.c.stream == known[batch.agent, batch.epoch].id,
                    reports.c.seq.in_(asked[start : start + LOOK_UP]),
                )
            )
            clashing += [sent[row.seq] for row in held if bytes(row.sha256) != sent[row.seq].sha256]
        if clashing:
            keep(connection, batch.agent, batch.epoch, batch.received_at, clashing)
            found |= {(batch.agent, batch.epoch, row.seq) for row in clashing}
    return found


def copied(
    batches: Iterable[Batch],
    new: Mapping[Key, int],
    clashing: set[Key],
    known: Mapping[Epoch, Known],
    machines: Mapping[Epoch, str],
) -> dict[str, Cause]:
    """The agents whose key is held by two machines, with how it showed."""
    found: dict[str, Cause] = {agent: "same-number" for agent, _, _ in clashing}
    by_agent: dict[str, dict[str, Known]] = {}
    for (agent, epoch), one in known.items():
        by_agent.setdefault(agent, {})[epoch] = one
    for batch in batches:
        mine = by_agent[batch.agent]
        if batch.agent in found or len(mine) == 1:
            continue
        highest = mine[batch.epoch].count.highest_seq
        went_on = any(
            row.seq > highest and (batch.agent, batch.epoch, row.seq) in new for row in batch.rows
        )
        told = {e: machines.get((batch.agent, e)) or one.machine for e, one in mine.items()}
        ordinals = {e: one.ordinal for e, one in mine.items()}
        if went_on and two_machines(batch.epoch, told, ordinals):
            found[batch.agent] = "two-machines"
    return found
