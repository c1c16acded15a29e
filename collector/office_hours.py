"""Whether the office is open: its weekdays, its holidays, in its own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collector.inventory.model import OfficeHours, Site


def is_open(site: Site, now: datetime) -> bool:
    """Whether people are to be at work; a span holds its first minute and not its last."""
    local = now.astimezone(ZoneInfo(site.timezone))
    if any(holiday.first <= local.date() <= holiday.last for holiday in site.holidays):
        return False
    return any(_within(span, local.time()) for span in _day(site.office_hours, local.weekday()))


def open_since(site: Site, now: datetime) -> datetime | None:
    """When the running span of office hours began; None while the office is closed."""
    if not is_open(site, now):
        return None
    local = now.astimezone(ZoneInfo(site.timezone))
    spans = _day(site.office_hours, local.weekday())
    running = next(span for span in spans if _within(span, local.time()))
    first = time.fromisoformat(running.split("-")[0])
    return local.replace(hour=first.hour, minute=first.minute, second=0, microsecond=0)


def open_seconds(site: Site, first: datetime, last: datetime) -> float:
    """How much of a span of time lies in office hours."""
    zone, found = ZoneInfo(site.timezone), 0.0
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    while day <= end:
        if not any(holiday.first <= day <= holiday.last for holiday in site.holidays):
            for span in _day(site.office_hours, day.weekday()):
                opens, shuts = (
                    datetime.combine(day, time.fromisoformat(one), zone) for one in span.split("-")
                )
                found += max(0.0, (min(shuts, last) - max(opens, first)).total_seconds())
        day += timedelta(days=1)
    return found


def rested(site: Site, first: datetime, last: datetime) -> timedelta:
    """How much of a span of time lies on days on which the office does not open at all."""
    zone, found = ZoneInfo(site.timezone), timedelta()
    day, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    while day <= end:
        closed = any(holiday.first <= day <= holiday.last for holiday in site.holidays)
        if closed or not _day(site.office_hours, day.weekday()):
            begins = datetime.combine(day, time(), zone)
            ends = datetime.combine(day + timedelta(days=1), time(), zone)
            # In UTC: between two moments of one zone Python counts the clock's hands, not the time.
            found += max(timedelta(), _utc(min(ends, last)) - _utc(max(begins, first)))
        day += timedelta(days=1)
    return found


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _day(hours: OfficeHours, weekday: int) -> tuple[str, ...]:
    return (
        hours.monday,
        hours.tuesday,
        hours.wednesday,
        hours.thursday,
        hours.friday,
        hours.saturday,
        hours.sunday,
    )[weekday]


def _within(span: str, at: time) -> bool:
    first, last = (time.fromisoformat(end) for end in span.split("-"))
    return first <= at < last
