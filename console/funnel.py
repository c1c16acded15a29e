"""How far each declared PC has come: joined, reporting, inventoried, backed up; and what it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from alerts.office import Office
from collector.state import Agent, Machine

AWAY = ("off", "asleep")
"""Silent on purpose: it has come as far as it had."""


class Stuck(Struct, frozen=True):
    """What stands in the way: a key of the console's texts, filled with `values`."""

    key: str
    values: Mapping[str, str]


class Step(Struct, frozen=True):
    """One declared PC. `backed_up` is None where no set of it is declared."""

    asset: str
    agent: str | None
    joined: bool
    reporting: bool
    inventoried: bool
    backed_up: bool | None
    presence: str
    stuck: Stuck | None


def funnel(office: Office) -> tuple[Step, ...]:
    """Every declared PC, in the inventory's order."""
    return tuple(_step(office, declared.id) for declared in office.inventory.machines)


def strangers(office: Office, agents: Iterable[Agent]) -> tuple[Agent, ...]:
    """Agents that wait for their machine, or whose machine was taken off the list."""
    known = {declared.id for declared in office.inventory.machines}
    return tuple(one for one in agents if one.asset not in known and one.state != "revoked")


def _step(office: Office, asset: str) -> Step:
    inventory = office.inventory
    machine = office.state.machines.get(asset, Machine(asset))
    declared = inventory.machine(asset)
    if declared is None:
        raise KeyError(asset)
    state = office.presence(declared)
    sets = [one.id for one in inventory.backups if one.machine == asset]
    known = office.backups.sets
    unmade = [one for one in sets if one not in known or known[one].last_success_at is None]
    return Step(
        asset=asset,
        agent=machine.agent.id if machine.agent else None,
        joined=machine.agent is not None and machine.agent.state == "approved",
        reporting=state == "reporting",
        inventoried=machine.hardware is not None and machine.system is not None,
        backed_up=not unmade if sets else None,
        presence=state,
        stuck=_joining(machine) or _reporting(machine, state) or _backups(office, unmade),
    )


def _joining(machine: Machine) -> Stuck | None:
    agent = machine.agent
    if agent is None:
        return Stuck("no-agent", {})
    if agent.state == "revoked":
        return Stuck("revoked", {})
    if agent.state == "quarantined":
        return Stuck(f"quarantined-{agent.quarantine_cause}", {})
    return None if agent.last_report_at else Stuck("never", {})


def _reporting(machine: Machine, state: str) -> Stuck | None:
    if state not in ("reporting", *AWAY):
        return Stuck("silent", {"presence": state})
    if machine.hardware is None:
        return Stuck("no-hardware", {})
    return Stuck("no-system", {}) if machine.system is None else None


def _backups(office: Office, unmade: Sequence[str]) -> Stuck | None:
    if not unmade:
        return None
    status = office.backups.sets.get(unmade[0])
    if status is not None and status.last_error:
        return Stuck("backup-failed", {"set": unmade[0], "error": status.last_error})
    return Stuck("no-backup", {"set": unmade[0]})
