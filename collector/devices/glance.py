"""What of a survey is worth a look every minute: counters, states, levels. Pure."""

from __future__ import annotations

from collector.devices import interfaces as ports
from collector.devices.identity import UPTIME
from collector.devices.interfaces import interfaces, sockets
from collector.devices.kinds import nas, printer, ups
from collector.devices.walk import Walk

COLUMNS = (
    *(printer.LEVELS, printer.TRAY_LEVELS, printer.COUNTS, printer.DEVICE_STATES, printer.ERRORS),
    *(nas.DISK_STATES, nas.DISK_HEALTH, nas.DISK_HEAT, nas.RAID_STATES),
    *(nas.Q_DISK_STATES, nas.Q_VOLUME_STATES),
)
SCALARS = (UPTIME, *ups.KIND.scalars, ups.APC_CHARGE_TENTHS, ups.APC_TICKS, ups.APC_STATUS)
OBJECTS_LIMIT = 280
"""A switch with 52 ports asks for five objects each."""


def worth(walk: Walk) -> tuple[str, ...]:
    """The objects to ask each minute, of those that the survey found."""
    found = [oid for oid in SCALARS if oid in walk]
    below = tuple(column + "." for column in COLUMNS)
    found += [oid for oid in walk if oid.startswith(below)]
    for port in sockets(interfaces(walk)):
        for choice in (
            (ports.STATES,),
            (ports.IN_BYTES_64, ports.IN_BYTES),
            (ports.OUT_BYTES_64, ports.OUT_BYTES),
            (ports.IN_ERRORS,),
            (ports.OUT_ERRORS,),
        ):
            there = (f"{column}.{port.index}" for column in choice)
            found += [next((oid for oid in there if oid in walk), "")]
    return tuple(dict.fromkeys(oid for oid in found if oid))[:OBJECTS_LIMIT]
