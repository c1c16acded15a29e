"""The numbers of a reading that are kept over years, each under a name of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collector.devices.interfaces import sockets
from collector.devices.reading import DeviceReading, Supply, Ups

FIGURES_LIMIT = 256


def figures(reading: DeviceReading) -> dict[str, float]:
    """Ratios, seconds, degrees, and the ports' counters as they stand.

    `supply/NAME`, `pages`, `ups/charge`, `ups/runtime`, `volume/NAME`, `heat/NAME`,
    `port/NAME/in` and `port/NAME/out`.
    """
    found = dict(_figures(reading))
    return {name: found[name] for name in [*found][:FIGURES_LIMIT]}


def named(supplies: Sequence[Supply]) -> Iterator[tuple[str, Supply]]:
    """Each supply under a name of its own: a printer may call two of them alike."""
    seen: dict[str, int] = {}
    for supply in supplies:
        seen[supply.name] = seen.get(supply.name, 0) + 1
        count = seen[supply.name]
        yield supply.name if count == 1 else f"{supply.name} ({count})", supply


def _figures(reading: DeviceReading) -> Iterator[tuple[str, float]]:
    for name, supply in named(reading.supplies):
        if supply.ratio is not None:
            yield f"supply/{name}", supply.ratio
    power = reading.ups or Ups()
    for name, told in (
        ("pages", reading.pages),
        ("ups/charge", power.charge_ratio),
        ("ups/runtime", power.runtime_seconds),
    ):
        if told is not None:
            yield name, told
    yield from _of_storage(reading)
    for port in sockets(reading.interfaces):
        for way, total in (("in", port.in_bytes_total), ("out", port.out_bytes_total)):
            if total is not None:
                yield f"port/{port.name}/{way}", total


def _of_storage(reading: DeviceReading) -> Iterator[tuple[str, float]]:
    for volume in reading.volumes:
        if volume.total_bytes and volume.used_bytes is not None:
            yield f"volume/{volume.name}", round(volume.used_bytes / volume.total_bytes, 4)
    for disk in reading.disks:
        if disk.temperature_celsius is not None:
            yield f"heat/{disk.name}", disk.temperature_celsius
