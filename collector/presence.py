"""What a machine's silence means: switched off, asleep, its agent killed, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, get_args

from collector import office_hours, state
from collector.inventory.model import Inventory
from collector.inventory.model import Machine as Declared

Presence = Literal[
    "reporting", "off", "asleep", "unplugged", "line-down", "killed", "silent", "pending"
]
PRESENCES: tuple[Presence, ...] = get_args(Presence)


def presence(
    machine: state.Machine | None, declared: Declared, inventory: Inventory, now: datetime
) -> Presence:
    """Where a declared machine stands now, by what it last said and by the office's hours.

    - A goodbye is believed at once (`shutdown`, `sleep`) until the machine speaks again; of the
      collector's own machine it is not, since that one plainly lives.
    - `stopped` means that somebody ended the agent while the PC was on. Unless it starts again
      soon (an update), it counts as killed, by night too: it does not heal by itself.
    - Silence counts in expected time alone: when the office opens, PCs get as long to come up as
      a running one may be silent.
    """
    return _standing(machine, declared, now, _patience(inventory), lambda: opened(inventory, now))


def presences(
    inventory: Inventory, machines: Mapping[str, state.Machine], now: datetime
) -> Iterator[tuple[Declared, Presence]]:
    """The same for every declared machine, with the office's hours looked up once."""
    patience, open_throughout = _patience(inventory), cache(lambda: opened(inventory, now))
    for declared in inventory.machines:
        machine = machines.get(declared.id)
        yield declared, _standing(machine, declared, now, patience, open_throughout)


def opened(inventory: Inventory, now: datetime) -> bool:
    """Whether the office has been open for as long as a running PC may be silent."""
    return all(office_hours.is_open(inventory.site, at) for at in (now, now - _patience(inventory)))


def _patience(inventory: Inventory) -> timedelta:
    return timedelta(seconds=inventory.rules.agent_silent.after_seconds)


def _standing(
    machine: state.Machine | None,
    declared: Declared,
    now: datetime,
    patience: timedelta,
    open_throughout: Callable[[], bool],
) -> Presence:
    agent = machine.agent if machine else None
    if machine is None or agent is None or agent.state != "approved" or not agent.last_report_at:
        return "pending"
    silent = now - agent.last_report_at > patience
    word = last_word(machine)
    if word in ("shutdown", "sleep") and not declared.collector:
        return "off" if word == "shutdown" else "asleep"
    if not silent:
        return "reporting"
    if word == "stopped" or declared.collector:
        return "killed"
    return "silent" if declared.always_on or open_throughout() else "off"


def never_off(declared: Declared) -> bool:
    """Whether it should be on by night too; the others in office hours."""
    return declared.always_on or declared.collector


def last_word(machine: state.Machine) -> str | None:
    """The goodbye, where it is the newest that came from the machine; else None."""
    said = machine.presence
    if said is None or said.value.state == "started":
        return None
    later: tuple[state.Latest[Any] | None, ...] = (
        *(machine.hardware, machine.system, machine.load, machine.security),
        *(machine.events, machine.software, machine.neighbours),
    )
    spoke_again = any(reading is not None and reading.report > said.report for reading in later)
    return None if spoke_again else said.value.state
