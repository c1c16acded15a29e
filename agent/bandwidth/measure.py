"""What a speed test is given, and what it gives back; sums that all the ways of measuring share."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

STREAMS = 4
WARM_SECONDS = 2.0
"""Dropped at the beginning: TCP is still finding its pace."""
COUNTED_SECONDS = 6.0
FEWEST_SECONDS = 2.0
"""Less than this counted, because bytes ran out, tells no rate."""
PACKET_BYTES, PAYLOAD_BYTES = 1500, 1448
"""An Ethernet frame's 1500 bytes carry 20 of IPv4, 32 of TCP with its timestamps and the payload. A
line is contracted and shaped by packets, so payload alone would show it 3.5 % too slow."""


class MeasureError(Exception):
    """No figure came about; worded for the operator.

    `bytes_used` went over the line all the same; None where nobody knows how many.
    """

    def __init__(self, words: str, bytes_used: int | None = None) -> None:
        super().__init__(words)
        self.bytes_used = bytes_used


class Course(NamedTuple):
    """The limits of one test. `end_at` is an instant of `boot_seconds`."""

    host: str
    port: int
    end_at: float
    most_bytes: int
    ticket: str = ""
    authority: str | None = None
    """PEM of the authority that the server is checked against; None: no TLS."""


class Rates(NamedTuple):
    """Bits per second at the level of packets, both ways, and the bytes that it took."""

    down_bits_per_second: float
    up_bits_per_second: float
    bytes_used: int
    loaded_latency_seconds: float | None = None


def boot_seconds() -> float:
    """A clock that goes on while the PC sleeps: what wakes up later knows that its time is over."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def on_the_line(payload_bits_per_second: float) -> float:
    """The rate of the packets that carry that payload."""
    return payload_bits_per_second * PACKET_BYTES / PAYLOAD_BYTES


def rate(streams: Sequence[Sequence[tuple[float, int]]], start: float, end: float) -> float:
    """Payload bits per second between two instants, summed over streams.

    Of each stream (seconds, bytes so far), growing; between two marks it goes evenly.
    """
    moved = sum(_at(marks, end) - _at(marks, start) for marks in streams)
    return moved * 8 / (end - start)


def _at(marks: Sequence[tuple[float, int]], instant: float) -> float:
    before = (0.0, 0)
    for mark in marks:
        if mark[0] >= instant:
            span = mark[0] - before[0]
            share = (instant - before[0]) / span if span > 0 else 1.0
            return before[1] + (mark[1] - before[1]) * share
        before = mark
    return before[1]
