"""Measured values by table: where a maker keeps them, and how its number becomes a base unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from collector.devices.reading import Sensor
from collector.devices.walk import Walk, column, number, text
from collector.readings import Gap

SENSORS_LIMIT = 256

BOUNDS: dict[str, tuple[float, float]] = {
    # What lies outside is not measured but nonsense, and becomes a gap.
    "temperature": (-55, 200),
    "voltage": (0, 1_000),
    "current": (0, 1_000),
    "power": (0, 100_000),
    "frequency": (0, 1_000),
    "load": (0, 3),
    "charge": (0, 1),
    "runtime": (0, 10_000_000),
    "count": (0, 2**63),
    "state": (-1, 2**31),
    "dbm": (-100, 50),
}


class Asked(Struct, frozen=True):
    """One object or column that holds measured values."""

    oid: str
    """Without its index: `.0` of a scalar is an index too."""
    name: str
    """What is measured, or the column that names each row."""
    kind: str
    scale: float = 1
    """The device's number times this is in base units."""


def sensors(walk: Walk, asked: Iterable[Asked]) -> tuple[tuple[Sensor, ...], tuple[Gap, ...]]:
    """Every value that makes sense, and a gap for every one that does not."""
    found: list[Sensor] = []
    gaps: list[Gap] = []
    for one in asked:
        for index, raw in column(walk, one.oid):
            told = number(raw)
            if told is None:
                continue
            name = _name(walk, one, index)
            value, (low, high) = round(told * one.scale, 6), BOUNDS[one.kind]
            if low <= value <= high:
                found.append(Sensor(name, one.kind, value, f"{one.oid}.{index}"))
            else:
                gaps.append(Gap(f"sensors[{name}]", f"{one.kind} of {value:g} makes no sense"))
    return tuple(found[:SENSORS_LIMIT]), tuple(gaps)


def columns(asked: Sequence[Asked]) -> tuple[str, ...]:
    """The subtrees to read for them, names included."""
    names = [one.name for one in asked if one.name[0].isdigit()]
    return tuple(dict.fromkeys([*(one.oid for one in asked), *names]))


def _name(walk: Walk, asked: Asked, index: str) -> str:
    if not asked.name[0].isdigit():
        return asked.name if index == "0" else f"{asked.name} {index}"
    return text(walk.get(f"{asked.name}.{index}")) or f"{asked.kind} {index}"
