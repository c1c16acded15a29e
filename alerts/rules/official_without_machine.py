"""Rule official-without-machine: every specialist official has a PC, and it has been seen working."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory


@dataclass(frozen=True)
class Official:
    """A specialist official and the ids of the machines declared as theirs."""

    id: str
    machines: tuple[str, ...]


def officials(inventory: Inventory) -> tuple[Official, ...]:
    """Every specialist official of the office, in the order of the inventory."""
    machines: dict[str, list[str]] = {}
    for machine in inventory.machines:
        if machine.person is not None:
            machines.setdefault(machine.person, []).append(machine.id)
    return tuple(
        Official(person.id, tuple(machines.get(person.id, ())))
        for person in inventory.people
        if person.specialist
    )


def judge(office: Office, official: Official) -> Finding:
    """A machine on paper that no agent has ever shown leaves it unknown."""
    if not official.machines:
        evidence = Evidence(official.id, "inventory", (Seen("no-machine"),), received_at=office.now)
        return Finding("official-without-machine", official.id, "fail", "without", {}, (evidence,))
    seen = tuple(
        Evidence(
            asset,
            "hardware",
            (Seen("working"),),
            machine.hardware.report,
            machine.hardware.received_at,
        )
        for asset in official.machines
        if (machine := office.state.machines.get(asset)) and machine.hardware
    )
    names = {"machines": ", ".join(official.machines)}
    if not seen:
        return Finding("official-without-machine", official.id, "unknown", "unseen", names)
    return Finding("official-without-machine", official.id, "pass", "equipped", names, seen)


RULE = Rule(
    id="official-without-machine",
    item=23,
    severity="warning",
    opens_incident=False,
    subjects=officials,
    judge=judge,
)
