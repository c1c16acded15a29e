"""What the collector may ask of an agent: a closed list, handed over with the next answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import Connection, insert, select, update

from collector.sections import SET
from collector.store.among import among
from collector.store.tables import asks
from collector.wire import Ask

Job = Literal["report-now", "backup", "speed-test", "escrow"]
JOBS: tuple[Job, ...] = get_args(Job)
TAKES_AN_ID: tuple[Job, ...] = ("backup", "speed-test")
"""Of a set or of a line that is pinned on the PC; these send a receipt."""
AT_ONCE = 10  # in one answer to one agent: a long queue does not delay the reports behind it
STALE = timedelta(days=2)  # by then the schedule has asked anew


class AskError(Exception):
    """A job that is not on the list, or an argument that does not fit it."""


def ask(connection: Connection, now: datetime, asset: str, job: str, argument: str | None) -> int:
    """Put one job in the queue of an asset and return its number. Raises AskError.

    While the same is still open for that asset, its number is returned and nothing is added: a PC
    that was off for a week finds one backup to make, not seven.
    """
    if job not in JOBS:
        raise AskError(f"unknown job {job}: one of {', '.join(JOBS)}")
    if (job in TAKES_AN_ID) != (argument is not None and bool(SET.fullmatch(argument))):
        raise AskError(f"job {job} does not take the argument {argument}")
    found = open_ask(connection, asset, job, argument)
    if found is not None:
        return found
    number: int = connection.execute(
        insert(asks)
        .values(asset=asset, job=job, argument=argument, asked_at=now)
        .returning(asks.c.id)
    ).scalar_one()
    return number


def open_ask(connection: Connection, asset: str, job: str, argument: str | None) -> int | None:
    """The number of the same job where it is still to be handed over or still at work."""
    return connection.execute(
        select(asks.c.id)
        .where(
            asks.c.asset == asset,
            asks.c.job == job,
            asks.c.argument.is_not_distinct_from(argument),
            asks.c.done_at.is_(None),
        )
        .limit(1)
    ).scalar_one_or_none()


def hand_over(
    connection: Connection, now: datetime, assets: Collection[str]
) -> Mapping[str, tuple[Ask, ...]]:
    """What is newly asked of these assets, marked as handed over in the caller's transaction.

    Handed over once: an answer that is lost on its way costs one turn of the schedule, while a
    job that is handed over twice would run twice. A job that sends no receipt is done with that.
    """
    rows = connection.execute(
        select(asks.c.id, asks.c.asset, asks.c.job, asks.c.argument)
        .where(
            among(connection, asks.c.asset, assets),
            asks.c.handed_at.is_(None),
            asks.c.done_at.is_(None),
        )
        .order_by(asks.c.id)
    ).all()
    handed: dict[str, tuple[Ask, ...]] = {}
    for row in rows:
        mine = handed.get(row.asset, ())
        if len(mine) < AT_ONCE:
            handed[row.asset] = (*mine, Ask(row.id, row.job, row.argument))
    given = [one for mine in handed.values() for one in mine]
    if given:
        numbers = [one.id for one in given]
        connection.execute(update(asks).where(asks.c.id.in_(numbers)).values(handed_at=now))
    for one in given:
        if one.job not in TAKES_AN_ID:
            connection.execute(
                update(asks).where(asks.c.id == one.id).values(done_at=now, outcome="handed over")
            )
    return handed


def hand_back(connection: Connection, handed: Iterable[Ask]) -> None:
    """Put in the queue again what was handed over in this transaction and cannot be delivered."""
    numbers = [one.id for one in handed]
    if numbers:
        connection.execute(
            update(asks)
            .where(asks.c.id.in_(numbers))
            .values(handed_at=None, done_at=None, outcome=None)
        )


def done(connection: Connection, now: datetime, asset: str, number: int, outcome: str) -> None:
    """Close an ask of that asset; another's number, or one that is closed, changes nothing."""
    connection.execute(
        update(asks)
        .where(asks.c.id == number, asks.c.asset == asset, asks.c.done_at.is_(None))
        .values(done_at=now, outcome=outcome)
    )


def withdraw(connection: Connection, now: datetime, job: Job, before: datetime) -> int:
    """Close the asks of a job that nobody has finished since then; returns how many."""
    old = connection.execute(
        update(asks)
        .where(asks.c.job == job, asks.c.asked_at < before, asks.c.done_at.is_(None))
        .values(done_at=now, outcome="given up: no receipt came")
        .returning(asks.c.id)
    )
    return len(old.all())


def give_up(connection: Connection, now: datetime) -> int:
    """Close what nobody took up or nobody finished in two days; returns how many."""
    old = connection.execute(
        update(asks)
        .where(asks.c.asked_at < now - STALE, asks.c.done_at.is_(None))
        .values(done_at=now, outcome="given up: no receipt came")
        .returning(asks.c.id)
    )
    return len(old.all())
