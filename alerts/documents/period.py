"""The span that a periodic paper reports on: a half-year, a year, or the security year of the law."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from collector.lines.period import month_of


class PeriodError(Exception):
    """No such period, worded for the operator."""


class Period(Struct, frozen=True):
    """Days, both ends included. `id` is as people ask for it: `2026H2`, `2026`."""

    id: str
    year: int
    half: int | None
    first: date
    last: date

    def ends_at(self, zone: ZoneInfo, now: datetime) -> datetime:
        """The moment of its figures: its end, or of a running one the last midnight that passed.

        The same all day long, so that a paper made twice is the same bytes.
        """
        end = datetime.combine(self.last + timedelta(days=1), time(), zone)
        midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
        return min(end, midnight)

    def starts_at(self, zone: ZoneInfo) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), zone)

    def months(self, zone: ZoneInfo, now: datetime) -> tuple[tuple[str, datetime], ...]:
        """Each month's name and the moment of its figures, as far as they have begun."""
        end, found, year, month = self.ends_at(zone, now), [], self.first.year, self.first.month
        while datetime(year, month, 1, tzinfo=zone) < end:
            name = f"Tháng {month}"
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
            found.append((name, min(datetime(year, month, 1, tzinfo=zone), end)))
        return tuple(found)


def period(text: str) -> Period:
    """`2026H1`, `2026H2` or `2026`. Raises PeriodError."""
    found = re.fullmatch(r"(20[0-9]{2})(?:[Hh]([12]))?", text.strip())
    if found is None:
        raise PeriodError(f"{text!r} is no period: write 2026H1, 2026H2 or 2026")
    year, half = int(found[1]), int(found[2]) if found[2] else None
    first = date(year, 7 if half == 2 else 1, 1)
    last = date(year, 6, 30) if half == 1 else date(year, 12, 31)
    return Period(text.strip().upper(), year, half, first, last)


def month(text: str) -> Period:
    """`2026-11`. Raises PeriodError."""
    span = month_of(text.strip())
    if span is None:
        raise PeriodError(f"{text!r} is no month: write 2026-11")
    return Period(text.strip(), span[0].year, None, *span)


def security_year(text: str) -> Period:
    """15 December of the year before to 14 December (Nghị định 331/2026/NĐ-CP, Điều 35)."""
    found = period(text)
    if found.half is not None:
        raise PeriodError("the security report is for a whole year: write 2026")
    return Period(
        found.id, found.year, None, date(found.year - 1, 12, 15), date(found.year, 12, 14)
    )
