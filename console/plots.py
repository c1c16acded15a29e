"""Small plots of a device's figures: the line as an SVG path, and its figures for the text. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from collector.devices.trend import Point

WIDTH, HEIGHT = 240, 48
PLOTS_SHOWN = 24
POINTS_DRAWN = 120


class Plot(Struct, frozen=True):
    """One figure's line. `unit` is ratio, seconds, celsius, pages or bytes (an hour)."""

    name: str
    unit: str
    path: str
    first: float
    last: float
    least: float
    most: float


def plots(lines: Mapping[str, Sequence[Point]]) -> tuple[Plot, ...]:
    """Every figure with two hours or more; ports as what they carried from hour to hour."""
    found = []
    for figure, line in lines.items():
        kind, _, name = figure.partition("/")
        unit = UNITS.get(kind)
        if unit is None:
            continue
        drawn = _grown(line) if unit == "bytes" else [point.value for point in line]
        if len(drawn) >= 2 and (unit != "bytes" or any(drawn)):
            found.append(_plot(name or kind, unit, drawn))
    return tuple(found[:PLOTS_SHOWN])


UNITS = {
    "supply": "ratio",
    "ups": "ups",
    "volume": "ratio",
    "heat": "celsius",
    "pages": "pages",
    "port": "bytes",
}


def _plot(name: str, unit: str, values: Sequence[float]) -> Plot:
    unit = ("ratio" if name == "charge" else "seconds") if unit == "ups" else unit
    step = max(1, len(values) // POINTS_DRAWN)
    drawn = [*values[::step], values[-1]]
    # Shares from nothing to all; everything else between its own least and most.
    low, high = (0.0, 1.0) if unit == "ratio" else (min(values), max(values))
    span = (high - low) or 1.0
    places = (
        f"{index * WIDTH / (len(drawn) - 1):.1f} {HEIGHT - (value - low) / span * HEIGHT:.1f}"
        for index, value in enumerate(drawn)
    )
    return Plot(name, unit, "M" + "L".join(places), values[0], values[-1], min(values), max(values))


def _grown(line: Sequence[Point]) -> list[float]:
    """What a counter grew by; one that fell was reset, and tells nothing of that hour."""
    return [max(0.0, after.value - before.value) for before, after in pairwise(line)]
