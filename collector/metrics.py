"""The fleet's families: what every declared asset and line shows Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

from collector.exposition import Family, Sample
from collector.inventory.model import Inventory
from collector.inventory.model import Machine as Declared
from collector.presence import PRESENCES, expected, presence
from collector.state import Machine, State

SERIES_PER_PC = 64  # mounts, disks or checks: a PC that invents thousands does not fill Prometheus
MBIT = 1_000_000
HEALTHY = {
    **dict.fromkeys(("passed", "ok", "healthy"), 1),
    **dict.fromkeys(("failed", "failing", "unhealthy", "warning", "pred fail"), 0),
}
"""The words of smartctl and of Windows; a disk whose health could not be read has no series."""

Values = Iterator[tuple[dict[str, str], float]]
PerMachine = Callable[[Machine], Values]


def families(inventory: Inventory, state: State, now: datetime) -> Iterable[Family]:
    """Every family of the collector. A declared asset keeps its series, reported or not."""
    return (
        *_assets(inventory, state, now),
        *(_of_machines(inventory, state, *row) for row in FROM_READINGS),
        *_lines(inventory, state),
    )


def _assets(inventory: Inventory, state: State, now: datetime) -> Iterator[Family]:
    site = inventory.site.id
    people = {person.id: person.department for person in inventory.people}
    machines = inventory.machines
    yield Family(
        "wardwatch_asset_info",
        "gauge",
        "1 for every declared asset",
        (
            *(Sample(_info(machine, people, site), 1) for machine in machines),
            *(
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
            ),
        ),
    )
    yield Family(
        "wardwatch_asset_expected",
        "gauge",
        "1 while the machine should be on: in office hours, or always",
        tuple(
            Sample({"asset": machine.id, "site": site}, int(expected(machine, inventory, now)))
            for machine in machines
        ),
    )
    where = {
        machine.id: presence(state.machines.get(machine.id), machine, inventory, now)
        for machine in machines
    }
    yield Family(
        "wardwatch_agent_state",
        "gauge",
        "1 for the state that the machine's agent is in, 0 for the others",
        tuple(
            Sample({"asset": asset, "site": site, "state": name}, int(name == is_now))
            for asset, is_now in where.items()
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
    site = inventory.site.id
    samples: list[Sample] = []
    for declared in inventory.machines:
        machine = state.machines.get(declared.id)
        if machine is None:
            continue
        for count, (labels, value) in enumerate(values(machine)):
            if count == SERIES_PER_PC:
                break
            samples.append(Sample({"asset": declared.id, "site": site, **labels}, value))
    return Family(name, kind, meaning, tuple(samples))


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


def _lines(inventory: Inventory, state: State) -> Iterator[Family]:
    site = inventory.site.id
    newest = {
        line.id: state.lines[line.id][0] for line in inventory.lines if state.lines.get(line.id)
    }
    yield Family(
        "wardwatch_line_up",
        "gauge",
        "1 while at least one independent target answers over the line",
        tuple(Sample(_line(name, site), int(seen.up)) for name, seen in newest.items()),
    )
    yield Family(
        "wardwatch_line_latency_seconds",
        "gauge",
        "Time to connect to the target that answered first",
        tuple(
            Sample(_line(name, site), min(answers))
            for name, seen in newest.items()
            if (
                answers := [
                    t.latency_seconds for t in seen.targets if t.latency_seconds is not None
                ]
            )
        ),
    )
    yield Family(
        "wardwatch_line_contract_bits_per_second",
        "gauge",
        "The rate that the contract promises",
        tuple(
            Sample({**_line(line.id, site), "direction": direction}, rate * MBIT)
            for line in inventory.lines
            for direction, rate in (
                ("down", line.down_mbit_per_second),
                ("up", line.up_mbit_per_second),
            )
        ),
    )


def _line(line: str, site: str) -> dict[str, str]:
    return {"asset": line, "site": site, "line": line}
