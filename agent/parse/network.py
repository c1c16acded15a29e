"""The kernel's tables of routes and sockets, and the resolver's settings."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from agent.parse.lines import rows

LISTEN = "0A"
SOCKET = re.compile(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})", re.IGNORECASE)


def gateway(text: str) -> str | None:
    """Default gateway of /proc/net/route, the one with the least metric."""
    found: list[tuple[int, str]] = []
    for row in rows(text):
        if len(row) >= 7 and row[1] == "00000000" and re.fullmatch("[0-9A-F]{8}", row[2]):
            metric = int(row[6]) if row[6].isdigit() else 0
            found.append((metric, str(IPv4Address(bytes.fromhex(row[2])[::-1]))))
    return min(found)[1] if found else None


def name_servers(text: str) -> list[str]:
    """Name servers of resolv.conf(5), those that are IP addresses."""
    found = []
    for row in rows(text):
        if row[0] == "nameserver" and len(row) > 1:
            try:
                found.append(str(ip_address(row[1].partition("%")[0])))
            except ValueError:
                continue  # the resolver ignores such a line too
    return found


def listening(text: str) -> frozenset[int]:
    """Ports of /proc/net/tcp or tcp6 that listen for other machines."""
    ports = set()
    for row in rows(text):
        local = SOCKET.fullmatch(row[1]) if len(row) > 3 and row[3] == LISTEN else None
        if local and not _address(local[1]).is_loopback:
            ports.add(int(local[2], 16))
    return frozenset(ports)


def _address(text: str) -> IPv4Address | IPv6Address:
    # Words of four bytes in the machine's own order, which is little-endian wherever this runs.
    raw = bytes.fromhex(text)
    words = b"".join(raw[place : place + 4][::-1] for place in range(0, len(raw), 4))
    if len(words) == 4:
        return IPv4Address(words)
    address = IPv6Address(words)
    return address.ipv4_mapped or address
