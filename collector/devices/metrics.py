"""The families of devices: a declared device keeps its series, answering or not."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Literal

from collector.devices.figures import named
from collector.devices.interfaces import sockets
from collector.devices.known import Device
from collector.exposition import Family, Sample
from collector.inventory.model import Inventory
from collector.state import State

SERIES_PER_DEVICE = 128  # 52 ports both ways; a device that invents thousands fills nothing
Values = Iterator[tuple[dict[str, str], float]]


def families(inventory: Inventory, state: State) -> Iterable[Family]:
    """Every family. While a device is silent its last reading stands: `device_up` tells."""
    site = inventory.site.id
    for name, kind, meaning, values in FAMILIES:
        samples = tuple(
            Sample({"asset": one.id, "site": site, **labels}, value)
            for one in inventory.devices
            for labels, value in islice(
                values(state.devices.get(one.id, Device(one.id))), SERIES_PER_DEVICE
            )
        )
        yield Family(name, kind, meaning, samples)


def _up(device: Device) -> Values:
    yield {}, math.nan if device.up is None else float(device.up)


def _answered(device: Device) -> Values:
    yield {}, device.answered_at.timestamp() if device.answered_at else 0.0


def _supplies(device: Device) -> Values:
    for name, supply in named(device.reading.supplies if device.reading else ()):
        if supply.kind != "input":
            yield {"supply": name}, math.nan if supply.ratio is None else supply.ratio


def _pages(device: Device) -> Values:
    if device.reading and device.reading.pages is not None:
        yield {}, float(device.reading.pages)


def _bytes(device: Device) -> Values:
    for port in sockets(device.reading.interfaces if device.reading else ()):
        for direction, total in (("in", port.in_bytes_total), ("out", port.out_bytes_total)):
            if total is not None:
                yield {"interface": port.name, "direction": direction}, float(total)


def _errors(device: Device) -> Values:
    for port in sockets(device.reading.interfaces if device.reading else ()):
        for direction, total in (("in", port.in_errors_total), ("out", port.out_errors_total)):
            if total is not None:
                yield {"interface": port.name, "direction": direction}, float(total)


def _links(device: Device) -> Values:
    for port in sockets(device.reading.interfaces if device.reading else ()):
        if port.up is not None:
            yield {"interface": port.name}, float(port.up)


def _charge(device: Device) -> Values:
    if device.reading and device.reading.ups and device.reading.ups.charge_ratio is not None:
        yield {}, device.reading.ups.charge_ratio


def _runtime(device: Device) -> Values:
    if device.reading and device.reading.ups and device.reading.ups.runtime_seconds is not None:
        yield {}, device.reading.ups.runtime_seconds


def _on_battery(device: Device) -> Values:
    if device.reading and device.reading.ups and device.reading.ups.on_battery is not None:
        yield {}, float(device.reading.ups.on_battery)


def _volumes(device: Device) -> Values:
    for volume in device.reading.volumes if device.reading else ():
        if volume.total_bytes is not None and volume.used_bytes is not None:
            yield {"volume": volume.name, "kind": "total"}, float(volume.total_bytes)
            yield {"volume": volume.name, "kind": "used"}, float(volume.used_bytes)


def _heat(device: Device) -> Values:
    for disk in device.reading.disks if device.reading else ():
        if disk.temperature_celsius is not None:
            yield {"disk": disk.name}, disk.temperature_celsius


FAMILIES: tuple[tuple[str, Literal["gauge", "counter"], str, Callable[[Device], Values]], ...] = (
    (
        "wardwatch_device_up",
        "gauge",
        "1 while the device answers, 0 while it does not, NaN before it was ever asked",
        _up,
    ),
    (
        "wardwatch_device_answered_timestamp_seconds",
        "gauge",
        "When the device last answered; 0 for never",
        _answered,
    ),
    (
        "wardwatch_printer_supply_ratio",
        "gauge",
        "What is left of a supply, of a waste box the room; NaN where the printer tells no share",
        _supplies,
    ),
    ("wardwatch_printer_pages_total", "counter", "Pages printed in the printer's life", _pages),
    (
        "wardwatch_interface_bytes_total",
        "counter",
        "Bytes that a port received (in) and sent (out)",
        _bytes,
    ),
    (
        "wardwatch_interface_errors_total",
        "counter",
        "Frames that a port received (in) or sent (out) broken",
        _errors,
    ),
    ("wardwatch_interface_up", "gauge", "1 while the port has a link", _links),
    ("wardwatch_ups_charge_ratio", "gauge", "Charge of the battery", _charge),
    (
        "wardwatch_ups_runtime_seconds",
        "gauge",
        "Time that the battery lasts at the present load",
        _runtime,
    ),
    ("wardwatch_ups_on_battery", "gauge", "1 while the battery carries the load", _on_battery),
    ("wardwatch_nas_volume_bytes", "gauge", "Size of a volume, total and used", _volumes),
    ("wardwatch_nas_disk_celsius", "gauge", "Temperature of a disk", _heat),
)
