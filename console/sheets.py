"""Tables that leave the console as CSV and XLSX, with every text made harmless."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Literal
from zoneinfo import ZoneInfo

import xlsxwriter
from msgspec import Struct

from console.harmless import harmless

Format = Literal["csv", "xlsx"]
Value = str | int | float | datetime | None

MEDIA: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Sheet(Struct, frozen=True):
    """One table: its name, the headings, and rows of as many values."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def made(sheet: Sheet, format: Format, timezone: str) -> bytes:
    """The file. Times are the office's own; the same sheet gives the same CSV."""
    zone = ZoneInfo(timezone)
    return _csv(sheet, zone) if format == "csv" else _xlsx(sheet, zone)


def _csv(sheet: Sheet, zone: ZoneInfo) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(head) for head in sheet.heads])
    writer.writerows([[_cell(value, zone) for value in row] for row in sheet.rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()  # the mark by which Excel knows UTF-8


def _cell(value: Value, zone: ZoneInfo) -> str | int | float | None:
    if isinstance(value, str):
        return harmless(value)
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def _xlsx(sheet: Sheet, zone: ZoneInfo) -> bytes:
    file = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        page = book.add_worksheet(_tab(sheet.name))
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        when = book.add_format({"num_format": "dd/mm/yyyy hh:mm", "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for column, head in enumerate(sheet.heads):
            page.write_string(0, column, harmless(head), bold)
        for row, values in enumerate(sheet.rows, 1):
            for column, value in enumerate(values):
                if isinstance(value, datetime):
                    local = value.astimezone(zone).replace(tzinfo=None)
                    page.write_datetime(row, column, local, when)
                elif isinstance(value, str):
                    page.write_string(row, column, harmless(value), plain)
                elif value is not None:
                    page.write_number(row, column, value, plain)
        for column in range(len(sheet.heads)):
            page.set_column(column, column, _width(sheet, column))
        page.freeze_panes(1, 0)
        if sheet.rows:
            page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)
    return file.getvalue()


def _tab(name: str) -> str:
    return "".join(letter for letter in name if letter not in "[]:*?/\\")[:31] or "wardwatch"


def _width(sheet: Sheet, column: int) -> int:
    told: Sequence[Value] = [sheet.heads[column], *(row[column] for row in sheet.rows[:200])]
    return min(
        60, max(10, *(17 if isinstance(one, datetime) else len(str(one)) + 2 for one in told))
    )
