"""What was understood of one device: frozen values, each absent where it could not be read."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from collector.readings import Gap

SupplyState = Literal["ok", "low", "empty", "some-left", "unknown"]

LOW_RATIO = 0.1
"""From here down a supply is `low`; the rule's own threshold may differ (`rules`)."""


class Identity(Struct, frozen=True):
    """Who answers at the address."""

    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    version: str | None = None
    """Of its firmware, as the maker writes it."""


class Supply(Struct, frozen=True):
    """One supply of a printer, or one tray of paper (`kind` is `input`)."""

    name: str
    kind: str
    """As RFC 3805 names it: toner, wasteToner, ink, opc, fuser, …; `input` for paper."""
    color: str | None = None
    ratio: float | None = None
    """What is left, 0 to 1; of a waste box, the room that is left. None: not told as a share."""
    state: SupplyState = "unknown"


class PrinterState(Struct, frozen=True):
    """What a printer says of itself."""

    status: str | None = None
    """running, warning, testing, down or unknown (hrDeviceStatus)."""
    errors: tuple[str, ...] = ()
    """hrPrinterDetectedErrorState by name, as `jammed`."""


class Interface(Struct, frozen=True):
    """One port or other interface. Counters are the device's own, since its start."""

    name: str
    index: int
    mac: str | None = None
    speed_bits_per_second: int | None = None
    up: bool | None = None
    enabled: bool | None = None
    kind: int | None = None
    """IANA ifType; 6 is Ethernet, 24 the loopback."""
    alias: str | None = None
    in_bytes_total: int | None = None
    out_bytes_total: int | None = None
    in_errors_total: int | None = None
    out_errors_total: int | None = None


class Neighbour(Struct, frozen=True):
    """A device that announces itself by LLDP."""

    name: str | None = None
    chassis: str | None = None
    port: str | None = None
    """The neighbour's own port."""
    interface: str | None = None
    """Where it hangs here."""
    description: str | None = None


class Host(Struct, frozen=True):
    """One line of a switch's address table: who hangs on which port."""

    mac: str
    interface: str
    vlan: int | None = None


class Ups(Struct, frozen=True):
    """A power supply's battery."""

    charge_ratio: float | None = None
    runtime_seconds: float | None = None
    on_battery: bool | None = None
    replace_battery: bool | None = None
    load_ratio: float | None = None


class Volume(Struct, frozen=True):
    """Storage that the device tells of."""

    name: str
    total_bytes: int | None = None
    used_bytes: int | None = None
    state: str | None = None
    """normal, degraded, crashed, repairing, …; None where only sizes are told."""


class Disk(Struct, frozen=True):
    """One disk of a NAS."""

    name: str
    model: str | None = None
    state: str | None = None
    temperature_celsius: float | None = None
    bad_sectors: int | None = None


class Sensor(Struct, frozen=True):
    """One measured value, in base units: V, A, W, Hz, °C, s; shares as 0 to 1."""

    name: str
    kind: str
    """temperature, voltage, current, power, frequency, load, charge, runtime, count, state, dbm."""
    value: float
    source: str
    """The object it was read from."""


class DeviceReading(Struct, frozen=True):
    """One device, as far as it answered."""

    kind: str | None = None
    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    version: str | None = None
    name: str | None = None
    """sysName: what it calls itself."""
    description: str | None = None
    uptime_seconds: float | None = None
    supplies: tuple[Supply, ...] = ()
    pages: int | None = None
    printer: PrinterState | None = None
    interfaces: tuple[Interface, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    hosts: tuple[Host, ...] = ()
    ups: Ups | None = None
    volumes: tuple[Volume, ...] = ()
    disks: tuple[Disk, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Part(Struct, frozen=True):
    """What one kind makes of a walk; the rest of the reading is common to all kinds."""

    supplies: tuple[Supply, ...] = ()
    pages: int | None = None
    printer: PrinterState | None = None
    ups: Ups | None = None
    volumes: tuple[Volume, ...] = ()
    disks: tuple[Disk, ...] = ()
    gaps: tuple[Gap, ...] = ()
