"""Lines of ClamAV's log that tell of something found: when, and neither which file nor what."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from agent.parse.journal import Entry
from agent.parse.syslog import MONTHS

FOUND = re.compile(r".{1,4096}: \S{1,256} FOUND")
TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4}) -> ")
"""Put in front with `LogTime yes` (clamd.conf(5)), as ctime(3) writes it, in the PC's own zone."""


def entries(line: str, now: datetime, zone: tzinfo = UTC) -> tuple[Entry, ...]:
    """One entry for a line of something found; without a time of its own it is of `now`."""
    timed = TIME.match(line)
    if not FOUND.fullmatch(line, timed.end() if timed else 0):
        return ()
    return (Entry("", (_at(timed, zone) if timed else None) or now, "clamd", ""),)


def _at(timed: re.Match[str], zone: tzinfo) -> datetime | None:
    month, day, hour, minute, second, year = timed.groups()
    if month not in MONTHS:
        return None
    try:
        clock = (int(hour), int(minute), int(second))
        at = datetime(int(year), MONTHS.index(month) + 1, int(day), *clock, tzinfo=zone)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
