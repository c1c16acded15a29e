"""What a machine's silence means: switched off, asleep, its agent killed, or nobody knows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, get_args

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
    agent = machine.agent if machine else None
    if machine is None or agent is None or agent.state != "approved" or not agent.last_report_at:
        return "pending"
    patience = timedelta(seconds=inventory.rules.agent_silent.after_seconds)
    silent = now - agent.last_report_at > patience
    word = last_word(machine)
    if word in ("shutdown", "sleep") and not declared.collector:
        return "off" if word == "shutdown" else "asleep"
    if not silent:
        return "reporting"
    if word == "stopped" or declared.collector:
        return "killed"
    awaited = expected(declared, inventory, now) and expected(declared, inventory, now - patience)
    return "silent" if awaited else "off"


def expected(declared: Declared, inventory: Inventory, now: datetime) -> bool:
    """Whether the machine should be on: day and night, or in office hours."""
    if declared.always_on or declared.collector:
        return True
    return office_hours.is_open(inventory.site, now)


def last_word(machine: state.Machine) -> str | None:
    """The goodbye, where it is the newest that came from the machine; else None."""
    said = machine.presence
    if said is None or said.value.state == "started":
        return None
    later = (machine.hardware, machine.system, machine.load, machine.security)
    spoke_again = any(reading is not None and reading.report > said.report for reading in later)
    return None if spoke_again else said.value.state
