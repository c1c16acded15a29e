"""The kept configurations of a device: which there are, what each changed, and its text."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, select

from collector.devices.configuration import unsealed
from collector.devices.tables import device_configurations


class Kept(Struct, frozen=True):
    """One configuration as it was fetched. `number` counts over all devices."""

    number: int
    at: datetime
    size_bytes: int
    sha256: str
    """Of what stays the same between two fetches: no times, no counters."""
    planned: bool
    masked: str
    """Its text with every secret hidden."""
    difference: str
    """From the one before it, secrets hidden; empty of the first."""


def all_of(connection: Connection, device: str) -> tuple[Kept, ...]:
    """Every kept configuration of a device, newest first."""
    rows = connection.execute(
        select(device_configurations)
        .where(device_configurations.c.device == device)
        .order_by(device_configurations.c.id.desc())
    )
    return tuple(
        Kept(row.id, row.at, row.size_bytes, row.sha256, row.planned, row.masked, row.difference)
        for row in rows
    )


def in_full(connection: Connection, folder: Path, device: str, number: int) -> str:
    """The very text that the device told, secrets too. Raises SshError where it was changed."""
    raw = connection.execute(
        select(device_configurations.c.sealed).where(
            device_configurations.c.device == device, device_configurations.c.id == number
        )
    ).scalar_one()
    return unsealed(bytes(raw), folder, device)
