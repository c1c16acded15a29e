"""What the rest of the office tells of a PC that says nothing: who saw it, and who fell silent too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct

from collector.devices.known import Device
from collector.goodbye import last_word
from collector.sightings import Sighting, addresses, every_sighting
from collector.state import Machine

TOGETHER = timedelta(seconds=90)
"""Between two loads: those that one switch or one fuse takes away fall silent within a minute."""
LEAST_TOGETHER = 3
MOST_RATIO = 0.8
"""Of those that were reporting then: one that said goodbye or stands elsewhere does not hide it."""
DAY = timedelta(days=1)
PORT_SPEAKS_FOR = timedelta(minutes=5)
"""Switches are asked every minute."""


class Around(Struct, frozen=True):
    """Of one machine."""

    seen_at: datetime | None = None
    """When a neighbour last had an answer from it."""
    together: bool = False
    """Most of the office fell silent at the same moment."""
    witnesses: bool = False
    """Somebody reports who can be asked for it."""
    dead_port: tuple[str, str] | None = None
    """Switch and port that it alone hangs on, without a link: its cable or its power is out."""


@dataclass
class Others:
    """All machines at one moment; each answer is looked up when it is asked for."""

    machines: Mapping[str, Machine]
    now: datetime
    patience: timedelta
    here: frozenset[str] = frozenset()
    """The collector's own machine: no switch stands between it and the collector."""
    devices: Mapping[str, Device] = field(default_factory=dict)

    def of(self, asset: str) -> Around:
        """What the others tell of that one."""
        machine = self.machines.get(asset)
        last_at = _last_at(machine)
        if machine is None or last_at is None:
            return Around()
        mine = addresses(machine)
        # A docking station's address finds whoever sits at it.
        unclear = not mine or any(self._owners[mac] > 1 for mac in mine)
        seen = [
            one.seen_at
            for mac in (() if unclear else mine)
            for one in self._seen.get(mac, ())
            if one.by != asset
        ]
        return Around(
            seen_at=max(seen, default=None),
            together=self._together(last_at),
            witnesses=not unclear and self._reporting > 0,
            dead_port=None if unclear else self._dead_port(mine),
        )

    def _dead_port(self, mine: frozenset[str]) -> tuple[str, str] | None:
        """The port of this PC alone, where it is down."""
        ports = (one for mac in sorted(mine) for one in self._dead_ports.get(mac, ()))
        return next(((device, port) for device, port, there in ports if there <= mine), None)

    @cached_property
    def _dead_ports(self) -> dict[str, list[tuple[str, str, set[str]]]]:
        """By address the switch and port that are down, with all addresses there."""
        found: dict[str, list[tuple[str, str, set[str]]]] = {}
        for device in self.devices.values():
            if device.reading is None or not self._answers(device):
                continue
            down = {one.name for one in device.reading.interfaces if one.up is False}
            there: dict[str, set[str]] = {}
            for mac, port in device.hangs_on.items():
                if port in down:
                    there.setdefault(port, set()).add(mac)
            for port, macs in there.items():
                for mac in macs:
                    found.setdefault(mac, []).append((device.id, port, macs))
        return found

    def _answers(self, device: Device) -> bool:
        """What a switch that is silent itself said last proves nothing."""
        at = device.answered_at
        return bool(device.up) and at is not None and self.now - at <= PORT_SPEAKS_FOR

    def _together(self, last_at: datetime) -> bool:
        """Of the PCs that reported as this one last did, most have been silent since then."""
        fell = bisect_right(self._fell, last_at + TOGETHER) - bisect_left(
            self._fell, last_at - TOGETHER
        )
        if fell < LEAST_TOGETHER:
            return False
        # Of a city thousands may be silent, and each is held against all the others.
        reported = len(self._last_ats) - bisect_left(self._last_ats, last_at - TOGETHER)
        return fell >= MOST_RATIO * reported

    @cached_property
    def _seen(self) -> dict[str, list[Sighting]]:
        """By address, where it is known when the PC answered."""
        found: dict[str, list[Sighting]] = {}
        for mac, one in every_sighting(self.machines):
            if one.fresh:
                found.setdefault(mac, []).append(one)
        return found

    @cached_property
    def _owners(self) -> Counter[str]:
        return Counter(mac for machine in self.machines.values() for mac in addresses(machine))

    @cached_property
    def _last_ats(self) -> list[datetime]:
        """Of every PC that ever reported, in order."""
        return sorted(
            at
            for one in self.machines.values()
            if one.asset not in self.here and (at := _last_at(one))
        )

    @cached_property
    def _reporting(self) -> int:
        every = (_last_at(one) for one in self.machines.values())
        return sum(at is not None and self.now - at <= self.patience for at in every)

    @cached_property
    def _fell(self) -> list[datetime]:
        """When each of the silent ones was last heard, within a day; without those that went."""
        return sorted(
            at
            for one in self.machines.values()
            if one.asset not in self.here
            and (at := _last_at(one))
            and self.patience < self.now - at < DAY
            and last_word(one) is None
        )


def _last_at(machine: Machine | None) -> datetime | None:
    agent = machine.agent if machine else None
    return agent.last_report_at if agent and agent.state == "approved" else None
