"""What the API tells and does of devices, and of the addresses that nobody declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request

from alerts.finding import Finding
from collector.devices import configuration, hours, sightings
from collector.devices.known import Device, Sighting
from collector.devices.trend import Point
from console import device_acts, device_rows
from console.api.operation import Nothing, Operation, act, missing, read, user
from console.device_rows import DeviceRow, PortRow
from console.pages.devices import HISTORY
from console.pages.render import desk


class OneDevice(Struct, frozen=True):
    """One device with its newest reading, what the rules say of it, and its last thirty days."""

    row: DeviceRow
    known: Device
    findings: tuple[Finding, ...]
    ports: tuple[PortRow, ...]
    figures: Mapping[str, tuple[Point, ...]]
    """By name, hour by hour."""
    difference: str
    """What the newest configuration changed, without its secrets."""


class Name(Struct, frozen=True, forbid_unknown_fields=True):
    """What an unknown hardware address is."""

    mac: Annotated[str, Meta(max_length=100)]
    name: Annotated[str, Meta(max_length=100)]


class Trusted(Struct, frozen=True):
    """Which pins were let go: they are set anew by what the device is now."""

    unpinned: tuple[str, ...]


def device_list(request: Request) -> tuple[DeviceRow, ...]:
    """Declared devices with what was read of them."""
    moment = desk(request).moment()
    return device_rows.rows(moment.office, moment.findings)


def device(request: Request) -> OneDevice:
    """One device: state, readings, ports, figures over thirty days, the newest change."""
    here, wanted = desk(request), request.path_params["id"]
    moment = here.moment()
    office = moment.office
    declared = next((one for one in office.inventory.devices if one.id == wanted), None)
    if declared is None:
        raise missing(f"no device {wanted} is declared", "/api/devices")
    known = office.state.devices.get(wanted, Device(wanted))
    findings = tuple(one for one in moment.findings if one.subject == wanted)
    with here.store.read() as connection:
        figures = hours.points(connection, wanted, office.now - HISTORY)
        difference = configuration.newest_difference(connection, wanted)
    return OneDevice(
        row=device_rows.row(declared, known, findings),
        known=known,
        findings=findings,
        ports=device_rows.ports(office, known),
        figures={name: tuple(points) for name, points in figures.items()},
        difference=difference,
    )


def stranger_list(request: Request) -> tuple[Sighting, ...]:
    """Addresses on the office's networks that belong to nothing declared."""
    office = desk(request).moment().office
    known = sightings.declared(office.inventory, office.state.machines, office.state.devices)
    return tuple(sightings.unknown(office.state.strangers, known))


def name_stranger(request: Request, asked: Name) -> tuple[Sighting, ...]:
    """Say what an unknown hardware address is; the addresses as they are known then."""
    here = desk(request)
    with here.store.write() as connection:
        device_acts.name(connection, here.clock(), user(request), asked.mac, asked.name)
    here.forget()
    return stranger_list(request)


def accept_device(request: Request, _asked: Nothing) -> Trusted:
    """Answer for what a device is now: identity, host key, configuration."""
    here, wanted = desk(request), request.path_params["id"]
    if all(one.id != wanted for one in here.source.current().devices):
        raise missing(f"no device {wanted} is declared", "/api/devices")
    with here.store.write() as connection:
        let_go = device_acts.accept(connection, here.clock(), user(request), wanted)
    here.forget()
    return Trusted(let_go)


OPERATIONS: tuple[Operation, ...] = (
    read("/api/devices", device_list, tuple[DeviceRow, ...]),
    read("/api/devices/strangers", stranger_list, tuple[Sighting, ...]),
    act("/api/devices/strangers", name_stranger, Name, tuple[Sighting, ...]),
    read("/api/devices/{id}", device, OneDevice),
    act("/api/devices/{id}/accept", accept_device, Nothing, Trusted),
)
