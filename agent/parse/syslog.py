"""Lines of a text log as rsyslog writes them, in both of its forms of time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from agent.parse.journal import LONGEST, Entry

HEAD = re.compile(
    r"(?:(?P<iso>\d{4}-\d\d-\d\dT\S{8,24})|(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) "
    r"(?P<time>\d\d:\d\d:\d\d)) \S+ (?P<program>[^\s\[\]:]{1,64})\]?(?:\[\d+\])?: (?P<message>.*)"
)
"""RSYSLOG_FileFormat, the default since Debian 12, and RSYSLOG_TraditionalFileFormat (rsyslog.conf(5))."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
AHEAD = timedelta(days=1)
"""A line from later than this is of the year before: the traditional form has no year."""
REPEATED = re.compile(r"message repeated (\d{1,6}) times: \[ ?(.*?)\]?$")
MOST_REPEATED = 1000


def entries(line: str, now: datetime, zone: tzinfo = UTC) -> tuple[Entry, ...]:
    """The entry of a line, as often as it says that it was repeated; none where it is no line.

    `zone` is the PC's own, which the traditional form is written in.
    """
    found = HEAD.match(line)
    at = _at(found, now, zone) if found else None
    if not found or not at:
        return ()
    message, times = found["message"], 1
    if repeated := REPEATED.match(message):
        times, message = min(int(repeated[1]), MOST_REPEATED), repeated[2]
    return (Entry("", at, found["program"], message[:LONGEST]),) * times


def _at(found: re.Match[str], now: datetime, zone: tzinfo) -> datetime | None:
    try:
        if found["iso"]:
            at = datetime.fromisoformat(found["iso"])
            return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        month = MONTHS.index(found["month"]) + 1
        hour, minute, second = map(int, found["time"].split(":"))
        clock = time(hour, minute, second)
        for year in range(now.year + 1, now.year - 5, -1):
            if month == 2 and int(found["day"]) == 29 and not _is_leap(year):
                continue
            day = datetime(year, month, int(found["day"]), tzinfo=zone)
            at = datetime.combine(day, clock, zone).astimezone(UTC)
            if at <= now + AHEAD:
                return at
    except (ValueError, OverflowError):
        return None  # no month, no day of it: no line of rsyslog's
    return None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
