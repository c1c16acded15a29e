"""Sends what a fleet sends at the moments at which it is due, whether or not answers come.

An open loop: a collector that stalls does not slow the senders down, and a latency counts from the
moment at which the report was due, not from when a connection was free for it.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

import msgspec

from collector.simulation.fleet import Member

TICK_SECONDS = 0.005
PATIENCE_SECONDS = 30.0
"""For answers after the last report was due, and for one connection to be made."""
AT_ONCE = 64  # handshakes under way: a hundred thousand at once would measure those alone


@dataclass(frozen=True)
class Course:
    """What one process is to do."""

    host: str
    port: int
    ca_file: str
    fleet: tuple[Member, ...]
    connections: int
    interval_seconds: float
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What came of it. Latencies in seconds, from the moment at which each report was due."""

    due: int
    stored: int
    connections: int
    latencies: tuple[float, ...]
    errors: dict[str, int]
    """By cause: an HTTP status, `closed` or `unanswered`."""


@dataclass
class Tally:
    """Counts while it runs."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    made: int = 0


class Line(asyncio.Protocol):
    """One connection with at most one request under way, and those that wait for it."""

    def __init__(self, tally: Tally, loop: asyncio.AbstractEventLoop) -> None:
        self._tally, self._loop = tally, loop
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._due_at: float | None = None
        self._got = b""

    @property
    def open(self) -> int:
        """Requests that have no answer yet."""
        return len(self._waiting) + (self._due_at is not None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tally.made += 1
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def send(self, due_at: float, request: bytes) -> None:
        """Send it now, or when those before it are answered."""
        if self._transport is None:
            self._tally.errors["closed"] += 1
            return
        self._waiting.append((due_at, request))
        self._next()

    def _next(self) -> None:
        if self._due_at is None and self._waiting and self._transport is not None:
            self._due_at, request = self._waiting.popleft()
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, rest = self._got.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        status = head[9:12].decode("latin-1")
        if self._due_at is not None:
            if status == "200":
                self._tally.latencies.append(self._loop.time() - self._due_at)
            else:
                self._tally.errors[status] += 1
        self._due_at, self._got = None, b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._tally.errors["closed"] += self.open
        self._due_at = None
        self._waiting.clear()

    def close(self) -> None:
        """Hang up; what is still open has no answer."""
        self._tally.errors["unanswered"] += self.open
        self._due_at = None
        self._waiting.clear()
        if self._transport is not None:
            self._transport.close()


def run(course: Course, processes: int) -> Outcome:
    """Run a course in so many processes, the fleet and its connections shared out among them."""
    shares = [_share(course, n, processes) for n in range(processes)]
    context = get_context("spawn")  # a fork of a program with threads may hang
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        found = list(pool.map(_drive, shares))
    errors = sum((Counter(one.errors) for one in found), Counter[str]())
    return Outcome(
        due=sum(one.due for one in found),
        stored=sum(one.stored for one in found),
        connections=sum(one.connections for one in found),
        latencies=tuple(sorted(latency for one in found for latency in one.latencies)),
        errors=dict(errors),
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value that this share of an ordered list does not exceed; None of an empty one."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _share(course: Course, number: int, of: int) -> Course:
    fleet = course.fleet[number::of]
    connections = max(1, min(course.connections // of, len(fleet)))
    return replace(course, fleet=fleet, connections=connections)


def _drive(course: Course) -> Outcome:
    return asyncio.run(drive(course))


async def drive(course: Course) -> Outcome:
    """Run one process's share."""
    loop, tally = asyncio.get_running_loop(), Tally()
    lines = await _connect(course, tally)
    epoch, first = secrets.token_hex(16), secrets.randbelow(2**40)  # no two processes say the same
    heads = [_head(course, member) for member in course.fleet]
    spacing = course.interval_seconds / len(heads)
    total = int(course.seconds / spacing)
    began, sent = loop.time(), 0
    while sent < total:
        now = loop.time()
        while sent < total and began + sent * spacing <= now:
            turn, number = divmod(sent, len(heads))
            request = _request(heads[number], epoch, turn + 1, first + sent)
            lines[number % len(lines)].send(began + sent * spacing, request)
            sent += 1
        await asyncio.sleep(TICK_SECONDS)
    for _ in range(int(PATIENCE_SECONDS / TICK_SECONDS)):
        if not any(line.open for line in lines):
            break
        await asyncio.sleep(TICK_SECONDS)
    for line in lines:
        line.close()
    await asyncio.sleep(0)  # the connections take their leave
    return Outcome(
        total, len(tally.latencies), tally.made, tuple(tally.latencies), dict(+tally.errors)
    )


async def _connect(course: Course, tally: Tally) -> list[Line]:
    loop, doors = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
    trust = ssl.create_default_context(cafile=course.ca_file)

    async def one() -> Line:
        async with doors, asyncio.timeout(PATIENCE_SECONDS):
            _, line = await loop.create_connection(
                lambda: Line(tally, loop), course.host, course.port, ssl=trust
            )
            return line

    return await asyncio.gather(*(one() for _ in range(course.connections)))


def _head(course: Course, member: Member) -> bytes:
    return (
        "POST /v1/reports HTTP/1.1\r\n"
        f"Host: {course.host}\r\n"
        f"Authorization: Bearer {member.agent}.{member.key}\r\n"
        "Content-Type: application/json\r\n"
        "Content-Length: "
    ).encode()


def _request(head: bytes, epoch: str, seq: int, number: int) -> bytes:
    report = {"seq": seq, "kind": "load", "section": section(number), "gaps": ()}
    body = msgspec.json.encode({"version": 1, "epoch": epoch, "reports": (report,)})
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


def section(number: int) -> dict[str, object]:
    """A load of about 50 values, no two alike."""
    return {
        "cpu": {"cores": 4, "busy_seconds_total": number / 7, "seconds_total": number * 4.0},
        "memory": {"total_bytes": 8 << 30, "available_bytes": (4 << 30) + number},
        "filesystems": [
            {"mount": f"/{name}", "type": "ext4", "total_bytes": 1 << 40, "available_bytes": number}
            for name in range(9)
        ],
        "disk": {"in_bytes_total": number * 4096, "out_bytes_total": number},
        "network": {"in_bytes_total": number * 1500, "out_bytes_total": number},
        "uptime_seconds": number + 0.5,
        "processes": 200 + number % 50,
    }


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
