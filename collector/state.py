"""The live state of the fleet: the newest reading of each kind of each asset, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from collector.devices.known import Device, Sighting
from collector.happenings import Events
from collector.line_readings import LineReading, LineVote
from collector.lines.facts import LineFacts
from collector.neighbours import Neighbours
from collector.quarantine import Cause
from collector.readings import Backup, Gap, Hardware, Load, Presence, Security, System
from collector.software import Installed

T = TypeVar("T")


class Latest(Struct, Generic[T], frozen=True):
    """The newest reading of one kind. `report` is the row in `reports`: its evidence."""

    report: int
    at: datetime
    """By the PC's clock: shown, never compared."""
    received_at: datetime
    """By the collector's clock: what ages are measured with."""
    value: T
    gaps: tuple[Gap, ...] = ()


class Agent(Struct, frozen=True):
    """One joined agent."""

    id: str
    asset: str | None
    state: Literal["pending", "approved", "quarantined", "revoked"]
    hostname: str
    joined_at: datetime
    last_report_at: datetime | None = None
    quarantined_at: datetime | None = None
    quarantine_cause: Cause | None = None


class Traffic(Struct, frozen=True):
    """What went through all real interfaces of a PC, the local network included."""

    in_bits_per_second: float
    out_bits_per_second: float


class Machine(Struct, frozen=True):
    """All that is known of one asset. What never came is None."""

    asset: str
    agent: Agent | None = None
    hardware: Latest[Hardware] | None = None
    system: Latest[System] | None = None
    load: Latest[Load] | None = None
    security: Latest[Security] | None = None
    presence: Latest[Presence] | None = None
    events: Latest[Events] | None = None
    """The newest reading alone: every one stands in the store."""
    software: Latest[Installed] | None = None
    neighbours: Latest[Neighbours] | None = None
    line: Latest[LineVote] | None = None
    """Its newest look at the lines, where it is asked to."""
    backups: Mapping[str, Latest[Backup]] = {}
    """The newest receipt of each set, whether it succeeded or not."""
    cpu_ratio: float | None = None
    """Between the two newest loads of the same boot."""
    traffic: Traffic | None = None
    """Likewise."""


class State(Struct, frozen=True):
    """The fleet at one moment. An asset without an agent has no entry."""

    machines: Mapping[str, Machine] = {}
    lines: Mapping[str, tuple[LineReading, ...]] = {}
    """Newest first, at least the last ten minutes."""
    devices: Mapping[str, Device] = {}
    """Declared devices that were ever polled or fetched from."""
    strangers: tuple[Sighting, ...] = ()
    """Hardware addresses seen on the office's networks, that no one declared."""
    line_facts: Mapping[str, LineFacts] = {}
    """What is kept of each line over days."""


def fold(
    before: Machine | None,
    asset: str,
    agents: Iterable[Agent],
    readings: Mapping[str, Mapping[str, Latest[Any]]],
) -> Machine:
    """One machine out of its agents and their newest readings (by agent, by name in `latest`).

    The machine is what its present agent says. Receipts of backups alone outlive an agent: a
    PC that was set up anew still has its old backups.
    """
    known = sorted(agents, key=lambda agent: (agent.state == "approved", agent.joined_at))
    present = known[-1] if known else None
    own = readings.get(present.id, {}) if present else {}
    newest: dict[str, Latest[Backup]] = {}
    for agent in known:
        for name, receipt in readings.get(agent.id, {}).items():
            kind, _, backup_set = name.partition("/")
            if kind == "backup" and (
                backup_set not in newest or newest[backup_set].report < receipt.report
            ):
                newest[backup_set] = receipt
    load = own.get("load")
    ratio, moved = (before.cpu_ratio, before.traffic) if before else (None, None)
    if before is None or load is not before.load:
        ratio = cpu_ratio(before.load if before else None, load)
        moved = traffic(before.load if before else None, load)
    return Machine(
        asset=asset,
        agent=present,
        hardware=own.get("hardware"),
        system=own.get("system"),
        load=load,
        security=own.get("security"),
        presence=own.get("presence"),
        events=own.get("events"),
        software=own.get("software"),
        neighbours=own.get("neighbours"),
        line=own.get("line"),
        backups=newest,
        cpu_ratio=ratio,
        traffic=moved,
    )


def cpu_ratio(older: Latest[Load] | None, newer: Latest[Load] | None) -> float | None:
    """The busy share between two loads; None where a boot lies between or a number is missing.

    A boot lies between where the uptime did not grow, or where it is shorter than the time that
    passed between the two receipts.
    """
    if older is None or newer is None or older.value.cpu is None or newer.value.cpu is None:
        return None
    before, after = older.value.cpu, newer.value.cpu
    up_before, up_after = older.value.uptime_seconds, newer.value.uptime_seconds
    if (
        before.busy_seconds_total is None
        or before.seconds_total is None
        or after.busy_seconds_total is None
        or after.seconds_total is None
        or up_before is None
        or up_after is None
    ):
        return None
    passed = (newer.received_at - older.received_at).total_seconds()
    if up_after <= up_before or up_after < passed:
        return None
    busy = after.busy_seconds_total - before.busy_seconds_total
    total = after.seconds_total - before.seconds_total
    return min(busy / total, 1.0) if total > 0 and busy >= 0 else None


def traffic(older: Latest[Load] | None, newer: Latest[Load] | None) -> Traffic | None:
    """The rate between two loads; None where a boot lies between or a number is missing."""
    if older is None or newer is None or older.value.network is None or newer.value.network is None:
        return None
    up_before, up_after = older.value.uptime_seconds, newer.value.uptime_seconds
    before, after = older.value.network, newer.value.network
    if (
        before.in_bytes_total is None
        or before.out_bytes_total is None
        or after.in_bytes_total is None
        or after.out_bytes_total is None
        or up_before is None
        or up_after is None
        or up_after <= up_before
    ):
        return None
    seconds = up_after - up_before
    received = after.in_bytes_total - before.in_bytes_total
    sent = after.out_bytes_total - before.out_bytes_total
    if received < 0 or sent < 0:
        return None
    return Traffic(received * 8 / seconds, sent * 8 / seconds)
