"""Lends a line to one PC at a time for a speed test, within hours, budget and what is idle."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select

from collector import leases
from collector.asks import Job
from collector.inventory.lines import SpeedTest
from collector.inventory.model import Inventory, Line
from collector.lines.tables import permits, speed_tests
from collector.state import Machine
from collector.store.tables import asks

JOB: Job = "speed-test"
TERM = timedelta(seconds=75)
"""The line stays lent so long, whatever becomes of the holder: longer than a test may take."""
LENT_SECONDS = 60.0
"""The holder ends by itself before: it counts from before its question, sleep included."""
MBIT = 1_000_000
MEGABYTE = 1_000_000
TEST_SECONDS = 8.0
"""One way, the beginning included, as `agent.bandwidth.measure` has it."""
MARGIN = 1.15
"""A line may be faster than its contract, and the beginning overshoots."""


class RefusedError(Exception):
    """The line is not lent now; says why."""


class Permit(Struct, frozen=True):
    """The answer to the holder: the line is its own for so long, and for so many bytes."""

    generation: int
    ticket: str
    seconds: float
    bytes: int


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/speed/permit`: for which line, by which ask."""

    line: str
    job: int


def lend(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    asset: str,
    wish: Wish,
    machines: Mapping[str, Machine],
) -> Permit:
    """Lend the line to that PC, or raise RefusedError. One row tells who had it, for ever."""
    line = inventory.line(wish.line)
    test = line.speed_test if line else None
    if line is None or test is None or asset not in test.machines:
        raise RefusedError("this PC measures no such line")
    _asked(connection, asset, wish)
    if why := unfit(line, test, inventory.site.timezone, machines, now):
        raise RefusedError(why)
    now = leases.database_now(connection, now)
    left = left_bytes(connection, line, test, inventory.site.timezone, now)
    if left < wanted_bytes(line):
        raise RefusedError("the byte budget of the day is used up")
    ticket = secrets.token_hex(16)
    generation = leases.take(
        connection, lease(line.id), f"{asset}#{wish.job}", hashed(ticket), now, TERM
    )
    if generation is None:
        raise RefusedError("another PC is measuring")
    connection.execute(
        insert(permits).values(
            line=line.id,
            generation=generation,
            asset=asset,
            job=wish.job,
            ticket=hashed(ticket),
            at=now,
            expires_at=now + TERM,
            bytes=left_for_one(line, left),
        )
    )
    return Permit(generation, ticket, LENT_SECONDS, left_for_one(line, left))


def lease(line: str) -> str:
    """How the lease of a line is called."""
    return f"line/{line}"


def hashed(ticket: str) -> str:
    """What is kept of a ticket."""
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()


def admits(connection: Connection, now: datetime, ticket: str) -> bool:
    """Whether that ticket is of the present holder of a line."""
    now = leases.database_now(connection, now)
    found = connection.execute(
        select(permits.c.line, permits.c.generation).where(permits.c.ticket == hashed(ticket))
    ).first()
    if found is None:
        return False
    return leases.holds(connection, lease(found.line), found.generation, now)


def unfit(
    line: Line, test: SpeedTest, timezone: str, machines: Mapping[str, Machine], now: datetime
) -> str | None:
    """Why the line is not measured at this moment; None where nothing stands against it."""
    local = now.astimezone(ZoneInfo(timezone)).time()
    if not any(_within(span, local) for span in test.hours):
        return "outside the hours in which it may be measured"
    down, up = traffic(machines)
    if down > test.idle_ratio * line.down_mbit_per_second * MBIT:
        return "the line is in use"
    if up > test.idle_ratio * line.up_mbit_per_second * MBIT:
        return "the line is in use"
    return None


def traffic(machines: Mapping[str, Machine]) -> tuple[float, float]:
    """What the PCs move now, bits per second down and up: the most that the line can carry of it.

    What goes from one PC to another is in both sums: too much is feared, never too little.
    """
    told = [one.traffic for one in machines.values() if one.traffic]
    return sum(one.in_bits_per_second for one in told), sum(one.out_bits_per_second for one in told)


def wanted_bytes(line: Line) -> int:
    """What one test uses, both ways."""
    rates = line.down_mbit_per_second + line.up_mbit_per_second
    return round(rates * MBIT / 8 * TEST_SECONDS * MARGIN)


def left_for_one(line: Line, left: int) -> int:
    """No test takes more than twice what it should, however much is left of the day."""
    return min(left, 2 * wanted_bytes(line))


def left_bytes(
    connection: Connection, line: Line, test: SpeedTest, timezone: str, now: datetime
) -> int:
    """What is left of the day's budget. A test without a receipt counts with all it was lent."""
    local = now.astimezone(ZoneInfo(timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    used = connection.execute(
        select(func.coalesce(func.sum(func.coalesce(speed_tests.c.bytes_used, permits.c.bytes)), 0))
        .select_from(
            permits.outerjoin(
                speed_tests,
                (speed_tests.c.line == permits.c.line)
                & (speed_tests.c.generation == permits.c.generation)
                & (speed_tests.c.asset == permits.c.asset),
            )
        )
        .where(permits.c.line == line.id, permits.c.at >= midnight)
    ).scalar_one()
    return max(test.megabytes_per_day * MEGABYTE - int(used), 0)


def _asked(connection: Connection, asset: str, wish: Wish) -> None:
    """The ask is real, this PC's, still open, and was lent nothing before."""
    found = connection.execute(
        select(asks.c.id).where(
            asks.c.id == wish.job,
            asks.c.asset == asset,
            asks.c.job == JOB,
            asks.c.argument == wish.line,
            asks.c.done_at.is_(None),
        )
    ).first()
    again = connection.execute(select(permits.c.line).where(permits.c.job == wish.job)).first()
    if found is None or again is not None:
        raise RefusedError("nobody asked this PC to measure now")


def _within(span: str, at: time) -> bool:
    first, last = (time.fromisoformat(end) for end in span.split("-"))
    return first <= at < last
