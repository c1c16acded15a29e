"""PCs that fell silent while they should be on: whom the others are asked for, and who saw them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from collector.inventory.model import Inventory
from collector.neighbours import Neighbour, Neighbours
from collector.presence import presences
from collector.state import Latest, Machine

MOST = 64
"""Addresses in one answer: an agent takes no longer list."""
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
OWN_KINDS = frozenset({"ethernet", "wifi", None})
"""Interfaces with an address that others see; those of bridges and containers mean no PC."""


def addresses(machine: Machine) -> frozenset[str]:
    """The MAC addresses that the PC told of itself; none where it never told, or nonsense."""
    found = machine.system.value.network if machine.system else None
    told = (one.mac.lower() for one in found or () if one.mac and one.kind in OWN_KINDS)
    # The lowest bit of the first byte marks a group (IEEE 802): no one PC has such an address.
    return frozenset(
        mac
        for mac in told
        if MAC.fullmatch(mac) and not int(mac[:2], 16) & 1 and mac != "00:00:00:00:00:00"
    )


def missed(inventory: Inventory, machines: Mapping[str, Machine], now: datetime) -> tuple[str, ...]:
    """Addresses of the PCs of this office that are silent, or whose agent was ended.

    Of none that said goodbye: of a PC that sleeps, the network card answers for it. An address
    that two PCs tell of (a docking station's) would find the wrong one, and is left out.
    """
    owners = Counter(mac for machine in machines.values() for mac in addresses(machine))
    found = [
        mac
        for declared, standing in presences(inventory, machines, now)
        if standing in {"silent", "killed"}
        for mac in sorted(addresses(machines[declared.id]))
        if owners[mac] == 1
    ]
    return tuple(found[:MOST])


class Sighting(Struct, frozen=True):
    """One PC saw another in its table of neighbours. `report` is the evidence."""

    by: str
    """The asset that saw it."""
    report: int
    seen_at: datetime
    """By the collector's clock: when it last answered, as far as that is known."""
    fresh: bool
    """It answered at that time; else it only did at some time before."""


def sightings(machines: Mapping[str, Machine], asset: str) -> tuple[Sighting, ...]:
    """Who saw that asset, by the newest report of each that was asked; the newest sighting first.

    One from after its last own report tells that the PC still answers while its agent does not.
    """
    mine = addresses(machines[asset]) if asset in machines else frozenset()
    found = [
        _sighting(by, machine.neighbours, one)
        for by, machine in machines.items()
        if by != asset and machine.neighbours
        for one in machine.neighbours.value.seen or ()
        if one.mac in mine
    ]
    return tuple(sorted(found, key=lambda one: one.seen_at, reverse=True))


def _sighting(by: str, latest: Latest[Neighbours], one: Neighbour) -> Sighting:
    age = timedelta(seconds=min(one.confirmed_seconds or 0.0, 10**9))
    known = one.state == "reachable" or one.confirmed_seconds is not None
    return Sighting(by, latest.report, latest.received_at - age, known)
