"""The three figures at the end of each of the last days, told again from recorded changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Connection, select

from alerts import history, queries, rows
from alerts.finding import Finding
from alerts.tables import finding_changes
from alerts.targets import figures
from collector.inventory.model import Inventory

DAYS = 30


class Day(Struct, frozen=True):
    """The share that passes of items 23, 27 and 28, in percent; None where nothing was known."""

    day: date
    shares: tuple[float | None, float | None, float | None]


def days(connection: Connection, inventory: Inventory, now: datetime) -> tuple[Day, ...]:
    """Oldest first, today as it stands so far; none from before the first judgement."""
    zone = ZoneInfo(inventory.site.timezone)
    today = now.astimezone(zone).date()
    changes = connection.execute(
        select(finding_changes.c.at, finding_changes.c.finding).order_by(finding_changes.c.id)
    ).all()
    incidents = queries.all_incidents(connection)
    known: dict[tuple[str, str], Finding] = {}
    told, place = [], 0
    for back in range(DAYS - 1, -1, -1):
        day = today - timedelta(days=back)
        end = min(history.day_end(day, inventory.site.timezone), now + timedelta(seconds=1))
        while place < len(changes) and changes[place].at < end:
            finding = rows.finding_of(changes[place].finding)
            known[finding.rule, finding.subject] = finding
            place += 1
        if known:
            first = history.half_year(end - timedelta(microseconds=1), inventory.site.timezone)
            serious = queries.serious_incidents(incidents, first, end)
            ratios = [one.ratio for one in figures(inventory, tuple(known.values()), serious)]
            told.append(Day(day, tuple(_percent(one) for one in ratios)))  # type: ignore[arg-type]
    return tuple(told)


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * ratio, 1)
