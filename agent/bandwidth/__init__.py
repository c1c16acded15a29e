"""How fast a line is: ways to measure it, each a file, and the registry that names them all.

Loaded in the short-lived child of a speed test alone (`python -m agent.bandwidth`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.bandwidth.measure import Course, Rates

Provider = Callable[[Course], Rates]
"""Measures both ways within the course's limits. Raises MeasureError."""


def _http(course: Course) -> Rates:
    from agent.bandwidth import transfer  # noqa: PLC0415 - each is loaded when it is wanted

    return transfer.measure(course)


def _iperf3(course: Course) -> Rates:
    from agent.bandwidth import iperf3  # noqa: PLC0415

    return iperf3.measure(course)


def _speedtest(course: Course) -> Rates:
    from agent.bandwidth import mini  # noqa: PLC0415

    return mini.measure(course)


PROVIDERS: Mapping[str, Provider] = {"http": _http, "iperf3": _iperf3, "speedtest": _speedtest}
