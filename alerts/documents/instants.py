"""Instants in the words of a Vietnamese administrative paper."""

from __future__ import annotations

from datetime import datetime, tzinfo


def day(at: datetime, zone: tzinfo) -> str:
    """As Nghị định 30/2020 writes a date: days below 10 and months 1 and 2 with a leading zero."""
    local = at.astimezone(zone)
    month = f"{local.month:02d}" if local.month < 3 else str(local.month)
    return f"ngày {local.day:02d} tháng {month} năm {local.year}"


def minute(at: datetime, zone: tzinfo) -> str:
    """To the minute, in full."""
    local = at.astimezone(zone)
    return f"{local.hour:02d} giờ {local.minute:02d} phút, {day(at, zone)}"


def short(at: datetime, zone: tzinfo) -> str:
    """To the minute, in figures: for tables and lists."""
    return at.astimezone(zone).strftime("%H:%M, %d/%m/%Y")
