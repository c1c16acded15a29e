"""PCs that fell silent while they should be on: whom the others are asked for, and who saw them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from collector import office_hours
from collector.goodbye import last_word
from collector.inventory.model import Inventory
from collector.presence import presences
from collector.sightings import addresses
from collector.state import Machine

MOST = 64
"""Addresses in one answer: an agent takes no longer list."""
SOUGHT_FOR = timedelta(hours=1)
"""A PC that is off for good is not asked for all day: each question costs the others a look."""


def missed(inventory: Inventory, machines: Mapping[str, Machine], now: datetime) -> tuple[str, ...]:
    """Addresses of the PCs of this office that are silent, or whose agent was ended.

    Also, for an hour, of those that went without a goodbye when nobody expects them any more, and
    of those that were not switched on as the office opened: one that answers lives without its
    agent. Of none that sleeps: for it the network card answers. An address that two PCs tell of (a
    docking station's) would find the wrong one, and is left out.
    """
    owners = Counter(mac for machine in machines.values() for mac in addresses(machine))
    opened_at = office_hours.open_since(inventory.site, now)
    found = [
        mac
        for declared, standing in presences(inventory, machines, now)
        if standing in {"silent", "killed"}
        or (standing == "off" and _sought(machines[declared.id], opened_at, now))
        for mac in sorted(addresses(machines[declared.id]))
        if owners[mac] == 1
    ]
    return tuple(found[:MOST])


def _sought(machine: Machine, opened_at: datetime | None, now: datetime) -> bool:
    """Whether one that is off may be on after all: it left without a word, or the office opened."""
    last_at = machine.agent.last_report_at if machine.agent else None
    left = last_at is not None and now - last_at <= SOUGHT_FOR and last_word(machine) is None
    return left or (opened_at is not None and now - opened_at <= SOUGHT_FOR)
