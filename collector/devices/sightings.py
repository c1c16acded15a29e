"""Who is on the office's networks: addresses seen by switches and by this machine, named or not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from collector.devices.known import Device, Sighting
from collector.devices.tables import device_names, sightings
from collector.inventory.kinds import UnfitError, hardware_address
from collector.inventory.model import Inventory
from collector.state import Machine

VIRTUAL = ("00:00:5e:00:01:", "00:00:5e:00:02:", "00:00:0c:07:ac:", "33:33:", "01:00:5e:")
"""Addresses of a group of routers (VRRP, HSRP), and of many: no device of its own."""
ROWS_LIMIT = 20_000


class NameError(Exception):  # noqa: A001 - the domain's word, beside the function it belongs to
    """What can't be named, and how to write it."""


class Seen(Struct, frozen=True):
    """One address, seen now."""

    mac: str
    address: str | None = None
    line: str | None = None
    device: str | None = None
    interface: str | None = None


def own(inventory: Inventory, table: Iterable[tuple[str, str]]) -> Iterator[Seen]:
    """Of this machine's own table (address, MAC): those on a declared network, and no others."""
    nets = [
        (line.id, ipaddress.ip_network(one)) for line in inventory.lines for one in line.networks
    ]
    for address, mac in table:
        place = ipaddress.ip_address(address)
        line = next((line for line, net in nets if place in net), None)
        if line is not None and not mac.startswith(VIRTUAL):
            yield Seen(mac, address, line)


def by_switches(inventory: Inventory, devices: Mapping[str, Device]) -> Iterator[Seen]:
    """What the declared switches have learned; only where the office declared networks at all."""
    line = next((line.id for line in inventory.lines if line.networks), None)
    if line is None:
        return
    for declared in inventory.devices:
        device = devices.get(declared.id)
        for host in device.reading.hosts if device and device.up and device.reading else ():
            if not host.mac.startswith(VIRTUAL):
                yield Seen(host.mac, None, line, declared.id, host.interface)


def declared(
    inventory: Inventory, machines: Mapping[str, Machine], devices: Mapping[str, Device]
) -> dict[str, str]:
    """Every hardware address that is known, and whose it is."""
    found: dict[str, str] = {}
    for asset, machine in machines.items():
        for network in (machine.system.value.network if machine.system else None) or ():
            if network.mac:
                found[network.mac.lower().replace("-", ":")] = asset
    for owner, device in devices.items():
        for port in device.reading.interfaces if device.reading else ():
            if port.mac:
                found.setdefault(port.mac, owner)
    for one in inventory.devices:
        if one.mac:
            found[one.mac] = one.id
    return found


def unknown(seen: Iterable[Sighting], known: Mapping[str, str]) -> tuple[Sighting, ...]:
    """Those that are neither declared nor named."""
    return tuple(one for one in seen if one.mac not in known and one.name is None)


def record(connection: Connection, seen: Iterable[Seen], now: datetime) -> None:
    """Keep each address's first and newest sighting; what one source does not tell stays."""
    newest: dict[str, Seen] = {}
    for one in seen:
        before = newest.get(one.mac)
        newest[one.mac] = one if before is None else _merged(before, one)
    held = {row.mac for row in connection.execute(select(sightings.c.mac))}
    for mac, one in newest.items():
        told = {
            name: value
            for name in ("address", "line", "device", "interface")
            if (value := getattr(one, name)) is not None
        }
        if mac in held:
            here = sightings.c.mac == mac
            connection.execute(update(sightings).where(here).values(last_at=now, **told))
        elif len(held) < ROWS_LIMIT:
            row = {"mac": mac, "first_at": now, "last_at": now}
            connection.execute(insert(sightings).values(**row, **told))
            held.add(mac)


def forget(connection: Connection, before: datetime) -> int:
    """Let go of addresses that were last seen before then and never named; returns how many."""
    named = select(device_names.c.mac)
    gone = delete(sightings).where(sightings.c.last_at < before, sightings.c.mac.not_in(named))
    return connection.execute(gone).rowcount


def name(connection: Connection, mac: str, told: str, actor: str, now: datetime) -> str:
    """Call an address something; returns it as it is kept. Raises NameError."""
    try:
        known = hardware_address(mac)
    except UnfitError as error:
        raise NameError(f"{mac} {error.message}, {error.hint}") from error
    said = " ".join(told.split())[:100]
    if not said:
        raise NameError("a name is needed: what is it, and where does it stand?")
    connection.execute(delete(device_names).where(device_names.c.mac == known))
    row = {"mac": known, "name": said, "actor": actor, "at": now}
    connection.execute(insert(device_names).values(**row))
    return known


def _merged(before: Seen, after: Seen) -> Seen:
    return Seen(
        before.mac,
        before.address or after.address,
        before.line or after.line,
        before.device or after.device,
        before.interface or after.interface,
    )
