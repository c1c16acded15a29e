"""Whether the office is open: its weekdays, its holidays, in its own time zone."""

from __future__ import annotations

from datetime import datetime, time
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
