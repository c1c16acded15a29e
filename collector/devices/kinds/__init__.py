"""Kinds of device: one file each, and the registry that names them all."""

from __future__ import annotations

from collector.devices.kinds import access_point, nas, printer, router, scanner, server, switch, ups
from collector.devices.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    # In this order an undeclared device is told: a NAS is a server too, a router often bridges.
    "printer": printer.KIND,
    "ups": ups.KIND,
    "nas": nas.KIND,
    "access-point": access_point.KIND,
    "router": router.KIND,
    "switch": switch.KIND,
    "server": server.KIND,
    "scanner": scanner.KIND,
}
