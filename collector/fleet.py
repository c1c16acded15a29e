"""The fleet's families as text: a machine's lines are made when it has spoken, not at each scrape.

A scrape then joins what is there. Made anew by prometheus-client, the text of ten thousand PCs
takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from collector import line_metrics, metrics, office_hours
from collector.devices import metrics as devices
from collector.exposition import Block, Family, block, lines
from collector.inventory.model import Inventory
from collector.inventory.model import Machine as Declared
from collector.metrics import FROM_READINGS
from collector.presence import Presence, presences
from collector.state import Latest, Machine, State

SELDOM: Mapping[str, Callable[[Machine], Latest[Any] | None]] = {
    "wardwatch_host_disk_healthy": lambda machine: machine.hardware,
    "wardwatch_security_check": lambda machine: machine.security,
}
"""The families that are made of one reading's value alone, whenever it came."""


@dataclass(slots=True)
class Held:
    """One machine's lines, and the values that they were made of."""

    machine: Machine | None = None
    readings: tuple[bytes, ...] = (b"",) * len(FROM_READINGS)
    presence: Presence | None = None
    states: bytes = b""


class Fleet:
    """Says what `metrics.families` says, in the same order. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inventory: Inventory | None = None
        self._declared: dict[bool, tuple[Block, ...]] = {}
        """What does not depend on any reading, by whether the office is open."""
        self._held: dict[str, Held] = {}

    def families(self, inventory: Inventory, state: State, now: datetime) -> list[Family | Block]:
        """Every family of the collector, each machine's lines made once for each of its words."""
        with self._lock:
            if inventory is not self._inventory:  # other ids, another site: nothing holds any more
                self._inventory, self._held, self._declared = inventory, {}, {}
            rows = list(self._rows(inventory, state, now))
            declared = self._of_declared(inventory, now)
        columns: Iterator[tuple[bytes, ...]] = zip(
            *((held.states, *held.readings) for held in rows), strict=True
        )
        texts = [b"".join(column) for column in columns] or [b""] * (1 + len(FROM_READINGS))
        named = zip(FROM_READINGS, texts[1:], strict=True)
        states = metrics.agent_states(inventory, ())
        return [
            *declared,
            Block(states.name, states.kind, states.help, texts[0]),
            *(Block(name, kind, help_, text) for (name, kind, help_, _), text in named),
            *line_metrics.lines(inventory, state),
            *devices.families(inventory, state),
        ]

    def _of_declared(self, inventory: Inventory, now: datetime) -> tuple[Block, ...]:
        is_open = office_hours.is_open(inventory.site, now)
        if is_open not in self._declared:
            made = (metrics.info(inventory), metrics.awaited(inventory, now))
            self._declared[is_open] = tuple(block(family) for family in made)
        return self._declared[is_open]

    def _rows(self, inventory: Inventory, state: State, now: datetime) -> Iterator[Held]:
        for declared, presence in presences(inventory, state.machines, now):
            held = self._held.setdefault(declared.id, Held())
            if held.presence != presence:
                family = metrics.agent_states(inventory, ((declared, presence),))
                held.presence, held.states = presence, lines(family.name, family.samples)
            machine = state.machines.get(declared.id)
            # The state keeps the same value for a machine of which nothing new came.
            if machine is not held.machine:
                held.readings = _readings(inventory, declared, machine, held)
                held.machine = machine
            yield held


def _readings(
    inventory: Inventory, declared: Declared, machine: Machine | None, held: Held
) -> tuple[bytes, ...]:
    if machine is None:
        return (b"",) * len(FROM_READINGS)
    return tuple(
        kept
        if _says_the_same(name, held.machine, machine)
        else lines(name, metrics.of_machine(inventory.site.id, declared, machine, values))
        for (name, _, _, values), kept in zip(FROM_READINGS, held.readings, strict=True)
    )


def _says_the_same(name: str, before: Machine | None, now: Machine) -> bool:
    """Whether a family of SELDOM has the lines that it had: half of a PC's lines seldom change."""
    if before is None or name not in SELDOM:
        return False
    old, new = SELDOM[name](before), SELDOM[name](now)
    return old is not None and new is not None and old.value == new.value
