"""Thresholds of the rules that the office may change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared

WEEK_SECONDS = 7 * 24 * 3600
"""A silence that is told only after a week is not told."""
Days = Annotated[int, Field(ge=1, le=3650)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class AgentSilent(Declared):
    """Thresholds of the rule agent-silent."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without a report from a machine that should be on."""


class BruteForce(Declared):
    """Thresholds of the rules brute-force and logon-after-failures."""

    failures: Count = 10
    """So many failed sign-ins within the time are an attack."""
    within_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 3600
    """The time in which they are counted."""


class CertificateEnding(Declared):
    """Thresholds of the rule certificate-ending."""

    days: Days = 21
    """Told so many days before the end; it is renewed thirty days before by itself."""


class ClockSkew(Declared):
    """Thresholds of the rule clock-skew."""

    seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 300
    """A PC's clock may differ by so many seconds; beyond five minutes sign-ins by Kerberos fail."""


class CollectorDisk(Declared):
    """Thresholds of the rule collector-disk."""

    free_ratio: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Least free share of the disk that holds the collector's data, 0 to 1."""


class DatabaseLarge(Declared):
    """Thresholds of the rule database-large."""

    gib: Annotated[float, Field(gt=0, le=1_000_000)] = 20
    """A database beyond this, in GiB, needs a look."""


class DiskFilling(Declared):
    """Thresholds of the rule disk-filling."""

    used_ratio: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Used share of a disk, 0 to 1."""


class LineDown(Declared):
    """Thresholds of the rule line-down."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without an answer from any target of the line."""


class DeviceUnreachable(Declared):
    """Thresholds of the rule device-unreachable."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 300
    """So long without an answer from a declared device."""


class PrinterSupplyLow(Declared):
    """Thresholds of the rule printer-supply-low."""

    left_ratio: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share that is left of a supply, or room that is left in a waste box, 0 to 1."""


class UpsBatteryWeak(Declared):
    """Thresholds of the rule ups-battery-weak."""

    least_charge_ratio: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Charge of the battery on mains, 0 to 1."""
    least_runtime_seconds: Annotated[float, Field(ge=0, le=WEEK_SECONDS)] = 300
    """Time that the battery lasts at the present load."""


class NasDiskFilling(Declared):
    """Thresholds of the rule nas-disk-filling."""

    used_ratio: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Used share of a volume, 0 to 1."""


class NasDiskHot(Declared):
    """Thresholds of the rule nas-disk-hot."""

    hot_celsius: Annotated[float, Field(gt=0, le=120)] = 55
    """Temperature of a disk."""


class SwitchPortErrors(Declared):
    """Thresholds of the rule switch-port-errors."""

    errors_per_hour: Annotated[float, Field(gt=0, le=1e9)] = 100
    """New errors of one port within about an hour."""


class MachineAbsent(Declared):
    """Thresholds of the rule machine-absent."""

    days: Days = 14
    """A PC that reported nothing for so many days may be lost, stolen or put away."""


class MachineOld(Declared):
    """Thresholds of the rule machine-old."""

    years: Annotated[float, Field(gt=0, le=50)] = 7
    """From the day of purchase; older PCs are for the plan of the year."""


class OsEnding(Declared):
    """Thresholds of the rule os-ending."""

    days: Days = 365
    """Told so many days before the maker's support ends: what a budget takes."""


class PrintersFew(Declared):
    """Thresholds of the rule printers-few."""

    officials: Count = 3
    """So many officials share a printer at most (Quyết định 15/2025/QĐ-TTg)."""


class ScannersFew(Declared):
    """Thresholds of the rule scanners-few."""

    officials: Count = 15
    """So many officials share a scanner at most (Quyết định 15/2025/QĐ-TTg)."""


class WarrantyEnding(Declared):
    """Thresholds of the rule warranty-ending."""

    days: Days = 60
    """Told so many days before the end: time to have a fault mended for nothing."""


class LineSlow(Declared):
    """Thresholds of the rule line-slow."""

    least_ratio: Annotated[float, Field(gt=0, le=1)] = 0.8
    """A test below this share of the contract (0 to 1) is slow."""
    slow_tests: Annotated[int, Field(ge=1, le=50)] = 3
    """So many slow tests make a slow line."""
    of_tests: Annotated[int, Field(ge=1, le=50)] = 5
    """Out of so many of the newest."""


