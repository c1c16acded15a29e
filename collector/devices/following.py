"""Follows the store and keeps every device as one value, reading only what is new."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from collector.devices.known import Device, Fetch, Pin, Sighting
from collector.devices.ledger import grown
from collector.devices.reading import DeviceReading
from collector.devices.tables import (
    device_configurations,
    device_fetches,
    device_latest,
    device_names,
    device_pins,
    sightings,
)

log = logging.getLogger(__name__)

_READING = msgspec.json.Decoder(DeviceReading)
_DAYS = msgspec.json.Decoder(dict[str, float])
_FACTS = msgspec.json.Decoder(dict[str, str])
SEEN_LATELY = timedelta(days=14)
"""What has not been on the network for two weeks is gone: no finding asks about it."""
STRANGERS_LIMIT = 2_000
PORTS_LIMIT = 20_000
"""Addresses of one switch that are remembered: one that is flooded with made-up ones begins anew."""


class Following:
    """`refresh` reads the rows again, and understands anew only bodies that changed."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[str, DeviceReading | None]] = {}
        self._ports: dict[str, Mapping[str, str]] = {}

    def refresh(self, connection: Connection) -> Mapping[str, Device]:
        """Every device that has a row, pin or fetch."""
        pins = _pins(connection)
        fetches = _fetches(connection)
        found = {
            row.device: self._device(row, pins.get(row.device, {}), fetches.get(row.device))
            for row in connection.execute(select(device_latest))
        }
        for device in (pins.keys() | fetches.keys()) - found.keys():
            found[device] = Device(
                device, host_key=pins.get(device, {}).get("host-key"), fetch=fetches.get(device)
            )
        return found

    def strangers(self, connection: Connection) -> tuple[Sighting, ...]:
        """Addresses seen lately, with the names that the officer gave, oldest first."""
        newest: datetime | None = connection.execute(
            select(func.max(sightings.c.last_at))
        ).scalar_one()
        if newest is None:
            return ()
        rows = connection.execute(
            select(sightings, device_names.c.name)
            .outerjoin(device_names, device_names.c.mac == sightings.c.mac)
            .where(sightings.c.last_at > newest - SEEN_LATELY)
            .order_by(sightings.c.first_at, sightings.c.mac)
            .limit(STRANGERS_LIMIT)
        )
        return tuple(Sighting(*row) for row in rows)

    def _device(self, row: Any, pins: Mapping[str, Pin], fetch: Fetch | None) -> Device:
        reading = self._reading(row.device, row.body)
        return Device(
            id=row.device,
            at=row.at,
            up=row.up,
            answered_at=row.answered_at,
            down_since_at=row.down_since_at,
            problem=row.problem,
            surveyed_at=row.surveyed_at,
            reading=reading,
            port_errors=grown(reading, row.baseline) if reading else {},
            errors_since_at=row.baseline_at,
            empty_in_days=_DAYS.decode(row.trend) if row.trend else {},
            hangs_on=self._ports.get(row.device, {}),
            identity=pins.get("identity"),
            host_key=pins.get("host-key"),
            fetch=fetch,
        )

    def _reading(self, device: str, body: str | None) -> DeviceReading | None:
        held = self._bodies.get(device)
        if body is None or (held is not None and held[0] == body):
            return held[1] if held else None
        try:
            reading = _READING.decode(body)
        except msgspec.MsgspecError as error:
            # Stored by an older version: the next survey brings it in this one's form.
            log.warning("the reading of %s is not understood any more: %s", device, error)
            reading = None
        self._bodies[device] = (body, reading)
        if reading and reading.hosts:
            ports = {host.mac: host.interface for host in reading.hosts}
            known = {**self._ports.get(device, {}), **ports}
            self._ports[device] = known if len(known) <= PORTS_LIMIT else ports
        return reading


def _pins(connection: Connection) -> dict[str, dict[str, Pin]]:
    found: dict[str, dict[str, Pin]] = {}
    for row in connection.execute(select(device_pins)):
        one = Pin(row.value, row.since_at, row.other, row.other_at)
        found.setdefault(row.device, {})[row.what] = one
    return found


def _fetches(connection: Connection) -> dict[str, Fetch]:
    counts = {
        device: (count, newest)
        for device, count, newest in connection.execute(
            select(
                device_configurations.c.device,
                func.count(),
                func.max(device_configurations.c.id),
            ).group_by(device_configurations.c.device)
        )
    }
    numbers = [newest for _, newest in counts.values()]
    newest = {
        row.device: row
        for row in connection.execute(
            select(
                device_configurations.c.device,
                device_configurations.c.at,
                device_configurations.c.planned,
            ).where(device_configurations.c.id.in_(numbers))
        )
    }
    return {
        row.device: Fetch(
            at=row.at,
            problem=row.problem,
            fetched_at=row.fetched_at,
            configuration=counts[row.device][1] if row.device in counts else None,
            changed_at=newest[row.device].at if counts.get(row.device, (0,))[0] > 1 else None,
            planned=newest[row.device].planned if row.device in newest else True,
            facts=_FACTS.decode(row.facts) if row.facts else {},
        )
        for row in connection.execute(select(device_fetches))
    }
