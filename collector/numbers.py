"""The numbers of each agent's reports in the store: what came, what is missing, what was given up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from collector import counting
from collector.counting import Count, Missing
from collector.hot import Epoch
from collector.readings import Natural
from collector.store.tables import epochs, gaps, losses


class Declared(Struct, frozen=True):
    """Kind `loss`: reports of this epoch that will never come. None: the agent does not know."""

    cause: str
    from_seq: Natural | None = None
    to_seq: Natural | None = None
    count: Natural | None = None


class Numbers(Struct, frozen=True):
    """One agent over all its epochs: accepted = stored + declared_lost + missing.

    What still waits in the agent's spool is not among them but for numbers that were overtaken:
    those count as missing until they come.
    """

    accepted: int = 0
    """The highest number of each epoch: what the agent is known to have taken down."""
    stored: int = 0
    declared_lost: int = 0
    missing: int = 0
    missing_restored: int = 0
    """Of the missing: what the collector's own lost disk had held."""
    unnumbered_losses: int = 0
    """Declarations of spools that could not be read: how many reports they held nobody knows."""
    missing_since_at: datetime | None = None


class _Sent(Struct, frozen=True):
    section: msgspec.Raw


CAUSE_SIGNS = 300
"""As much as is kept of an agent's words: they are shown, never judged."""
_DECLARED = msgspec.json.Decoder(Declared)
_SECTION = msgspec.json.Decoder(_Sent)


def with_missing(connection: Connection, epoch: Epoch, count: Count) -> Count:
    """The same count with its gaps: read for those alone who send an old number."""
    rows = connection.execute(
        select(gaps)
        .where(gaps.c.agent == epoch[0], gaps.c.epoch == epoch[1])
        .order_by(gaps.c.from_seq)
    )
    missing = tuple(Missing(row.from_seq, row.to_seq, row.opened_at, row.cause) for row in rows)
    return count._replace(missing=missing)


def keep(connection: Connection, epoch: Epoch, before: Count, after: Count) -> None:
    """Write what changed among an epoch's gaps; its highest number is the caller's to write."""
    gone = [one.from_seq for one in before.missing if one not in after.missing]
    come = [one for one in after.missing if one not in before.missing]
    if gone:
        connection.execute(
            delete(gaps).where(
                gaps.c.agent == epoch[0],
                gaps.c.epoch == epoch[1],
                gaps.c.from_seq == bindparam("n"),
            ),
            [{"n": number} for number in gone],
        )
    if come:
        connection.execute(
            insert(gaps),
            [
                {
                    "agent": epoch[0],
                    "epoch": epoch[1],
                    "from_seq": one.from_seq,
                    "to_seq": one.to_seq,
                    "cause": one.cause,
                    "opened_at": one.opened_at,
                }
                for one in come
            ],
        )


def declare(
    connection: Connection, epoch: Epoch, seq: int, body: str, at: datetime, received_at: datetime
) -> None:
    """Keep a declared loss as a row; one that says nothing sound is kept with its numbers unknown."""
    try:
        section = _SECTION.decode(body).section
        said = _DECLARED.decode(section)
    except (msgspec.DecodeError, RecursionError):
        said = Declared("not understood")
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(losses)
        .values(
            agent=epoch[0],
            epoch=epoch[1],
            seq=seq,
            from_seq=said.from_seq,
            to_seq=said.to_seq,
            count=said.count,
            cause=said.cause.replace("\x00", "")[:CAUSE_SIGNS],
            at=at,
            received_at=received_at,
        )
        .on_conflict_do_nothing()  # two batches of one group may hold the same report
    )


def numbers(connection: Connection, agent: str | None = None) -> Mapping[str, Numbers]:
    """By agent, of one or of all: what was accepted and what became of it."""
    mine = () if agent is None else (agent,)
    counted = _by_epoch(connection, mine)
    declared = _declared(connection, mine)
    found: dict[str, Numbers] = {}
    for epoch, count in counted.items():
        found[epoch[0]] = _added(found.get(epoch[0], Numbers()), count, declared.pop(epoch, ()))
    return found


def _added(before: Numbers, count: Count, declared: Sequence[Declared]) -> Numbers:
    ranges = [
        (one.from_seq, one.to_seq)
        for one in declared
        if one.from_seq is not None and one.to_seq is not None
    ]
    accepted = count.highest_seq - count.counted_from_seq + 1
    gone = counting.lost(count.missing, ranges)
    missing = [
        one for one in count.missing if counting.lost((one,), ranges) < counting.size((one,))
    ]
    since = [one.opened_at for one in missing]
    since += [before.missing_since_at] if before.missing_since_at else []
    restored = [one for one in count.missing if one.cause == "restored"]
    return Numbers(
        accepted=before.accepted + accepted,
        stored=before.stored + accepted - counting.size(count.missing),
        declared_lost=before.declared_lost + gone,
        missing=before.missing + counting.size(count.missing) - gone,
        missing_restored=before.missing_restored
        + counting.size(restored)
        - counting.lost(restored, ranges),
        unnumbered_losses=before.unnumbered_losses
        + sum(one.from_seq is None or one.to_seq is None for one in declared),
        missing_since_at=min(since, default=None),
    )


def _by_epoch(connection: Connection, agents: Collection[str]) -> dict[Epoch, Count]:
    wanted = select(gaps).order_by(gaps.c.from_seq)
    heads = select(epochs.c.agent, epochs.c.epoch, epochs.c.highest_seq, epochs.c.counted_from_seq)
    if agents:
        wanted, heads = (
            wanted.where(gaps.c.agent.in_(agents)),
            heads.where(epochs.c.agent.in_(agents)),
        )
    missing: dict[Epoch, list[Missing]] = {}
    for row in connection.execute(wanted):
        one = Missing(row.from_seq, row.to_seq, row.opened_at, row.cause)
        missing.setdefault((row.agent, row.epoch), []).append(one)
    return {
        (row.agent, row.epoch): Count(
            row.highest_seq, row.counted_from_seq, tuple(missing.get((row.agent, row.epoch), ()))
        )
        for row in connection.execute(heads)
    }


def _declared(connection: Connection, agents: Collection[str]) -> dict[Epoch, list[Declared]]:
    wanted = select(losses)
    if agents:
        wanted = wanted.where(losses.c.agent.in_(agents))
    found: dict[Epoch, list[Declared]] = {}
    for row in connection.execute(wanted):
        said = Declared(row.cause, row.from_seq, row.to_seq)
        found.setdefault((row.agent, row.epoch), []).append(said)
    return found
