"""Measures with iperf3, where the PC has it, against a server that the city or the provider runs."""

from __future__ import annotations

import json
from typing import Any

from agent import programs
from agent.bandwidth.measure import Course, MeasureError, Rates, boot_seconds, on_the_line
from agent.host import UnreadableError

OMITTED_RATIO = 2 / 6
"""`--omit 2` of `--time 6`: bytes that iperf3 sends and does not count."""


def measure(course: Course) -> Rates:
    """Down (`--reverse`), then up. Raises MeasureError."""
    place = f"{course.host}:{course.port}"
    down, down_bytes = _way("iperf3-down", place, course)
    if down_bytes * 2 > course.most_bytes:
        raise MeasureError("too few bytes or too little time are left today for a measurement")
    up, up_bytes = _way("iperf3-up", place, course)
    return Rates(on_the_line(down), on_the_line(up), down_bytes + up_bytes)


def _way(program: str, place: str, course: Course) -> tuple[float, int]:
    if boot_seconds() >= course.end_at:
        raise MeasureError("too few bytes or too little time are left today for a measurement")
    try:
        text = programs.output(program, place)
    except UnreadableError as problem:
        raise MeasureError(problem.cause) from problem
    return understood(text)


def understood(text: str) -> tuple[float, int]:
    """Payload bits per second as the receiver counted them, and about how many bytes it took."""
    try:
        found: Any = json.loads(text)
        if "error" in found:
            raise MeasureError(f"iperf3: {found['error']}")
        received = found["end"]["sum_received"]
        rate, count = float(received["bits_per_second"]), int(received["bytes"])
    except (ValueError, KeyError, TypeError) as problem:
        raise MeasureError("iperf3: its answer cannot be read") from problem
    if not (0 < rate < 1e12 and 0 < count < 1e12):
        raise MeasureError("iperf3: its figures cannot be true")
    return rate, int(count * (1 + OMITTED_RATIO))
