"""Measures a scrape of a whole fleet beside a collector made of prometheus-client."""

from __future__ import annotations

import gc
import gzip
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta

from isal import igzip
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from collector.exposition import Family, pieces, render
from collector.fleet import Fleet
from collector.inventory.model import Inventory
from collector.metrics import families
from collector.packing import gzipped
from collector.readings import Check, Counter, Filesystem, Load, MemoryLoad, Security
from collector.state import Agent, Latest, Machine, State
from tests.collector.office import NOON, OFFICE

CHECKS = 25  # with the other families: 50 series a PC


def fleet(count: int) -> State:
    """So many PCs, each with 50 series."""
    checks = tuple(Check(f"check-{number}", "pass") for number in range(CHECKS))
    machines: dict[str, Machine] = {}
    for number in range(count):
        mounts = tuple(Filesystem(f"/{n}", 2**40, number + n) for n in range(4))
        load = Load(
            memory=MemoryLoad(2**33, number),
            filesystems=mounts,
            network=Counter(number, number),
            uptime_seconds=number,
        )
        machines[f"pc-{number}"] = Machine(
            f"pc-{number}",
            agent=Agent(f"a{number}", f"pc-{number}", "approved", "PC", NOON, NOON),
            load=Latest(1, NOON, NOON, load),
            security=Latest(1, NOON, NOON, Security(checks)),
            cpu_ratio=number % 100 / 100,
        )
    return State(machines)


def declared(count: int) -> Inventory:
    """An office that declares those PCs."""
    template = OFFICE.machines[0]
    machines = tuple(template.model_copy(update={"id": f"pc-{n}"}) for n in range(count))
    return OFFICE.model_copy(update={"machines": machines})


def spoken(state: State, minute: int) -> State:
    """A minute later: every PC sent a load, all numbers of it new; its checks came to the same."""
    machines: dict[str, Machine] = {}
    for asset, machine in state.machines.items():
        if machine.load is not None and machine.agent is not None:
            at = machine.load.received_at + timedelta(minutes=1)
            number = 1000 * minute + len(machines)
            load = Load(
                memory=MemoryLoad(2**33, number),
                filesystems=tuple(Filesystem(f"/{n}", 2**40, number + n) for n in range(4)),
                network=Counter(number, number),
                uptime_seconds=60.0 * minute + number / 7,
            )
            machines[asset] = replace(
                machine,
                agent=replace(machine.agent, last_report_at=at),
                cpu_ratio=number % 997 / 997,
                load=Latest(2, at, at, load),
                security=Latest(2, at, at, Security(machine.security.value.checks))
                if machine.security
                else None,
            )
    return State(machines)


class Theirs(Collector):
    """The same families through prometheus-client, made at each scrape as it asks for."""

    def __init__(self, made: Sequence[Family]) -> None:
        self._made = made

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for family in self._made:
            names = list(family.samples[0].labels) if family.samples else []
            shown = GaugeMetricFamily(family.name, family.help, labels=names)
            for sample in family.samples:
                shown.add_metric(list(sample.labels.values()), sample.value)
            yield shown


def scrape(count: int) -> None:
    """One row: a minute in which every PC sends a load, worded as they come, and then a scrape.

    The last of sixty parts of the fleet is left to the scrape, as the serving process words what is
    new once a second. The peer makes all its lines at the scrape.
    """
    office, state, kept = declared(count), fleet(count), Fleet()

    def shown() -> tuple[float, bytes]:
        began = time.perf_counter()
        packed = gzipped(pieces(kept.families(office, state, NOON)))
        return time.perf_counter() - began, packed

    shown()
    again = min(shown()[0] for _ in range(5))
    minutes: list[float] = []
    words_seconds = 0.0
    for minute in range(1, 4):
        later, parts = spoken(state, minute), min(count, 60)
        names = list(later.machines)
        gc.collect()
        for part in range(parts):
            new = {name: later.machines[name] for name in names[part::parts]}
            state = State({**state.machines, **new})
            if part < parts - 1:
                began = time.process_time()
                kept.follow(office, state)
                words_seconds += time.process_time() - began
        took, packed = shown()
        minutes.append(took)
    text = gzip.decompress(packed)
    if text != render(families(office, state, NOON)):
        sys.exit("what was kept is not what would be made anew")
    registry = CollectorRegistry()
    registry.register(Theirs(tuple(families(office, state, NOON))))
    began = time.perf_counter()
    igzip.compress(generate_latest(registry), 1)
    theirs = time.perf_counter() - began
    ours, each = sorted(minutes)[1], text.count(b"\n") / count
    print(
        f"| {count:,} | {each:.0f} | {words_seconds / count / 3 * 1e6:.0f} "
        f"| {again * 1000:.1f} | {ours * 1000:.1f} | {theirs * 1000:.0f} | {theirs / ours:.1f} x |",
        flush=True,
    )
