"""A client that asks as fast as it is answered: requests made beforehand, pipelined over many connections.

    python -m bench.flood PORT REQUESTS-FILE [--ca FILE] [--connections N] [--depth N]

Run as a process of its own, so that making a request costs the server under test nothing. It is
not the agent: no check of certificates by name, no retries. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import ssl
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

CHUNK_BYTES = 256 * 1024
SIZE = 4  # bytes before each request in the file, big-endian: how long it is


class Outcome(msgspec.Struct, frozen=True):
    """What one flood came to."""

    requests: int
    answered: int
    """With a status of the 200s."""
    seconds: float
    client_cpu_seconds: float
    latencies_seconds: tuple[float, ...]
    """From the moment of sending to the answer, sorted, at most 10,000 of them."""


@dataclass
class Line:
    """One connection and what travels on it."""

    socket: socket.socket
    unsent: bytes = b""
    sent_at: deque[float] = field(default_factory=deque)
    rest: bytes = b""


def write_requests(path: Path, requests: Sequence[bytes]) -> None:
    """Lay them down for a client in another process."""
    with path.open("wb") as file:
        for one in requests:
            file.write(len(one).to_bytes(SIZE, "big") + one)


def read_requests(path: Path) -> list[bytes]:
    """As `write_requests` laid them down."""
    raw, place, found = path.read_bytes(), 0, []
    while place < len(raw):
        length = int.from_bytes(raw[place : place + SIZE], "big")
        found.append(raw[place + SIZE : place + SIZE + length])
        place += SIZE + length
    return found


def connect(port: int, ca: Path | None) -> socket.socket:
    """One connection, ready to be written to without waiting."""
    plain = socket.create_connection(("127.0.0.1", port), 30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found: socket.socket = plain
    if ca is not None:
        context = ssl.create_default_context(cafile=str(ca))
        found = context.wrap_socket(plain, server_hostname="localhost")
    found.setblocking(False)
    return found


def flood(lines: Sequence[Line], requests: Sequence[bytes], depth: int) -> Outcome:
    """Send all requests with at most `depth` unanswered on each connection."""
    waiting = iter(requests)
    left, answered, latencies = len(requests), 0, []
    began, cpu = time.perf_counter(), time.process_time()
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            _send(line, waiting, depth)
        while left:
            events = selector.select(30)
            if not events:
                raise TimeoutError(f"no answer in 30 seconds, {left} requests open")
            for key, _ in events:
                line = key.data
                good, ended = _receive(line)
                now = time.perf_counter()
                latencies += [now - line.sent_at.popleft() for _ in range(ended)]
                left, answered = left - ended, answered + good
                _send(line, waiting, depth)
    return Outcome(
        requests=len(requests),
        answered=answered,
        seconds=time.perf_counter() - began,
        client_cpu_seconds=time.process_time() - cpu,
        latencies_seconds=tuple(sorted(latencies)[:: max(1, len(latencies) // 10_000)]),
    )


def _send(line: Line, waiting: Iterator[bytes], depth: int) -> None:
    new = []
    while len(line.sent_at) < depth and (one := next(waiting, None)) is not None:
        new.append(one)
        line.sent_at.append(time.perf_counter())
    line.unsent += b"".join(new)
    while line.unsent:
        try:
            line.unsent = line.unsent[line.socket.send(line.unsent) :]
        except (BlockingIOError, ssl.SSLWantWriteError):
            return  # taken up again with the next answer: some are always under way


def _receive(line: Line) -> tuple[int, int]:
    """How many answers of the 200s came in whole, and how many answers in all."""
    good = ended = 0
    while True:
        try:
            got = line.socket.recv(CHUNK_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError):
            return good, ended
        if not got:
            raise ConnectionError("the server closed the connection")
        line.rest += got
        while (length := _answer_bytes(line.rest)) is not None:
            good += line.rest.startswith(b"HTTP/1.1 2")
            ended += 1
            line.rest = line.rest[length:]


def _answer_bytes(raw: bytes) -> int | None:
    """How long the first answer is; None while it is not whole."""
    head = raw.find(b"\r\n\r\n")
    if head < 0:
        return None
    fields = raw[:head].lower()
    place = fields.find(b"content-length:")
    if place < 0:
        return head + 4  # 204
    length = head + 4 + int(fields[place + 15 :].split(b"\r\n", 1)[0])
    return length if len(raw) >= length else None


def main() -> int:
    """Flood one port and print the outcome."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("port", type=int)
    parser.add_argument("requests", type=Path)
    parser.add_argument("--ca", type=Path)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--depth", type=int, default=8)
    wish = parser.parse_args()
    lines = [Line(connect(wish.port, wish.ca)) for _ in range(wish.connections)]
    outcome = flood(lines, read_requests(wish.requests), wish.depth)
    sys.stdout.buffer.write(msgspec.json.encode(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main())
