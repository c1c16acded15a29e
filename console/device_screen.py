"""Devices on a terminal: one reading, and the list of what is declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.devices.reading import DeviceReading
from console.device_rows import DeviceRow
from console.words import Words

SIGNS = {True: ("●", "green"), False: ("✗", "bold red"), None: ("?", "yellow")}


def show(reading: DeviceReading) -> None:
    """What one device told, a line a fact."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, said in (*_facts(reading), *_parts(reading)):
        # Text: rich would read `:cd:` in a hardware address as a picture.
        table.add_row(Text(name), Text(said))
    Console(highlight=False).print(table)


def _facts(reading: DeviceReading) -> Iterator[tuple[str, str]]:
    for name in ("kind", "maker", "model", "serial", "version", "name", "pages"):
        value = getattr(reading, name)
        if value is not None:
            yield name, str(value)
    if reading.ups is not None:
        for name in reading.ups.__struct_fields__:
            yield f"ups {name}", str(getattr(reading.ups, name))


def _parts(reading: DeviceReading) -> Iterator[tuple[str, str]]:
    for supply in reading.supplies:
        left = supply.state if supply.ratio is None else f"{supply.ratio:.0%} ({supply.state})"
        yield f"supply {supply.name}", left
    for port in reading.interfaces:
        rate = f"{port.speed_bits_per_second / 1e6:g} Mbit/s" if port.speed_bits_per_second else ""
        yield f"port {port.name}", f"{'up' if port.up else 'down'} {rate} {port.mac or ''}".strip()
    for one in reading.neighbours:
        yield f"neighbour {one.name or one.chassis or '?'}", one.interface or ""
    for volume in reading.volumes:
        share = ""
        if volume.total_bytes and volume.used_bytes is not None:
            share = f"{volume.used_bytes / volume.total_bytes:.0%} of {volume.total_bytes:,} bytes"
        yield f"volume {volume.name}", f"{share} {volume.state or ''}".strip()
    for sensor in reading.sensors:
        yield f"{sensor.kind} {sensor.name}", f"{sensor.value:g}"
    for gap in reading.gaps:
        yield f"not read: {gap.field}", gap.cause


def show_list(rows: Sequence[DeviceRow], words: Words) -> None:
    """Every declared device, a line each."""
    table = Table(box=None, pad_edge=False)
    for heading in ("device", "kind", "what", "answered", "lowest", "problem"):
        table.add_column(words.text(f"devices.{heading}"), overflow="fold")
    for one in rows:
        sign, style = SIGNS[one.up]
        lowest = f"{one.lowest.name} {words.percent(one.lowest.ratio)}" if one.lowest else ""
        problem = one.problem or ("" if one.asked else words.text("devices.not-asked"))
        table.add_row(
            Text.assemble((f"{sign} ", style), one.id),
            words.named("device-kind", one.kind),
            Text(one.what or ""),
            words.ago(one.answered_at),
            Text(lowest),
            Text(problem),
        )
    Console(highlight=False).print(table)
