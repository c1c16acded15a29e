"""Sections as the collector trusts them: typed once at the door, every field optional.

A field that a PC could not read is None; its cause is among the gaps of the same reading. They hold
no rings, so Python's collector of rings need not stop a city's answers to go through millions (`gc`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Verdict = Literal["pass", "fail", "unknown"]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""As far as a column of the store goes."""
Natural = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Gap(Struct, frozen=True, gc=False):
    """As `agent.report.Gap`."""

    field: str
    cause: str


class SystemIdentity(Struct, frozen=True, gc=False):
    """`hardware.system`."""

    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    uuid: str | None = None
    chassis: str | None = None


class Cpu(Struct, frozen=True, gc=False):
    """One socket."""

    name: str | None = None
    manufacturer: str | None = None
    cores: int | None = None
    threads: int | None = None
    speed_hertz: float | None = None


class Memory(Struct, frozen=True, gc=False):
    """`hardware.memory`; the slots are kept raw in the store."""

    total_bytes: int | None = None


class Disk(Struct, frozen=True, gc=False):
    """One physical disk."""

    name: str | None = None
    model: str | None = None
    serial: str | None = None
    size_bytes: int | None = None
    kind: Literal["ssd", "hdd", "unknown"] = "unknown"
    bus: str | None = None
    health: str | None = None


class Monitor(Struct, frozen=True, gc=False):
    """One display, by its EDID."""

    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    made_week: int | None = None
    made_year: int | None = None


class Peripheral(Struct, frozen=True, gc=False):
    """A printer, a scanner or whatever else is plugged in; a printer's `port` tells how."""

    name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    port: str | None = None
    serial: str | None = None


class Hardware(Struct, frozen=True, gc=False):
    """Probe `hardware`. None: could not be read; an empty tuple: there is none."""

    system: SystemIdentity | None = None
    cpus: tuple[Cpu, ...] | None = None
    memory: Memory | None = None
    disks: tuple[Disk, ...] | None = None
    monitors: tuple[Monitor, ...] | None = None
    printers: tuple[Peripheral, ...] | None = None
    scanners: tuple[Peripheral, ...] | None = None
    usb: tuple[Peripheral, ...] | None = None


class Os(Struct, frozen=True, gc=False):
    """`system.os`; `supported_until` is an ISO date."""

    family: str | None = None
    name: str | None = None
    version: str | None = None
    build: str | None = None
    edition: str | None = None
    architecture: str | None = None
    supported_until: str | None = None


class Interface(Struct, frozen=True, gc=False):
    """One network interface. Only addresses that are some find a PC among its neighbours."""

    name: str | None = None
    mac: str | None = None
    kind: str | None = None
    up: bool | None = None
    addresses: tuple[str, ...] | None = None


class System(Struct, frozen=True, gc=False):
    """Probe `system`."""

    os: Os | None = None
    boot_at: str | None = None
    hostname: str | None = None
    gateway: str | None = None
    network: tuple[Interface, ...] | None = None


class CpuLoad(Struct, frozen=True, gc=False):
    """Seconds since boot, summed over all processors; the ratio is the difference of two."""

    busy_seconds_total: float | None = None
    seconds_total: float | None = None


class MemoryLoad(Struct, frozen=True, gc=False):
    """Bytes now."""

    total_bytes: int | None = None
    available_bytes: int | None = None


class Filesystem(Struct, frozen=True, gc=False):
    """One mounted local filesystem."""

    mount: str
    total_bytes: int
    available_bytes: int
    type: str | None = None


class Counter(Struct, frozen=True, gc=False):
    """Bytes since boot: of all disks (read, written) or all real interfaces (received, sent)."""

    in_bytes_total: int | None = None
    out_bytes_total: int | None = None


class Underway(Struct, frozen=True, gc=False):
    """One backup that runs on the PC now; without figures it has begun, and tells none yet."""

    set: Annotated[str, Meta(max_length=63)]
    ratio: Annotated[float, Meta(ge=0, le=1)] | None = None
    bytes: Natural | None = None
    """Read so far."""
    still_seconds: Annotated[float, Meta(ge=0)] | None = None
    """For so long `bytes` has not grown; None: it grows."""


class Load(Struct, frozen=True, gc=False):
    """Probe `load`."""

    cpu: CpuLoad | None = None
    memory: MemoryLoad | None = None
    filesystems: tuple[Filesystem, ...] | None = None
    disk: Counter | None = None
    network: Counter | None = None
    uptime_seconds: float | None = None
    processes: int | None = None
    backups: Annotated[tuple[Underway, ...], Meta(max_length=100)] = ()
    """Those that run now; older agents tell none."""


class Check(Struct, frozen=True, gc=False):
    """One security check with the source that it read."""

    id: str
    verdict: Verdict
    source: str | None = None
    observed: str | None = None
    reason: str | None = None


class Security(Struct, frozen=True, gc=False):
    """Probe `security`."""

    checks: tuple[Check, ...] = ()


class Presence(Struct, frozen=True, gc=False):
    """Kind `presence`: the agent started, or says goodbye (`stopped`, `shutdown`, `sleep`)."""

    state: Literal["started", "stopped", "shutdown", "sleep"]
    reason: str | None = None
    slept_seconds: Annotated[float, Meta(ge=0)] | None = None
    """Of a start after a sleep: how long the PC was asleep, by its own clock."""


class Witness(Struct, frozen=True, gc=False):
    """A file read on the PC before a backup. Its path stays at home: a hash stands for it."""

    path_sha256: Sha256
    size_bytes: Natural
    modified_ns: Whole
    sha256: Sha256


class Canary(Struct, frozen=True, gc=False):
    """A file that watches over a backed up folder, as the run found it."""

    path: Annotated[str, Meta(max_length=4096)]
    state: Literal["intact", "changed", "gone", "unplanted"]


class Backup(Struct, frozen=True, gc=False):
    """Kind `backup`: the receipt of one run of a set on the PC."""

    set: str
    ok: bool
    started_at: str
    duration_seconds: float
    snapshot: str | None = None
    files: Natural | None = None
    bytes: Natural | None = None
    added_bytes: Natural | None = None
    unreadable: tuple[str, ...] = ()
    error: str | None = None
    job: Whole | None = None
    witnesses: tuple[Witness, ...] = ()
    """Files that a drill may hold a restore against, wherever size and time still agree."""
    set_aside: Natural = 0
    """Files read before the backup that the snapshot holds in another state, or not at all."""
    new_files: Natural | None = None
    changed_files: Natural | None = None
    unmodified_files: Natural | None = None
    """Against the run before; None: as told by a version that did not count them."""
    pins_sha256: Sha256 | None = None
    sampled: Annotated[int, Meta(ge=0, le=10_000)] = 0
    encrypted: Annotated[int, Meta(ge=0, le=10_000)] = 0
    canaries: Annotated[tuple[Canary, ...], Meta(max_length=1000)] = ()
