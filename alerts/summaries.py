"""A ward's day for its city, made from recorded rows alone: counted again, it is the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from alerts.history import day_end, targets_at
from alerts.targets import Target
from collector.inventory.model import Inventory
from collector.readings import Verdict
from collector.summary import outbox
from collector.summary.wire import Item, Summary, Tally

SETTLED = timedelta(minutes=10)
"""After midnight: a round of judgement that began before it has been written down by then."""
LOOK_BACK_DAYS = 31
"""A ward whose duties stood still for so long still tells each day."""


def summary(connection: Connection, inventory: Inventory, day: date, revision: int) -> Summary:
    """The three figures of that day without a subject's name; `revision` counts corrections."""
    figures = targets_at(connection, inventory, day)
    return Summary(1, inventory.site.id, day, revision, tuple(_item(one) for one in figures))


def make(
    connection: Connection, inventory: Inventory, now: datetime, joined_on: date
) -> tuple[date, ...]:
    """Make every day that has ended since the ward joined and is not made yet; which were made."""
    made = []
    for day in ended(now, inventory.site.timezone):
        if day >= joined_on and not outbox.revisions(connection, day):
            outbox.put(connection, summary(connection, inventory, day, 1), now)
            made.append(day)
    return tuple(made)


def revise(connection: Connection, inventory: Inventory, now: datetime, day: date) -> int:
    """Make that day once more, as it is counted now: the inventory was corrected. Its number."""
    revision = outbox.revisions(connection, day) + 1
    outbox.put(connection, summary(connection, inventory, day, revision), now)
    return revision


def ended(now: datetime, timezone: str) -> tuple[date, ...]:
    """The days that are over for good by the site's calendar, the oldest first."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    days = (today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, 0, -1))
    return tuple(day for day in days if day_end(day, timezone) + SETTLED <= now)


def _item(target: Target) -> Item:
    return Item(
        item=target.item,
        passing=target.passing,
        failing=target.failing,
        unknown=target.unknown,
        kinds=_tallies((row.kind, row.verdict) for row in target.rows),
        rules=_tallies((why.rule, why.verdict) for row in target.rows for why in row.why),
        serious_incidents=target.serious_incidents,
    )


def _tallies(judged: Iterable[tuple[str, Verdict]]) -> tuple[Tally, ...]:
    count = Counter(judged)
    return tuple(
        Tally(name, count[name, "pass"], count[name, "fail"], count[name, "unknown"])
        for name in sorted({name for name, _ in count})
    )
