"""Scanners: few tell more than who they are; those that do tell it as printers do."""

from __future__ import annotations

from collector.devices.kinds import printer
from collector.devices.kinds.kind import Kind

KIND = Kind(
    markers=(),
    tables=(
        (printer.DEVICE_TYPES, printer.DEVICE_NAMES, printer.DEVICE_STATES),
        (printer.ERRORS,),
        (printer.COUNTS, printer.SINCE_START),
    ),
    sensors=printer.KIND.sensors,
    part=printer.part,
)
