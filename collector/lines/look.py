"""Asks a line's outside targets, all at once: does a TCP connection come about, and how fast."""

from __future__ import annotations

import errno
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from collector.inventory.model import Line
from collector.readings import LineReading, Target

DEADLINE_SECONDS = 3.0  # a line that needs longer to connect is not working for the people on it

WORDS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "network unreachable",
    errno.EHOSTUNREACH: "no route to host",
    errno.ECONNRESET: "connection reset",
}


def look(line: Line, now: datetime) -> LineReading:
    """One look at a line, in little more than the deadline."""
    with ThreadPoolExecutor(len(line.targets)) as pool:
        return reading(line.id, now, tuple(pool.map(ask, line.targets)))


def reading(line: str, now: datetime, targets: tuple[Target, ...]) -> LineReading:
    """What the targets' answers say: the line is up while one of them answers."""
    up = any(target.latency_seconds is not None for target in targets)
    return LineReading(line=line, at=now, up=up, targets=targets)


def ask(target: str) -> Target:
    """Connect to `host:port` once; the latency is the connection's, without the name's look-up."""
    host, _, port = target.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except OSError as error:
        return Target(target, error=f"the name was not found: {error}")
    family, kind, protocol, _, address = found[0]
    with socket.socket(family, kind, protocol) as connection:
        connection.settimeout(DEADLINE_SECONDS)
        began = time.perf_counter()
        try:
            connection.connect(address)
        except TimeoutError:
            return Target(target, error=f"no answer in {DEADLINE_SECONDS:.0f} seconds")
        except OSError as error:
            return Target(target, error=WORDS.get(error.errno or 0, str(error)))
        return Target(target, time.perf_counter() - began)
