"""Who a router lent addresses to, out of what it prints of its DHCP server. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator

from collector.devices.sightings import VIRTUAL, Seen
from collector.devices.walk import mac
from collector.inventory.model import Inventory

MOST = 2000
"""Leases of one router: an office has a few hundred."""
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}")
_CISCO = re.compile(r"\b01([0-9A-Fa-f]{2}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{2})\b")
"""A client identifier: 01 for Ethernet, then the address."""
_OVER = re.compile(r"^\s*binding state (?!active\b)|\bstatus=(?!bound\b)")
"""How dhcpd and RouterOS mark one that nobody holds now: both keep those for years."""
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


def understood(text: str) -> tuple[tuple[str, str], ...]:
    """Address and hardware address of each lease that is held now.

    Of dnsmasq, dhcpd, `/ip dhcp-server lease print terse`, `show ip dhcp binding`: the address
    comes first, on the same line or above. Names of hosts are left where they are.
    """
    found: dict[str, str] = {}
    told: str | None = None
    for line in text.splitlines():
        hardware, here = _hardware(line), _ADDRESS.search(line)
        # dhcpd's leases have a block each: the address first, the hardware some lines below.
        told = here[0] if here is not None else told
        if told is not None and _OVER.search(line):
            found.pop(told, None)  # dhcpd writes an address anew each time that its state changes
            told = None
        if told is not None and hardware is not None and _is_address(told):
            found[told] = hardware
            told = None
    return tuple(found.items())[:MOST]


def seen(inventory: Inventory, device: str, leases: Iterable[tuple[str, str]]) -> Iterator[Seen]:
    """Those on a declared network, and no others."""
    nets = [
        (line.id, ipaddress.ip_network(one)) for line in inventory.lines for one in line.networks
    ]
    for address, hardware in leases:
        place = ipaddress.ip_address(address)
        line = next((line for line, net in nets if place in net), None)
        if line is not None and not hardware.startswith(VIRTUAL):
            yield Seen(hardware, address, line, device)


def _hardware(line: str) -> str | None:
    cisco = _CISCO.search(line)
    if cisco is not None:
        digits = cisco[1].replace(".", "")
        return mac(":".join(digits[n : n + 2] for n in range(0, 12, 2)))
    plain = _MAC.search(line)
    if plain is None:
        return None
    digits = re.sub(r"[^0-9A-Fa-f]", "", plain[0])
    return mac(":".join(digits[n : n + 2] for n in range(0, 12, 2)))


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
