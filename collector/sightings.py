"""Which PCs the others saw on their network: the addresses a PC tells of, and who saw them when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from collector.neighbours import Neighbour, Neighbours
from collector.state import Latest, Machine

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
    found = (one for mac, one in every_sighting(machines) if mac in mine and one.by != asset)
    return tuple(sorted(found, key=lambda one: one.seen_at, reverse=True))


def every_sighting(machines: Mapping[str, Machine]) -> Iterator[tuple[str, Sighting]]:
    """Each address that anybody saw, by the newest report of each that was asked."""
    for by, machine in machines.items():
        if machine.neighbours:
            for one in machine.neighbours.value.seen or ():
                yield one.mac, _sighting(by, machine.neighbours, one)


def _sighting(by: str, latest: Latest[Neighbours], one: Neighbour) -> Sighting:
    age = timedelta(seconds=min(one.confirmed_seconds or 0.0, 10**9))
    known = one.state == "reachable" or one.confirmed_seconds is not None
    return Sighting(by, latest.report, latest.received_at - age, known)
