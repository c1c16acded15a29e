"""One line over a span of days: how much of it the line was up, what broke it, how fast it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Connection

from collector import office_hours
from collector.inventory.model import Inventory, Line
from collector.lines import interruptions, speed_tests
from collector.lines.availability import Sum
from collector.lines.blame import PROVIDERS, Party
from collector.lines.days import bounds, by_day, total
from collector.lines.interruptions import Interruption
from collector.lines.speed_tests import Measured


class Lost(Struct, frozen=True):
    """What an interruption took of the span, and of the office hours in it."""

    interruption: Interruption
    seconds: float
    office_seconds: float


class Share(Struct, frozen=True):
    """What one party is to blame for."""

    party: Party
    count: int
    seconds: float
    office_seconds: float


class LinePeriod(Struct, frozen=True):
    """From the first day to the last, both with them; a running span ends at `until`."""

    line: str
    first: date
    last: date
    until: datetime
    days: Mapping[date, Sum]
    total: Sum
    seconds: float
    """All of the span, looked at or not."""
    office_seconds: float
    lost: tuple[Lost, ...]
    """Oldest first."""
    tests: tuple[Measured, ...]
    """Oldest first, those without figures too."""

    @property
    def unseen_seconds(self) -> float:
        """Nobody looked: neither up nor down."""
        return max(0.0, self.seconds - self.total.all_seconds)

    @property
    def unseen_office_seconds(self) -> float:
        """The same of office hours."""
        return max(0.0, self.office_seconds - self.total.office_seconds)

    @property
    def shares(self) -> tuple[Share, ...]:
        """By party, the costliest first."""
        found: dict[Party, list[Lost]] = {}
        for one in self.lost:
            found.setdefault(one.interruption.party, []).append(one)
        shares = (
            Share(
                party,
                len(many),
                sum(one.seconds for one in many),
                sum(one.office_seconds for one in many),
            )
            for party, many in found.items()
        )
        return tuple(sorted(shares, key=lambda one: (-one.seconds, one.party)))

    @property
    def measured(self) -> tuple[Measured, ...]:
        """The tests over the Internet that came to figures: those that a contract is held to."""
        return tuple(
            one
            for one in self.tests
            if one.scope == "internet"
            and one.down_bits_per_second is not None
            and one.up_bits_per_second is not None
        )

    def seconds_of_provider(self, *, office: bool) -> float:
        """What the provider has to answer for."""
        told = (one for one in self.shares if one.party in PROVIDERS)
        return sum(one.office_seconds if office else one.seconds for one in told)


def month_of(text: str) -> tuple[date, date] | None:
    """The first and the last day of `2026-11`; None where that is no month."""
    try:
        first = datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007 - a date
    except ValueError:
        return None
    # The months before and after are asked for too: no calendar has them at its ends.
    if len(text) != len("2026-11") or not 1 < first.year < 9999:
        return None
    return first, next_month(first) - timedelta(days=1)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def period(
    connection: Connection, inventory: Inventory, line: Line, first: date, last: date, now: datetime
) -> LinePeriod:
    """All that is kept of a line between two days; nothing of what is still to come."""
    zone = ZoneInfo(inventory.site.timezone)
    begin, until = bounds(first, zone)[0], min(bounds(last, zone)[1], now)
    until = max(begin, until)
    shown = min(last, (now - timedelta(microseconds=1)).astimezone(zone).date())
    days = by_day(connection, inventory, line, first, shown, now) if shown >= first else {}
    return LinePeriod(
        line=line.id,
        first=first,
        last=last,
        until=until,
        days=dict(sorted(days.items())),
        total=total(days.values()),
        seconds=(until - begin).total_seconds(),
        office_seconds=office_hours.open_seconds(inventory.site, begin, until),
        lost=tuple(
            _lost(inventory, one, begin, until)
            for one in interruptions.during(connection, line.id, begin, until)
        ),
        tests=speed_tests.between(connection, line.id, begin, until),
    )


def _lost(inventory: Inventory, one: Interruption, begin: datetime, until: datetime) -> Lost:
    first, last = max(one.began_at, begin), min(one.ended_at or until, until)
    office = office_hours.open_seconds(inventory.site, first, last)
    return Lost(one, max(0.0, (last - first).total_seconds()), office)
