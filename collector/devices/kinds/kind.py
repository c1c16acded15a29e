"""What a kind of device is: how it is told, what it is asked, and what is made of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from collector.devices.reading import Part
from collector.devices.sensors import Asked
from collector.devices.walk import Walk


def nothing_more(_walk: Walk, _maker: str | None) -> Part:
    """For a kind whose whole story is its identity, interfaces and sensors."""
    return Part()


@dataclass(frozen=True)
class Kind:
    """One kind. Identity and interfaces are asked of every device."""

    markers: tuple[str, ...]
    """Subtrees that only this kind has: one object below any of them tells it."""
    scalars: tuple[str, ...] = ()
    """Single objects, with their `.0`."""
    tables: tuple[tuple[str, ...], ...] = ()
    """Columns, those of one table together."""
    sensors: tuple[Asked, ...] = ()
    part: Callable[[Walk, str | None], Part] = nothing_more
    """Pure: walk and maker in, values out."""
    bridges: bool = False
    """Whether it forwards: then it is asked for its address table and its neighbours."""
