"""The fleet's families as text: a machine's lines are made when it has spoken, not at each scrape.

A scrape then joins what is there. Made anew by prometheus-client, the text of ten thousand PCs
takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from types import MappingProxyType
from typing import Any

from collector import line_metrics, metrics, office_hours
from collector.devices import metrics as devices
from collector.exposition import Block, Family, block, labels, lines_of
from collector.habits import Usual
from collector.inventory.model import Inventory
from collector.metrics import FROM_READINGS
from collector.packing import Piece
from collector.presence import PRESENCES, Presence, presences
from collector.state import Latest, Machine, State

SELDOM: Mapping[str, Callable[[Machine], Latest[Any] | None]] = {
    "wardwatch_host_disk_healthy": lambda machine: machine.hardware,
    "wardwatch_security_check": lambda machine: machine.security,
}
"""The families that are made of one reading's value alone, whenever it came."""
SHELF = 512
"""Machines whose lines are kept joined and packed: where none said anything new, nothing is done."""
STATE = "wardwatch_agent_state"
WIDTH = 1 + len(FROM_READINGS)


@dataclass(slots=True)
class Shelf:
    """The joined lines of some machines, by family; None: to be joined anew."""

    joined: list[Piece | None] = field(default_factory=lambda: [None] * WIDTH)


@dataclass(slots=True)
class Held:
    """One machine's lines by family (first its agent's state), and what they were made of."""

    common: str
    """The labels that all of its lines begin with."""
    shelf: Shelf
    machine: Machine | None = None
    presence: Presence | None = None
    made: list[bytes] = field(default_factory=lambda: [b""] * WIDTH)

    def put(self, place: int, made: bytes) -> None:
        """Keep a family's lines, and say so to the shelf where they are other ones now."""
        if made != self.made[place]:
            self.made[place] = made
            self.shelf.joined[place] = None


class Fleet:
    """Says what `metrics.families` says, in the same order. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inventory: Inventory | None = None
        self._declared: dict[bool, tuple[Block, ...]] = {}
        """What does not depend on any reading, by whether the office is open."""
        self._held: dict[str, Held] = {}
        self._shelves: list[tuple[Shelf, list[Held]]] = []

    def follow(self, inventory: Inventory, state: State) -> int:
        """Word what is new, so that no scrape has to; of how many machines there was anything."""
        with self._lock:
            return self._follow(inventory, state)

    def families(
        self,
        inventory: Inventory,
        state: State,
        now: datetime,
        usual: Mapping[str, Usual] = MappingProxyType({}),
    ) -> list[Family | Block]:
        """Every family of the collector, each machine's lines made once for each of its words."""
        with self._lock:
            self._follow(inventory, state)
            standing = presences(inventory, state.machines, now, state.devices, usual)
            for declared, presence in standing:
                held = self._held[declared.id]
                if held.presence != presence:
                    held.presence = presence
                    held.put(0, lines_of(STATE, held.common, _standing(presence)))
            kept = list(zip(*self._joined(), strict=True)) or [()] * WIDTH
            declared_ones = self._of_declared(inventory, now)
        states = metrics.agent_states(inventory, ())
        return [
            *declared_ones,
            Block(states.name, states.kind, states.help, kept[0]),
            *(
                Block(name, kind, help_, pieces)
                for (name, kind, help_, _), pieces in zip(FROM_READINGS, kept[1:], strict=True)
            ),
            *line_metrics.lines(inventory, state),
            *devices.families(inventory, state),
        ]

    def _follow(self, inventory: Inventory, state: State) -> int:
        if inventory is not self._inventory:  # other ids, another site: nothing holds any more
            self._begin(inventory)
        changed = 0
        for name, held in self._held.items():
            machine = state.machines.get(name)
            # The state keeps the same value for a machine of which nothing new came.
            if machine is not held.machine:
                _word(held, machine)
                changed += 1
        return changed

    def _begin(self, inventory: Inventory) -> None:
        self._inventory, self._declared, self._held, self._shelves = inventory, {}, {}, []
        for start in range(0, len(inventory.machines), SHELF):
            shelf = Shelf()
            row = [
                Held(labels({"asset": one.id, "site": inventory.site.id}), shelf)
                for one in inventory.machines[start : start + SHELF]
            ]
            self._shelves.append((shelf, row))
            named = zip(inventory.machines[start : start + SHELF], row, strict=True)
            self._held.update({one.id: held for one, held in named})

    def _joined(self) -> Iterator[Sequence[Piece]]:
        for shelf, row in self._shelves:
            yield [
                piece if piece is not None else _join(shelf, row, place)
                for place, piece in enumerate(shelf.joined)
            ]

    def _of_declared(self, inventory: Inventory, now: datetime) -> tuple[Block, ...]:
        is_open = office_hours.is_open(inventory.site, now)
        if is_open not in self._declared:
            made = (metrics.info(inventory), metrics.awaited(inventory, now))
            self._declared[is_open] = tuple(block(family) for family in made)
        return self._declared[is_open]


def _join(shelf: Shelf, row: Sequence[Held], place: int) -> Piece:
    shelf.joined[place] = piece = Piece(b"".join([held.made[place] for held in row]))
    return piece


def _standing(now: Presence) -> Iterator[tuple[dict[str, str], int]]:
    for name in PRESENCES:
        yield {"state": name}, int(name == now)


def _word(held: Held, machine: Machine | None) -> None:
    before, held.machine = held.machine, machine
    for place, (name, _, _, values) in enumerate(FROM_READINGS, start=1):
        if machine is None:
            held.put(place, b"")
        elif not _says_the_same(name, before, machine):
            held.put(place, lines_of(name, held.common, metrics.limited(machine, values)))


def _says_the_same(name: str, before: Machine | None, now: Machine) -> bool:
    """Whether a family of SELDOM has the lines that it had: half of a PC's lines seldom change."""
    if before is None or name not in SELDOM:
        return False
    old, new = SELDOM[name](before), SELDOM[name](now)
    return old is not None and new is not None and (old is new or old.value == new.value)