class LineUnavailable(Declared):
    """Thresholds of the rule line-unavailable."""

    availability_ratio: Annotated[float, Field(gt=0, le=1)] = 0.995
    """Least availability in office hours over the last 30 days, 0 to 1."""
    seen_ratio: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Least share (0 to 1) of those hours that must have been looked at to call it available."""


class LineUnstable(Declared):
    """Thresholds of the rule line-unstable."""

    loss_ratio: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Lost share (0 to 1) of the last quarter of an hour that makes it unstable."""
    jitter_seconds: Annotated[float, Field(gt=0, le=10)] = 0.05
    """Jitter of the last quarter of an hour that makes it unstable."""


class DnsFailing(Declared):
    """Thresholds of the rule dns-failing."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without an answer from any name server, while the line works."""


class Rules(Declared):
    """Thresholds that the office may change, by rule id."""

    agent_silent: Annotated[AgentSilent, Field(alias="agent-silent")] = AgentSilent()
    """A machine that should be on, and says nothing."""
    brute_force: Annotated[BruteForce, Field(alias="brute-force")] = BruteForce()
    """Failed sign-ins, one after the other."""
    certificate_ending: Annotated[CertificateEnding, Field(alias="certificate-ending")] = (
        CertificateEnding()
    )
    """The collector's own certificate."""
    clock_skew: Annotated[ClockSkew, Field(alias="clock-skew")] = ClockSkew()
    """A PC whose clock is wrong."""
    collector_disk: Annotated[CollectorDisk, Field(alias="collector-disk")] = CollectorDisk()
    """The disk that holds what was collected."""
    database_large: Annotated[DatabaseLarge, Field(alias="database-large")] = DatabaseLarge()
    """The collector's database."""
    disk_filling: Annotated[DiskFilling, Field(alias="disk-filling")] = DiskFilling()
    """A disk that runs full."""
    line_down: Annotated[LineDown, Field(alias="line-down")] = LineDown()
    """An Internet line that does not answer."""
    device_unreachable: Annotated[DeviceUnreachable, Field(alias="device-unreachable")] = (
        DeviceUnreachable()
    )
    """A declared device that does not answer."""
    printer_supply_low: Annotated[PrinterSupplyLow, Field(alias="printer-supply-low")] = (
        PrinterSupplyLow()
    )
    """A printer's supply that runs out."""
    ups_battery_weak: Annotated[UpsBatteryWeak, Field(alias="ups-battery-weak")] = UpsBatteryWeak()
    """A power supply whose battery holds little."""
    nas_disk_filling: Annotated[NasDiskFilling, Field(alias="nas-disk-filling")] = NasDiskFilling()
    """A NAS volume that runs full."""
    nas_disk_hot: Annotated[NasDiskHot, Field(alias="nas-disk-hot")] = NasDiskHot()
    """A NAS disk that runs hot."""
    switch_port_errors: Annotated[SwitchPortErrors, Field(alias="switch-port-errors")] = (
        SwitchPortErrors()
    )
    """A switch port that loses frames."""
    machine_absent: Annotated[MachineAbsent, Field(alias="machine-absent")] = MachineAbsent()
    """A PC that nobody has seen for long."""
    machine_old: Annotated[MachineOld, Field(alias="machine-old")] = MachineOld()
    """A PC past its years."""
    os_ending: Annotated[OsEnding, Field(alias="os-ending")] = OsEnding()
    """An operating system whose support ends."""
    printers_few: Annotated[PrintersFew, Field(alias="printers-few")] = PrintersFew()
    """Officials that share a printer."""
    scanners_few: Annotated[ScannersFew, Field(alias="scanners-few")] = ScannersFew()
    """Officials that share a scanner."""
    warranty_ending: Annotated[WarrantyEnding, Field(alias="warranty-ending")] = WarrantyEnding()
    """A warranty about to end."""
    line_slow: Annotated[LineSlow, Field(alias="line-slow")] = LineSlow()
    """A line that is slower than its contract."""
    line_unavailable: Annotated[LineUnavailable, Field(alias="line-unavailable")] = (
        LineUnavailable()
    )
    """A line that was down too long in office hours."""
    line_unstable: Annotated[LineUnstable, Field(alias="line-unstable")] = LineUnstable()
    """A line that loses or wavers too much."""
    dns_failing: Annotated[DnsFailing, Field(alias="dns-failing")] = DnsFailing()
    """Names that are not resolved while the line works."""
