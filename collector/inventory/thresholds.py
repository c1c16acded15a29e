"""Thresholds of the rules that the office may change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collector.inventory.declared import Declared

WEEK_SECONDS = 7 * 24 * 3600
"""A silence that is told only after a week is not told."""


class AgentSilent(Declared):
    """Thresholds of the rule agent-silent."""

    after_seconds: Annotated[float, Field(gt=0, le=WEEK_SECONDS)] = 180
    """So long without a report from a machine that should be on."""


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


class Rules(Declared):
    """Thresholds that the office may change, by rule id."""

    agent_silent: Annotated[AgentSilent, Field(alias="agent-silent")] = AgentSilent()
    """A machine that should be on, and says nothing."""
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
