"""What the devices around a line told while it was down: power, switch, router. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from collector.devices.known import Device
from collector.inventory.model import Device as Declared
from collector.inventory.model import Inventory, Line
from collector.lines.blame import Around

FRESH = timedelta(minutes=3)
"""Devices are polled every minute: what is older tells of another time."""
STILL = timedelta(seconds=15)
"""What answered so long after the line fell silent did not silence it; a look takes seconds itself."""


def around(
    inventory: Inventory,
    line: Line,
    devices: Mapping[str, Device],
    since: datetime,
    now: datetime,
) -> Around:
    """What is known of the devices since the line fell silent, by their newest polls."""
    kinds: dict[str, list[Declared]] = {}
    for one in inventory.devices:
        kinds.setdefault(one.kind, []).append(one)
    routers = [one for one in kinds.get("router", []) if _leads(one, line, inventory)]
    return Around(
        on_battery=_any(
            _on_battery(devices.get(one.id), since, now) for one in kinds.get("ups", [])
        ),
        switch_up=_all(_up(devices.get(one.id), since, now) for one in kinds.get("switch", [])),
        router_up=_all(_up(devices.get(one.id), since, now) for one in routers),
    )


def worse(known: Around, seen: Around) -> Around:
    """Both together: power that came back before the line did was the cause all the same."""
    return Around(
        on_battery=_any((known.on_battery, seen.on_battery)),
        switch_up=_all((known.switch_up, seen.switch_up)),
        router_up=_all((known.router_up, seen.router_up)),
    )


def _leads(router: Declared, line: Line, inventory: Inventory) -> bool:
    """Whether that router is the way out of this line."""
    if line.gateway is None:
        return len(inventory.lines) == 1
    return router.address == line.gateway


def _up(device: Device | None, since: datetime, now: datetime) -> bool | None:
    """Whether it answers since then; silence counts of what answered right before and not since."""
    if device is None or device.at is None or device.at < since or now - device.at > FRESH:
        return None
    if device.up:
        return True
    answered = device.answered_at
    return False if answered is not None and -STILL <= since - answered <= FRESH else None


def _on_battery(device: Device | None, since: datetime, now: datetime) -> bool | None:
    if device is None or device.reading is None or device.reading.ups is None:
        return None
    # The mains may have gone a minute before the router did; what goes later is another matter.
    if device.answered_at is None or abs(device.answered_at - since) > FRESH:
        return None
    if now - device.answered_at > FRESH:
        return None
    return device.reading.ups.on_battery


def _any(told: Iterable[bool | None]) -> bool | None:
    known = [one for one in told if one is not None]
    return any(known) if known else None


def _all(told: Iterable[bool | None]) -> bool | None:
    known = [one for one in told if one is not None]
    return all(known) if known else None
