"""Measures with speedtest-cli as a library, against a server of the kind "Speedtest Mini".

The city or the collector runs one (`wardwatch speed-server`). Without a server of our own it asks
Ookla's list, which works where there is Internet.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from typing import Any

from agent.bandwidth.measure import (
    COUNTED_SECONDS,
    FEWEST_SECONDS,
    WARM_SECONDS,
    Course,
    MeasureError,
    Rates,
    boot_seconds,
    on_the_line,
)

STREAMS = 4
UP_BYTES = 8_000_000
"""Of one upload: it lies in memory, four at a time."""
PICTURE = 4000
"""The largest of the pictures that a Mini server has: 30 MB."""
REQUESTS = 400
"""Of 8 MB: enough for 3 Gbit/s."""
PIECE_BYTES = 8192
KEPT_BYTES = 256 * 1024
NO_CONFIGURATION = {
    "ip": "0.0.0.0",  # noqa: S104 - not an address to listen on: speedtest-cli wants one of the client
    "lat": "0",
    "lon": "0",
}


def measure(course: Course) -> Rates:
    """Down, then up. Raises MeasureError."""
    library = _library()
    try:
        pace = _Pace(course)
        test = _test(library, course, pace)
        down, down_bytes = _way(test, pace, "download")
        up, up_bytes = _way(test, pace, "upload")
    except library.SpeedtestException as problem:
        words = str(problem) or type(problem).__name__
        raise MeasureError(f"speedtest-cli: {words}") from problem
    return Rates(on_the_line(down), on_the_line(up), down_bytes + up_bytes)


def _library() -> Any:
    if sys.stdout is None:
        # As a service there is none, and the library asks it for its encoding when it is loaded.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for ever
    try:
        import speedtest  # noqa: PLC0415 - no part of the agent's own install
    except ImportError as problem:
        raise MeasureError("not installed: speedtest-cli") from problem
    return speedtest


def _test(library: Any, course: Course, pace: _Pace) -> Any:
    class Mini(library.Speedtest):  # type: ignore[misc] # the library has no types
        """Fetches no configuration from speedtest.net: that of a fast line, written here."""

        def get_config(self) -> dict[str, Any]:
            seconds = WARM_SECONDS + COUNTED_SECONDS
            self.config.update(
                client=NO_CONFIGURATION,
                ignore_servers=[],
                sizes={"upload": [UP_BYTES], "download": [PICTURE]},
                counts={"upload": REQUESTS, "download": REQUESTS},
                threads={"upload": STREAMS, "download": STREAMS},
                length={"upload": seconds, "download": seconds},
                upload_max=REQUESTS,
            )
            return dict(self.config)

    class Connection(library.SpeedtestHTTPConnection):  # type: ignore[misc] # likewise
        """With little room for what is on its way: what fills buffers has not been uploaded."""

        def connect(self) -> None:
            super().connect()
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KEPT_BYTES)

    class Handler(library.SpeedtestHTTPHandler):  # type: ignore[misc] # likewise
        def http_open(self, request: Any) -> Any:
            return self.do_open(Connection, request)

    test = Mini(timeout=10, shutdown_event=pace)
    test._opener.add_handler(Handler(timeout=10))  # noqa: SLF001 - it takes no opener from outside
    test.set_mini_server(f"http://{course.host}:{course.port}/")
    test.get_best_server(test.servers)
    return test


class _Pace:
    """Stands in for the library's event of shutting down, which it asks before each piece.

    Its own sums count from the first byte, and what still lies in buffers; the instants of its
    pieces tell the pace after the beginning.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self.at: list[float] = []
        self.most_pieces = course.most_bytes // 2 // PIECE_BYTES

    def isSet(self) -> bool:  # noqa: N802 - the library calls it so
        self.at.append(time.monotonic())
        return len(self.at) > self.most_pieces or boot_seconds() >= self._course.end_at


def _way(test: Any, pace: _Pace, way: str) -> tuple[float, int]:
    pace.at = []
    began = time.monotonic()
    if way == "upload":
        test.upload(pre_allocate=False)  # else all of it lies in memory beforehand
        moved = int(test.results.bytes_sent)
    else:
        test.download()
        moved = int(test.results.bytes_received)
    end = began + WARM_SECONDS + COUNTED_SECONDS
    counted = [at for at in pace.at if began + WARM_SECONDS <= at <= end]
    span = max(counted) - min(counted) if len(counted) > 1 else 0.0
    if span < FEWEST_SECONDS or not moved:
        raise MeasureError("speedtest-cli: the server served too little to tell a rate")
    return (len(counted) - 1) * (moved / len(pace.at)) * 8 / span, moved
