"""A month of one line as its tables keep it: days, hours, a day of readings, breaks, speed tests."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, insert, select

from collector import office_hours
from collector.inventory.model import Inventory, Line
from collector.line_readings import LineReading, Target
from collector.lines import days, ledger, tables
from collector.lines.blame import Observer, Party
from collector.lines.votes import COLLECTOR
from collector.store.tables import line_hours

VOTERS = ("pc-chanh-van-phong", "pc-mot-cua-1")
BREAKS: tuple[tuple[int, int, float, Party, str], ...] = (
    # Day of the month, hour of the office's own clock, minutes, whose fault, why.
    (7, 9, 12.0, "provider-access", "hop-silent"),
    (9, 14, 4.5, "provider-upstream", "hop-answers"),
    (12, 22, 30.0, "power", "on-battery"),
    (17, 10, 2.0, "router", "router-silent"),
    (20, 8, 1.5, "unknown", "one-observer"),
)
UNSEEN_DAY = 14
"""Nobody looked all that day."""


def fill(
    connection: Connection, inventory: Inventory, line: Line, first: date, until: datetime
) -> None:
    """That month up to an instant."""
    zone = ZoneInfo(inventory.site.timezone)
    day = first
    while datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1) <= until:
        if day.day != UNSEEN_DAY:
            connection.execute(insert(tables.days).values(_day(inventory, line, day)))
            connection.execute(insert(tables.speed_tests).values(_test(line, day, zone)))
        day += timedelta(days=1)
    for number, (on, hour, minutes, party, because) in enumerate(BREAKS, 1):
        began = datetime(first.year, first.month, on, hour, 5, tzinfo=zone)
        if began + timedelta(minutes=minutes) > until:
            continue
        connection.execute(
            insert(tables.interruptions).values(
                line=line.id,
                began_at=began,
                ended_at=began + timedelta(minutes=minutes),
                party=party,
                because=because,
                evidence=msgspec.json.encode(_votes(party, number)).decode(),
                judged_at=began + timedelta(minutes=minutes + 1),
            )
        )


def _day(inventory: Inventory, line: Line, day: date) -> dict[str, object]:
    zone = ZoneInfo(inventory.site.timezone)
    begin, end = days.bounds(day, zone)
    office = office_hours.open_seconds(inventory.site, begin, end)
    down = [one for one in BREAKS if one[0] == day.day]
    down_seconds = sum(one[2] * 60 for one in down)
    office_down = sum(
        office_hours.open_seconds(inventory.site, at, at + timedelta(minutes=one[2]))
        for one in down
        for at in [datetime(day.year, day.month, day.day, one[1], 5, tzinfo=zone)]
    )
    return {
        "line": line.id,
        "day": str(day),
        "all_seconds": 86400.0,
        "all_up_seconds": 86400.0 - down_seconds,
        "office_seconds": office,
        "office_up_seconds": office - office_down,
        "interruptions": len(down),
    }


def _test(line: Line, day: date, zone: ZoneInfo) -> dict[str, object]:
    at = datetime(day.year, day.month, day.day, 11, 40, tzinfo=zone)
    share = 0.62 if day.day in {5, 6} else 0.96 + 0.02 * math.sin(day.day)
    failed = day.day == 8
    return {
        "line": line.id,
        "asset": VOTERS[day.day % 2],
        "report": 100 + day.day,
        "generation": day.day,
        "at": at,
        "provider": "http",
        "server": "do-toc-do.saokhue.example:8099",
        "scope": "internet",
        "down_bits_per_second": None if failed else line.down_mbit_per_second * 1e6 * share,
        "up_bits_per_second": None if failed else line.up_mbit_per_second * 1e6 * (share - 0.01),
        "latency_seconds": 0.0041,
        "jitter_seconds": 0.0006,
        "bytes_used": 12_000_000 if failed else 520_000_000,
        "error": "the server did not answer" if failed else None,
    }


def _votes(party: Party, number: int) -> tuple[Observer, ...]:
    """The collector's own look first, then two PCs, each with its report."""
    gateway = party not in {"router", "power"}
    hop = party == "provider-upstream"
    seen = [("may-chu", None), *((name, number * 10 + n) for n, name in enumerate(VOTERS))]
    if party == "unknown":
        seen = [(COLLECTOR, None)]  # as where it stands in no inventory
    return tuple(
        Observer(asset, report, link=True, gateway=gateway, hop=hop, targets=False)
        for asset, report in seen
    )


def late(connection: Connection, line: Line, now: datetime) -> None:
    """A day of readings, and a fortnight of hours."""
    for minutes in range(24 * 60 - 2, -1, -2):
        at = now - timedelta(minutes=minutes)
        wave = math.sin(minutes / 90)
        up = not 300 <= minutes < 312
        told = tuple(
            Target(one, 0.006 + 0.003 * wave**2, None, 0.0008 + 0.0004 * wave**2, 0.0, 4)
            if up
            else Target(one, None, "timed out", None, 1.0, 4)
            for one in line.targets
        )
        ledger.record(connection, LineReading(line.id, at, up, told))
    hour_at = now.replace(minute=0, second=0, microsecond=0)
    for hours in range(1, 24 * 14):
        wave = math.sin(hours / 4)
        connection.execute(
            insert(line_hours).values(
                line=line.id,
                hour_at=hour_at - timedelta(hours=hours),
                count=120,
                up_count=96 if hours == 100 else 120,
                latency_count=120,
                latency_seconds_sum=120 * (0.006 + 0.004 * wave**2),
                latency_seconds_min=0.004,
                latency_seconds_max=0.02,
                asked_count=960,
                answered_count=800 if hours == 100 else 958,
                jitter_count=120,
                jitter_seconds_sum=120 * (0.0009 + 0.0005 * wave**2),
                jitter_seconds_max=0.004,
            )
        )


def looks_around(connection: Connection, line: Line, number: int) -> None:
    """What the collector saw from five minutes before that interruption to five after it."""
    row = connection.execute(
        select(tables.interruptions).where(tables.interruptions.c.id == number)
    ).one()
    at, end = row.began_at - timedelta(minutes=4), row.ended_at + timedelta(minutes=4)
    while at < end:
        up = not row.began_at <= at < row.ended_at
        latency, error = (0.0062, None) if up else (None, "timed out")
        told = tuple(Target(one, latency, error, None, float(not up), 4) for one in line.targets)
        hop = Target(line.hop or "-", 0.0021 if up else None, error, None, float(not up), 4)
        gateway = Target(line.gateway or "-", 0.0006, None, None, 0.0, 4)
        ledger.record(connection, LineReading(line.id, at, up, told, gateway, hop))
        at += timedelta(seconds=30)
