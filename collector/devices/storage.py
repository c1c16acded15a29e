"""Fixed disks of hosts that tell them by HOST-RESOURCES-MIB (RFC 2790, hrStorageTable)."""

from __future__ import annotations

from collector.devices.reading import Volume
from collector.devices.walk import Walk, column, text, whole

TYPES, NAMES, UNITS, SIZES, USED = (f"1.3.6.1.2.1.25.2.3.1.{number}" for number in range(2, 7))
TABLE = (TYPES, NAMES, UNITS, SIZES, USED)
FIXED_DISK = "1.3.6.1.2.1.25.2.1.4"
VOLUMES_LIMIT = 64
WRAP = 2**32
"""The sizes are signed 32 bits: a big disk's count of units wraps below zero."""


def volumes(walk: Walk) -> tuple[Volume, ...]:
    """Each fixed disk with its size, in bytes; one without a size is left out."""
    found = []
    for index, value in column(walk, TYPES):
        if text(value) != FIXED_DISK:
            continue
        unit, size, used = (whole(walk.get(f"{oid}.{index}")) for oid in (UNITS, SIZES, USED))
        if unit is None or size is None or used is None or unit <= 0:
            continue
        size, used = size % WRAP, used % WRAP
        if size > 0 and used <= size:
            name = text(walk.get(f"{NAMES}.{index}")) or f"disk {index}"
            found.append(Volume(name, size * unit, used * unit))
    return tuple(found[:VOLUMES_LIMIT])
