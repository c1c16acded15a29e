"""The fleet's families: what every declared asset and line shows Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Literal

from collector import office_hours
from collector.devices import metrics as devices
from collector.exposition import Family, Sample
from collector.habits import Usual
from collector.inventory.model import Inventory
from collector.inventory.model import Machine as Declared
from collector.line_metrics import lines
from collector.presence import PRESENCES, Presence, never_off, presences
from collector.state import Machine, State

SERIES_PER_PC = 64  # mounts, disks or checks: a PC that invents thousands does not fill Prometheus
HEALTHY = {
    **dict.fromkeys(("passed", "ok", "healthy"), 1),
    **dict.fromkeys(("failed", "failing", "unhealthy", "warning", "pred fail"), 0),
}
"""The words of smartctl and of Windows; a disk whose health could not be read has no series."""

Values = Iterator[tuple[Mapping[str, str], float]]
PerMachine = Callable[[Machine], Values]


def families(
    inventory: Inventory,
    state: State,
    now: datetime,
    usual: Mapping[str, Usual] = MappingProxyType({}),
) -> Iterable[Family]:
    """Every family of the collector. A declared asset keeps its series, reported or not.

    `usual` are the machines' learned hours, where there are any.
    """
    return (
        info(inventory),
        awaited(inventory, now),
        agent_states(inventory, presences(inventory, state.machines, now, state.devices, usual)),
        *(_of_machines(inventory, state, *row) for row in FROM_READINGS),
        *lines(inventory, state),
        *devices.families(inventory, state),
    )


def info(inventory: Inventory) -> Family:
    """What is declared of each asset."""
    site = inventory.site.id
    people = {person.id: person.department for person in inventory.people}
    machines = (Sample(_info(machine, people, site), 1) for machine in inventory.machines)
    devices = (
        Sample(
            {
                "asset": device.id,
                "site": site,
                "kind": device.kind,
                "department": "",
                "profile": "",
            },
            1,
        )
        for device in inventory.devices
    )
    meaning = "1 for every declared asset"
    return Family("wardwatch_asset_info", "gauge", meaning, (*machines, *devices))


def awaited(inventory: Inventory, now: datetime) -> Family:
    """Which machines should be on; the same for as long as the office stays open, or shut."""
    site, is_open = inventory.site, office_hours.is_open(inventory.site, now)
    return Family(
        "wardwatch_asset_expected",
        "gauge",
        "1 while the machine should be on: in office hours, or always",
        tuple(
            Sample({"asset": one.id, "site": site.id}, int(is_open or never_off(one)))
            for one in inventory.machines
        ),
    )


def agent_states(inventory: Inventory, standing: Iterable[tuple[Declared, Presence]]) -> Family:
    """A series for each state that an agent can be in."""
    site = inventory.site.id
    return Family(
        "wardwatch_agent_state",
        "gauge",
        "1 for the state that the machine's agent is in, 0 for the others",
        tuple(
            Sample({"asset": declared.id, "site": site, "state": name}, int(name == is_now))
            for declared, is_now in standing
            for name in PRESENCES
        ),
    )


def _info(machine: Declared, people: dict[str, str], site: str) -> dict[str, str]:
    return {
        "asset": machine.id,
        "site": site,
        "kind": "machine",
        "department": machine.department or people.get(machine.person or "", ""),
        "profile": machine.profile,
    }


def _of_machines(
    inventory: Inventory,
    state: State,
    name: str,
    kind: Literal["gauge", "counter"],
    meaning: str,
    values: PerMachine,
) -> Family:
    samples: list[Sample] = []
    for declared in inventory.machines:
        machine = state.machines.get(declared.id)
        if machine is not None:
            samples.extend(of_machine(inventory.site.id, declared, machine, values))
    return Family(name, kind, meaning, tuple(samples))


def of_machine(
    site: str, declared: Declared, machine: Machine, values: PerMachine
) -> Iterator[Sample]:
    """One machine's share of a family of FROM_READINGS."""
    for labels, value in limited(machine, values):
        yield Sample({"asset": declared.id, "site": site, **labels}, value)


def limited(machine: Machine, values: PerMachine) -> Values:
    """The values of one machine, as many as a sound one may have."""
    return islice(values(machine), SERIES_PER_PC)


def _last_report(machine: Machine) -> Values:
    if machine.agent and machine.agent.last_report_at:
        yield {}, machine.agent.last_report_at.timestamp()


def _cpu(machine: Machine) -> Values:
    if machine.cpu_ratio is not None:
        yield {}, machine.cpu_ratio


def _memory(machine: Machine) -> Values:
    memory = machine.load.value.memory if machine.load else None
    if memory is None:
        return
    if memory.total_bytes is not None:
        yield {"kind": "total"}, memory.total_bytes
    if memory.available_bytes is not None:
        yield {"kind": "available"}, memory.available_bytes


def _filesystems(machine: Machine) -> Values:
    for one in (machine.load.value.filesystems if machine.load else None) or ():
        yield {"mount": one.mount, "kind": "total"}, one.total_bytes
        yield {"mount": one.mount, "kind": "available"}, one.available_bytes


def _disks(machine: Machine) -> Values:
    for disk in (machine.hardware.value.disks if machine.hardware else None) or ():
        healthy = HEALTHY.get((disk.health or "").strip().lower())
        if disk.name is not None and healthy is not None:
            yield {"disk": disk.name}, healthy


def _boot(machine: Machine) -> Values:
    # By the collector's clock: the PC's own may be years off.
    load = machine.load
    if load and load.value.uptime_seconds is not None:
        yield {}, (load.received_at - timedelta(seconds=load.value.uptime_seconds)).timestamp()


def _network(machine: Machine) -> Values:
    network = machine.load.value.network if machine.load else None
    if network is None:
        return
    if network.in_bytes_total is not None:
        yield {"direction": "in"}, network.in_bytes_total
    if network.out_bytes_total is not None:
        yield {"direction": "out"}, network.out_bytes_total


def _checks(machine: Machine) -> Values:
    for check in machine.security.value.checks if machine.security else ():
        yield {"check": check.id, "verdict": check.verdict}, 1


FROM_READINGS: tuple[tuple[str, Literal["gauge", "counter"], str, PerMachine], ...] = (
    (
        "wardwatch_agent_last_report_timestamp_seconds",
        "gauge",
        "When the collector received the machine's newest report",
        _last_report,
    ),
    (
        "wardwatch_host_cpu_ratio",
        "gauge",
        "Busy share of all processors between the two newest loads",
        _cpu,
    ),
    ("wardwatch_host_memory_bytes", "gauge", "Memory, total and available to programs", _memory),
    (
        "wardwatch_host_filesystem_bytes",
        "gauge",
        "Size of a mounted filesystem, total and available to users",
        _filesystems,
    ),
    (
        "wardwatch_host_disk_healthy",
        "gauge",
        "1 where the disk's own verdict is good, 0 where it is failing",
        _disks,
    ),
    (
        "wardwatch_host_boot_timestamp_seconds",
        "gauge",
        "When the machine was started, by the collector's clock",
        _boot,
    ),
    (
        "wardwatch_host_network_bytes_total",
        "counter",
        "Bytes received (in) and sent (out) over all real interfaces since boot",
        _network,
    ),
    (
        "wardwatch_security_check",
        "gauge",
        "1 for the verdict that the newest check came to",
        _checks,
    ),
)
