"""When each PC is usually on, learned from its own hours: a silence at another time is no news."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import BigInteger, Connection, func, select, type_coerce

from collector.store.columns import EPOCH
from collector.store.tables import agents, load_hours

LEARNED_FROM = timedelta(weeks=8)
"""Long enough that a week's leave is no habit, short enough that a new post's hours become one."""
LEAST_WEEKS = 3
WEEK_HOURS = 168
RARE_MINUTES = 10.0
"""On for less than this in the average week: not its hour."""
FULL_MINUTES = 45.0
EARLIER_MINUTES = 10.0
"""In its last hour of a day a PC goes so much earlier than on average without that being news."""
MOST_PCS = 500
"""A ward has eighty; to learn a whole country's hours each hour would cost more than it tells."""


class Usual(Struct, frozen=True):
    """Minutes that a PC was on in each hour of the week (UTC, Thursday 00:00 first), on average."""

    minutes: tuple[float, ...]

    def expects(self, now: datetime) -> bool:
        """Whether it is usually on at this minute.

        In an hour that it usually leaves in, or comes in, that is its first or its last minutes.
        """
        hours, seconds = divmod(int((now - EPOCH).total_seconds()), 3600)
        here, minute = self.minutes[hours % WEEK_HOURS], seconds / 60
        if here < RARE_MINUTES:
            return False
        if self.minutes[(hours + 1) % WEEK_HOURS] < RARE_MINUTES:
            return minute < here - EARLIER_MINUTES
        if here < FULL_MINUTES and self.minutes[(hours - 1) % WEEK_HOURS] < RARE_MINUTES:
            return minute >= 60 - here
        return True

    def expects_all(self, since: datetime, until: datetime) -> bool:
        """Whether it is usually on at each moment of that span: no night lies in it."""
        if until - since > timedelta(days=1):
            return False
        at = since
        while at < until:
            if not self.expects(at):
                return False
            at += timedelta(minutes=15)
        return self.expects(until)


def usual(connection: Connection, now: datetime) -> Mapping[str, Usual]:
    """By asset; of a PC that is known for less than three weeks nothing is learned yet."""
    since = now - LEARNED_FROM
    approved = select(agents.c.id, agents.c.asset).where(agents.c.state == "approved")
    fleet = {row.id: row.asset for row in connection.execute(approved)}
    if len(fleet) > MOST_PCS:
        return {}
    slot = (type_coerce(load_hours.c.hour_at, BigInteger) // 3_600_000_000) % WEEK_HOURS
    rows = connection.execute(
        select(
            load_hours.c.agent,
            slot.label("slot"),
            func.sum(load_hours.c.count).label("loads"),
            func.min(load_hours.c.hour_at).label("first"),
        )
        .where(load_hours.c.hour_at >= since, load_hours.c.hour_at < now)
        .group_by(load_hours.c.agent, slot)
    )
    loads: dict[str, list[float]] = {}
    first: dict[str, datetime] = {}
    for row in rows:
        loads.setdefault(row.agent, [0.0] * WEEK_HOURS)[int(row.slot)] = float(row.loads)
        first[row.agent] = min(row.first, first.get(row.agent, row.first))
    found = {}
    for agent, counts in loads.items():
        weeks = (now - first[agent]).total_seconds() / 604_800
        asset = fleet.get(agent)
        if asset is not None and weeks >= LEAST_WEEKS:
            found[asset] = Usual(tuple(min(count / weeks, 60.0) for count in counts))
    return found
