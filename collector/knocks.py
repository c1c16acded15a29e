"""Knocks at PCs that fell silent: an empty packet, so that this machine's table tells who still lives.

A running PC answers the question for its hardware address (ARP, NDP) whatever its firewall says; one
that is off does not. What came of it, this machine's own agent tells like every other neighbour.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from collector.goodbye import last_word
from collector.inventory.model import Inventory
from collector.presence import ALIVE_AFTER
from collector.state import Machine

EVERY = timedelta(seconds=20)
"""The kernel forgets within half a minute that somebody answered."""
KNOCKED_FOR = timedelta(hours=1)
"""As long as its neighbours are asked for it; see `collector.missed`."""
MOST = 64
MOST_ADDRESSES = 8
"""Of one PC, which tells them itself: one that is not to be trusted has no network searched through."""
NEVER = datetime.min.replace(tzinfo=UTC)
DISCARD = 9
"""A port at which nothing is expected to listen (RFC 863): the packet itself says nothing."""


def silent(
    inventory: Inventory, machines: Mapping[str, Machine], now: datetime
) -> Iterator[Machine]:
    """Whom to knock at: declared PCs that ceased to report and did not go to sleep. Pure.

    One that sleeps is let be: its card answers for it, and some cards would wake it.
    """
    for declared in inventory.machines:
        machine = machines.get(declared.id)
        agent = machine.agent if machine else None
        if machine is None or agent is None or agent.state != "approved":
            continue
        if declared.collector or agent.last_report_at is None or last_word(machine) == "sleep":
            continue
        if ALIVE_AFTER < now - agent.last_report_at <= KNOCKED_FOR:
            yield machine


def addresses(machine: Machine) -> tuple[str, ...]:
    """Where it can be met, by what it told itself: of one PC alone, and on some network."""
    found = machine.system.value.network if machine.system else None
    told = (text for one in found or () for text in one.addresses or ())
    return tuple(text for text in dict.fromkeys(told) if _is_one(text))[:MOST_ADDRESSES]


def knock(at: Iterable[str]) -> None:
    """One empty packet to each that is on a network of this machine; it never passes a router."""
    for address in at:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        # No way there, no such network, no buffer: then nobody answers, which is all that is asked.
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
            if family == socket.AF_INET6:  # of which Linux takes no notice there
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1)
            door.setblocking(False)
            door.sendto(b"", (address, DISCARD))


class Knocker:
    """`tick` knocks at each silent PC every twenty seconds, at most 64 of them."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}

    def tick(
        self, inventory: Inventory, machines: Mapping[str, Machine], now: datetime
    ) -> tuple[str, ...]:
        """The assets that were knocked at this time."""
        wanted = {one.asset: one for one in silent(inventory, machines, now)}
        self._at = {asset: at for asset, at in self._at.items() if asset in wanted}
        due = [asset for asset in wanted if self._due(asset, now)]
        # Where there are more, each has its turn: those that waited longest come first.
        due = sorted(due, key=lambda asset: self._at.get(asset, NEVER))[:MOST]
        for asset in due:
            self._at[asset] = now
            knock(addresses(wanted[asset]))
        return tuple(due)

    def _due(self, asset: str, now: datetime) -> bool:
        at = self._at.get(asset)
        return at is None or not timedelta(0) <= now - at < EVERY


def _is_one(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (
        address.is_multicast
        or address.is_loopback
        or address.is_unspecified
        or address.is_link_local
        or address.is_reserved
    )
