"""The last word of a machine: whether it said that it goes, and nothing came after that."""

from __future__ import annotations

from typing import Any

from collector import state


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
