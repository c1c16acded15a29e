"""Servers and other hosts that run net-snmp: their file systems and interfaces."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind
from collector.devices.reading import Part
from collector.devices.storage import TABLE, volumes
from collector.devices.walk import Walk


def part(walk: Walk, _maker: str | None) -> Part:
    """The fixed disks of the host."""
    return Part(volumes=volumes(walk))


KIND = Kind(markers=("1.3.6.1.2.1.25.2.3.1.2", "1.3.6.1.4.1.2021.4"), tables=(TABLE,), part=part)
