"""All operations of the officer's API, in the order in which addresses are tried."""

from __future__ import annotations

from console.api import backups, devices, house, incidents, lines, office, papers, restores
from console.api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *office.OPERATIONS,
    *incidents.OPERATIONS,
    *papers.OPERATIONS,
    *lines.OPERATIONS,
    *devices.OPERATIONS,
    *restores.OPERATIONS,
    *backups.OPERATIONS,
    *house.OPERATIONS,
)
