"""Routers and firewalls: ports and neighbours, and what MikroTik and Fortinet measure."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind
from collector.devices.makers import E
from collector.devices.reading import Part
from collector.devices.sensors import Asked
from collector.devices.storage import TABLE, volumes
from collector.devices.walk import Walk

M = f"{E}14988.1.1."
OPTICAL, OPTICAL_NAMES = f"{M}19.1.1.", f"{M}19.1.1.2"
POE, POE_NAMES = f"{M}15.1.1.", f"{M}15.1.1.2"
F = f"{E}12356.101."
HEAT_NAMES = f"{F}4.3.2.1.2"
LINK_NAMES = f"{F}4.9.2.1.14"
TUNNEL_NAMES = f"{F}12.4.2.1.2"


def part(walk: Walk, _maker: str | None) -> Part:
    """RouterOS tells its own disk."""
    return Part(volumes=volumes(walk))


KIND = Kind(
    markers=(f"{M}4", f"{F}4.1", f"{E}7367"),
    tables=(TABLE,),
    sensors=(
        Asked(f"{M}3.8", "voltage", "voltage", 0.1),
        Asked(f"{M}3.10", "temperature", "temperature", 0.1),
        Asked(f"{M}6.1", "DHCP leases", "count"),
        Asked(f"{OPTICAL}3", OPTICAL_NAMES, "state"),
        Asked(f"{OPTICAL}4", OPTICAL_NAMES, "state"),
        Asked(f"{OPTICAL}6", OPTICAL_NAMES, "temperature"),
        Asked(f"{OPTICAL}7", OPTICAL_NAMES, "voltage", 0.001),
        Asked(f"{OPTICAL}8", OPTICAL_NAMES, "current", 0.001),
        Asked(f"{OPTICAL}9", OPTICAL_NAMES, "dbm", 0.001),
        Asked(f"{OPTICAL}10", OPTICAL_NAMES, "dbm", 0.001),
        Asked(f"{POE}3", POE_NAMES, "state"),
        Asked(f"{POE}4", POE_NAMES, "voltage", 0.1),
        Asked(f"{POE}5", POE_NAMES, "current", 0.001),
        Asked(f"{POE}6", POE_NAMES, "power", 0.1),
        Asked(f"{F}4.3.2.1.3", HEAT_NAMES, "temperature"),
        Asked(f"{F}4.3.2.1.4", HEAT_NAMES, "state"),
        Asked(f"{F}4.1.8", "sessions", "count"),
        Asked(f"{F}4.1.11", "sessions a second, 1 min", "count"),
        Asked(f"{F}4.1.12", "sessions a second, 10 min", "count"),
        Asked(f"{F}4.1.13", "sessions a second, 30 min", "count"),
        Asked(f"{F}4.1.14", "sessions a second, 60 min", "count"),
        Asked(f"{F}12.1.1", "VPN tunnels up", "count"),
        Asked(f"{F}12.2.3.1.1", "SSL VPN", "state"),
        Asked(f"{F}12.2.3.1.2", "SSL VPN users", "count"),
        Asked(f"{F}12.2.3.1.6", "SSL VPN tunnels", "count"),
        Asked(f"{F}12.4.2.1.26", TUNNEL_NAMES, "state"),
        Asked(f"{F}4.9.2.1.4", LINK_NAMES, "state"),
        Asked(f"{F}4.9.2.1.5", LINK_NAMES, "count"),
        Asked(f"{F}4.9.2.1.6", LINK_NAMES, "count"),
        Asked(f"{F}4.9.2.1.9", LINK_NAMES, "count"),
    ),
    part=part,
    bridges=True,
)
