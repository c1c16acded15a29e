"""The kernel's tables of routes and sockets, and the resolver's settings."""

from __future__ import annotations

import re
import socket

from agent.parse.lines import rows

RESOLVER = frozenset({"nameserver", "domain", "search", "sortlist", "options"})
LISTEN = "0A"
STATE = re.compile(r"[0-9A-F]{2}")
LOOPBACK_6 = bytes(15) + b"\1"
MAPPED = bytes(10) + b"\xff\xff"
"""An IPv4 address within IPv6 begins so (RFC 4291, 2.5.5.2)."""
SOCKET = re.compile(r"([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})", re.IGNORECASE)


def gateway(text: str) -> str | None:
    """Default gateway of /proc/net/route, the one with the least metric."""
    found: list[tuple[int, str]] = []
    for row in rows(text):
        if len(row) >= 7 and row[1] == "00000000" and re.fullmatch("[0-9A-F]{8}", row[2]):
            metric = int(row[6]) if row[6].isdigit() else 0
            found.append((metric, socket.inet_ntoa(bytes.fromhex(row[2])[::-1])))
    return min(found)[1] if found else None


def outward(text: str) -> str | None:
    """The interface of the default route in /proc/net/route, the one with the least metric."""
    found = [
        (int(row[6]) if row[6].isdigit() else 0, row[0])
        for row in rows(text)
        if len(row) >= 7 and row[1] == "00000000" and re.fullmatch("[0-9A-F]{8}", row[2])
    ]
    return min(found)[1] if found else None


def name_servers(text: str) -> list[str]:
    """Name servers of resolv.conf(5), those that are IP addresses."""
    found = []
    for row in rows(text):
        if row[0] == "nameserver" and len(row) > 1:
            known = _canonical(row[1].partition("%")[0])
            if known:  # the resolver ignores such a line too
                found.append(known)
    return found


def _canonical(text: str) -> str | None:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_ntop(family, socket.inet_pton(family, text))
        except (OSError, ValueError):  # a NUL within is a ValueError
            continue
    return None


def is_resolver(text: str) -> bool:
    """Whether each line of resolv.conf(5) is a setting, and each name server an address."""
    found = [row for row in rows(text) if not row[0].startswith(";")]
    servers = sum(1 for row in found if row[0] == "nameserver")
    return servers == len(name_servers(text)) and all(row[0] in RESOLVER for row in found)


def is_table(text: str) -> bool:
    """Whether each line below the heading is a socket: a damaged one may hide an open port."""
    found = [row for row in rows(text) if "local_address" not in row]
    return all(
        len(row) > 3 and SOCKET.fullmatch(row[1]) and STATE.fullmatch(row[3]) for row in found
    )


def listening(text: str) -> frozenset[int]:
    """Ports of /proc/net/tcp or tcp6 that listen for other machines."""
    ports = set()
    for row in rows(text):
        local = SOCKET.fullmatch(row[1]) if len(row) > 3 and row[3] == LISTEN else None
        if local and not _is_loopback(local[1]):
            ports.add(int(local[2], 16))
    return frozenset(ports)


def _is_loopback(text: str) -> bool:
    # Words of four bytes in the machine's own order, which is little-endian wherever this runs.
    raw = bytes.fromhex(text)
    address = b"".join(raw[place : place + 4][::-1] for place in range(0, len(raw), 4))
    if address == LOOPBACK_6:
        return True
    plain = address.removeprefix(MAPPED)
    return len(plain) == 4 and plain[0] == 127
