"""The rows of the list of devices: each declared device beside what was read of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from alerts.finding import Finding
from alerts.office import Office
from alerts.targets import worst
from collector.devices.figures import named
from collector.devices.interfaces import sockets
from collector.devices.known import Device
from collector.devices.reading import Interface
from collector.devices.sightings import declared
from collector.inventory.model import Device as Declared
from collector.readings import Verdict

PRESENCE: Mapping[bool | None, Verdict] = {True: "pass", False: "fail", None: "unknown"}
HOSTS_SHOWN = 12
"""A port with more than these leads to another switch: its count says enough."""


class SupplyRow(Struct, frozen=True):
    """One supply, and when it will be empty."""

    name: str
    kind: str
    color: str | None
    ratio: float | None
    state: str
    empty_in_days: float | None


class PortRow(Struct, frozen=True):
    """One port and who hangs on it."""

    port: Interface
    hosts: tuple[tuple[str, str | None], ...]
    """MAC, and the asset that it belongs to."""
    more: int
    neighbours: tuple[str, ...]
    new_errors: int | None


class DeviceRow(Struct, frozen=True):
    """One device at a glance."""

    id: str
    name: str
    kind: str
    room: str | None
    address: str | None
    up: bool | None
    verdict: Verdict
    """The worst of its findings; of its presence where nothing judges it."""
    what: str | None
    serial: str | None
    version: str | None
    answered_at: datetime | None
    problem: str | None
    asked: bool
    """Whether the inventory says how to ask it."""
    supplies: tuple[SupplyRow, ...]
    lowest: SupplyRow | None
    """The supply, paper apart, that has least left."""

    @property
    def presence(self) -> Verdict:
        return PRESENCE[self.up]


def rows(office: Office, findings: Sequence[Finding]) -> tuple[DeviceRow, ...]:
    """Every declared device, in the inventory's order."""
    by_subject: dict[str, list[Finding]] = {}
    for finding in findings:
        by_subject.setdefault(finding.subject, []).append(finding)
    return tuple(
        row(one, office.state.devices.get(one.id, Device(one.id)), by_subject.get(one.id, []))
        for one in office.inventory.devices
    )


def row(declared: Declared, known: Device, findings: Iterable[Finding]) -> DeviceRow:
    """One device."""
    reading = known.reading
    verdicts = [finding.verdict for finding in findings]
    told = supplies(known)
    left = [one for one in told if one.kind != "input" and one.ratio is not None]
    return DeviceRow(
        id=declared.id,
        name=declared.name,
        kind=declared.kind,
        room=declared.room,
        address=declared.address,
        up=known.up,
        verdict=worst(verdicts) if verdicts else PRESENCE[known.up],
        what=" ".join(filter(None, (reading.maker, reading.model))) if reading else None,
        serial=(reading.serial if reading else None) or declared.serial,
        version=reading.version if reading else None,
        answered_at=known.answered_at,
        problem=known.problem,
        asked=declared.snmp is not None or declared.ssh is not None,
        supplies=told,
        lowest=min(left, key=lambda one: one.ratio or 0.0, default=None),
    )


def supplies(known: Device) -> tuple[SupplyRow, ...]:
    """Under the same names as the figures and the metrics."""
    return tuple(
        SupplyRow(name, one.kind, one.color, one.ratio, one.state, known.empty_in_days.get(name))
        for name, one in named(known.reading.supplies if known.reading else ())
    )


def ports(office: Office, known: Device) -> tuple[PortRow, ...]:
    """The sockets of a device that forwards, each with what hangs on it."""
    if known.reading is None:
        return ()
    owners = declared(office.inventory, office.state.machines, office.state.devices)
    owners |= {one.mac: one.name for one in office.state.strangers if one.name}
    found = []
    for port in sockets(known.reading.interfaces):
        hosts = [one.mac for one in known.reading.hosts if one.interface == port.name]
        # Whom one knows comes first.
        ordered = sorted(hosts, key=lambda mac: (mac not in owners, mac))
        found.append(
            PortRow(
                port=port,
                hosts=tuple((mac, owners.get(mac)) for mac in ordered[:HOSTS_SHOWN]),
                more=max(0, len(hosts) - HOSTS_SHOWN),
                neighbours=tuple(
                    one.name or one.chassis or "?"
                    for one in known.reading.neighbours
                    if one.interface == port.name
                ),
                new_errors=known.port_errors.get(port.name),
            )
        )
    return tuple(found)
