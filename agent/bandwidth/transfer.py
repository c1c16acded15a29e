"""Our own measurement: four streams of HTTP, uploads counted by what the other end acknowledges."""

from __future__ import annotations

import json
import os
import socket
import ssl
import statistics
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from agent import tls
from agent.bandwidth.measure import (
    COUNTED_SECONDS,
    FEWEST_SECONDS,
    STREAMS,
    WARM_SECONDS,
    Course,
    MeasureError,
    Rates,
    boot_seconds,
    on_the_line,
    rate,
)

PATH = "/v1/speed"
PIECE_BYTES = 128 * 1024
KEPT_BYTES = 512 * 1024
"""On the way within this PC at most: what waits in buffers must drain before the answer comes."""
TIMEOUT_SECONDS = 15.0
HEAD_BYTES = 16 * 1024
ACKED_AT = 120
PING_SECONDS = 0.25
Marks = list[tuple[float, int]]


def measure(course: Course) -> Rates:
    """Down, then up, never both at once. Raises MeasureError."""
    down, down_bytes, loaded = _way(course, _down, course.most_bytes // 2)
    try:
        up, up_bytes, _ = _way(course, _up, course.most_bytes // 2)
    except MeasureError as problem:
        raise MeasureError(str(problem), (problem.bytes_used or 0) + down_bytes) from problem
    return Rates(on_the_line(down), on_the_line(up), down_bytes + up_bytes, loaded)


class _Stream(threading.Thread):
    """One connection; what went over it, by its marks."""

    def __init__(self, course: Course, work: Callable[[_Stream], None], start: Any) -> None:
        super().__init__(daemon=True)
        self.course, self.work, self.together = course, work, start
        self.marks: Marks = []
        self.bytes = 0
        self.error: str | None = None
        self.began = 0.0
        self.stop = threading.Event()

    def run(self) -> None:
        try:
            self.work(self)
        except MeasureError as problem:
            self.error = str(problem)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            self.error = f"the speed-test server broke off: {reason}".lower()
        except threading.BrokenBarrierError:
            pass  # broken by another stream, which says why, or by the wait for all of them
        finally:
            self.together.abort() if self.error else None


def _way(
    course: Course, work: Callable[[_Stream], None], most_bytes: int
) -> tuple[float, int, float | None]:
    """Payload bits per second one way, the bytes that it took, and the latency meanwhile."""
    together = threading.Barrier(STREAMS + 1)
    streams = [_Stream(course, work, together) for _ in range(STREAMS)]
    for one in streams:
        one.start()
    try:
        together.wait(TIMEOUT_SECONDS)
    except threading.BrokenBarrierError:
        _end(streams)
        told = next((one.error for one in streams if one.error), None)
        raise MeasureError(told or "the speed-test server does not answer", 0) from None
    began, pings = time.monotonic(), []
    end = began + WARM_SECONDS + COUNTED_SECONDS
    while time.monotonic() < end:
        if (
            _spent(streams) >= most_bytes
            or boot_seconds() >= course.end_at
            or any(s.error for s in streams)
        ):
            break
        pings.append(latency(course.host, course.port, 1.0))
        time.sleep(PING_SECONDS)
    took = time.monotonic() - began
    _end(streams)
    told, spent = next((one.error for one in streams if one.error), None), _spent(streams)
    if told:
        raise MeasureError(told, spent)
    if took - WARM_SECONDS < FEWEST_SECONDS:
        raise MeasureError(
            "too few bytes or too little time are left today for a measurement", spent
        )
    heard = [one for one in pings if one is not None]
    figure = rate([one.marks for one in streams], WARM_SECONDS, took - 0.05)
    return figure, spent, statistics.median(heard) if heard else None


def _spent(streams: list[_Stream]) -> int:
    return sum(one.bytes for one in streams)


def _end(streams: list[_Stream]) -> None:
    for one in streams:
        one.stop.set()
    for one in streams:
        one.join(TIMEOUT_SECONDS + 5)


def latency(host: str, port: int, timeout_seconds: float) -> float | None:
    """How long one connection takes to come about; None where it does not."""
    began = time.monotonic()
    try:
        with socket.create_connection((host, port), timeout_seconds):
            return time.monotonic() - began
    except OSError:
        return None


def _down(stream: _Stream) -> None:
    buffer = memoryview(bytearray(PIECE_BYTES))
    with _opened(stream.course) as there:
        there.sendall(_request(stream.course, "GET", "down", ""))
        head, rest = _head(there)
        _check(head)
        _begin(stream)
        stream.bytes = len(rest)
        while not stream.stop.is_set():
            count = there.recv_into(buffer)
            if not count:
                raise MeasureError("the speed-test server ended the transfer too early")
            stream.bytes += count
            stream.marks.append((time.monotonic() - stream.began, stream.bytes))


def _up(stream: _Stream) -> None:
    # Random, so that nothing on the way packs it.
    piece = os.urandom(PIECE_BYTES)
    frame = b"%x\r\n%b\r\n" % (len(piece), piece)
    with _opened(stream.course) as there:
        more = "Transfer-Encoding: chunked\r\nContent-Type: application/octet-stream\r\n"
        there.sendall(_request(stream.course, "POST", "up", more))
        _begin(stream)
        before = acknowledged(there)
        while not stream.stop.is_set():
            there.sendall(frame)
            stream.bytes += len(piece)
            if before is not None and (now := acknowledged(there)) is not None:
                stream.marks.append((time.monotonic() - stream.began, now - before))
        there.sendall(b"0\r\n\r\n")
        head, rest = _head(there)
        _check(head)
        counted = _counted(_body(there, head, rest), stream.bytes)
        # A server that is short of processor time reads late what has come in time.
        stream.marks = stream.marks or counted


def acknowledged(there: socket.socket) -> int | None:
    """Bytes that the other end's system has; None where this one does not tell.

    tcpi_bytes_acked of struct tcp_info (tcp(7), linux/tcp.h; since 4.1), 64 bits at offset 120.
    """
    if sys.platform != "linux":
        return None
    info = there.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, ACKED_AT + 8)
    return int.from_bytes(info[ACKED_AT:], sys.byteorder) if len(info) == ACKED_AT + 8 else None


def _counted(answer: bytes, sent: int) -> Marks:
    """The server's marks, where they can be true: all that was sent came in, in its time."""
    told = json.loads(answer)
    marks = [(float(seconds), int(count)) for seconds, count in told["marks"]]
    if int(told["bytes"]) != sent or (marks and marks[-1][1] != sent):
        raise MeasureError("the speed-test server does not count what was sent")
    growing = all(one[0] <= other[0] and one[1] <= other[1] for one, other in pairwise(marks))
    if not growing or any(one[0] < 0 for one in marks):
        raise MeasureError("the speed-test server does not count what was sent")
    return marks


def _begin(stream: _Stream) -> None:
    stream.together.wait(TIMEOUT_SECONDS)
    stream.began = time.monotonic()


def _opened(course: Course) -> socket.socket:
    bare = socket.create_connection((course.host, course.port), TIMEOUT_SECONDS)
    bare.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KEPT_BYTES)
    if course.authority is None:
        return bare
    context: ssl.SSLContext = tls.trusting(course.authority)
    return context.wrap_socket(bare, server_hostname=course.host)


def _request(course: Course, method: str, way: str, more: str) -> bytes:
    return (
        f"{method} {PATH}/{way} HTTP/1.1\r\nHost: {course.host}\r\n"
        f"Wardwatch-Ticket: {course.ticket}\r\n{more}Connection: close\r\n\r\n"
    ).encode("ascii")


def _head(there: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = there.recv(HEAD_BYTES)
        if not piece or len(data) > HEAD_BYTES:
            raise MeasureError("the speed-test server broke off before it answered")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _check(head: bytes) -> None:
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        told = (status or [b"nothing"])[0].decode("ascii", "replace")
        raise MeasureError(f"the speed-test server answered {told}")


def _body(there: socket.socket, head: bytes, rest: bytes) -> bytes:
    length = next(
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    while len(rest) < length <= 4 * 1024 * 1024:
        piece = there.recv(HEAD_BYTES)
        if not piece:
            raise MeasureError("the speed-test server broke off before it answered")
        rest += piece
    return rest
