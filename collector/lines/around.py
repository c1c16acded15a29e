"""What the devices around a line told while it was down: power, switch, router. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from collector.devices.known import Device
from collector.inventory.model import Device as Declared
from collector.inventory.model import Inventory, Line
from collector.lines.blame import Around
from collector.lines.votes import own_asset, voters
from collector.sightings import addresses
from collector.state import State

FRESH = timedelta(minutes=3)
"""Devices are polled every minute: what is older tells of another time."""
STILL = timedelta(seconds=15)
"""What answered so long after the line fell silent did not silence it; a look takes seconds itself."""


def around(
    inventory: Inventory,
    line: Line,
    state: State,
    since: datetime,
    now: datetime,
) -> Around:
    """What is known of the devices since the line fell silent, by their newest polls."""
    devices = state.devices
    kinds: dict[str, list[Declared]] = {}
    for one in inventory.devices:
        kinds.setdefault(one.kind, []).append(one)
    known = [one for one in kinds.get("switch", []) if one.id in devices]
    switches = {one.id: _up(devices[one.id], since, now) for one in known}
    if False in switches.values():
        aside = _Aside(inventory, line, state, now)
        switches = {
            name: up for name, up in switches.items() if up or not aside.is_so(devices[name])
        }
    routers = [one for one in kinds.get("router", []) if _leads(one, line, inventory)]
    return Around(
        on_battery=_any(
            _on_battery(devices.get(one.id), since, now) for one in kinds.get("ups", [])
        ),
        switch_up=_all(switches.values()),
        router_up=_all(_up(devices.get(one.id), since, now) for one in routers),
    )


def worse(known: Around, seen: Around) -> Around:
    """Both together: power that came back before the line did was the cause all the same."""
    return Around(
        on_battery=_any((known.on_battery, seen.on_battery)),
        switch_up=_all((known.switch_up, seen.switch_up)),
        router_up=_all((known.router_up, seen.router_up)),
    )


class _Aside:
    """Which switches the way out does not lead over: they fall silent without harm to the line.

    In a switch's table the gateway and the collector's own machine stand on different ports where
    it lies between them, and on one, the way to the other switches, where it does not. Where the
    collector's address is not known, the voters stand for it. Of a switch whose table does not
    tell, nothing is known.
    """

    def __init__(self, inventory: Inventory, line: Line, state: State, now: datetime) -> None:
        own = own_asset(inventory)
        others = (name for name in voters(inventory, line, state.machines, now) if name != own)
        self._lookers = [_addresses(state, [own]), _addresses(state, others)]
        self._gateway = frozenset(_gateway(inventory, line, state))

    def is_so(self, switch: Device) -> bool:
        gates = _ports(switch, self._gateway)
        lookers = next((found for macs in self._lookers if (found := _ports(switch, macs))), None)
        return len(gates) == 1 and gates == lookers


def _addresses(state: State, names: Iterable[str]) -> frozenset[str]:
    machines = [state.machines[name] for name in names if name in state.machines]
    return frozenset(mac for machine in machines for mac in addresses(machine))


def _ports(switch: Device, macs: Iterable[str]) -> set[str]:
    return {switch.hangs_on[mac] for mac in macs if mac in switch.hangs_on}


def _gateway(inventory: Inventory, line: Line, state: State) -> Iterator[str]:
    """Hardware addresses of the way out: declared, told by the router itself, or seen with its address."""
    for one in inventory.devices:
        if one.kind == "router" and _leads(one, line, inventory):
            if one.mac:
                yield one.mac
            device = state.devices.get(one.id)
            reading = device.reading if device else None
            yield from (port.mac for port in (reading.interfaces if reading else ()) if port.mac)
    yield from (one.mac for one in state.strangers if line.gateway and one.address == line.gateway)


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
