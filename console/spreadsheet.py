"""The office's own list of people and PCs, as a spreadsheet holds it: rows of named cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from zipfile import BadZipFile

from msgspec import Struct

from console.choosing import folded

ROWS_MOST = 5_000
HEAD_WITHIN = 25
"""Rows of titles that may stand above the headings."""

CELL_LETTERS_MOST = 300

HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("ho va ten", "ho ten", "ho ten can bo", "ten can bo", "full name", "name"),
    "post": (
        "chuc danh",
        "chuc vu",
        "vi tri viec lam",
        "vi tri cong tac",
        "post",
        "position",
        "title",
    ),
    "department": (
        "phong ban",
        "phong/ban",
        "don vi",
        "bo phan",
        "don vi cong tac",
        "phong chuyen mon",
        "department",
        "unit",
    ),
    "machine": (
        "ten may",
        "ma may",
        "ten may tinh",
        "may tinh",
        "ma tai san",
        "computer",
        "pc",
        "hostname",
        "machine",
    ),
    "serial": ("serial", "so serial", "so seri", "so se ri", "s/n", "serial number"),
    "room": ("so phong", "phong lam viec", "vi tri dat", "vi tri", "noi dat", "room", "location"),
    "bought": (
        "ngay mua",
        "nam mua",
        "nam su dung",
        "ngay su dung",
        "nam dua vao su dung",
        "bought",
        "purchased",
    ),
    "specialist": ("chuyen mon", "lam viec bang may tinh", "can bo chuyen mon", "specialist"),
}
"""What a heading may be called, without marks and case; one that begins so counts as well."""


class SheetError(Exception):
    """Nothing could be read out of that file; worded for the officer."""


class Line(Struct, frozen=True):
    """One row under the headings: its number in the file, and its cells by our names."""

    number: int
    cells: Mapping[str, str]


def lines(content: bytes, file: str) -> tuple[Line, ...]:
    """Rows with something in them. Raises SheetError."""
    table = list(_xlsx(content) if file.lower().endswith(".xlsx") else _csv(content))
    for number, row in enumerate(table[:HEAD_WITHIN]):
        columns = _columns(row)
        if len(columns) >= 2 or (len(columns) == 1 and {"post", "machine"} & set(columns)):
            return tuple(_lines(table[number + 1 :], columns, number + 2))
    known = ", ".join(sorted(one for names in HEADS.values() for one in names[:1]))
    raise SheetError(
        f"{file}: no row of headings was found; known headings (without marks): {known}"
    )


def _lines(rows: Iterable[Sequence[str]], columns: Mapping[str, int], first: int) -> Iterator[Line]:
    for number, row in enumerate(rows, first):
        cells = {name: _clean(row[column]) for name, column in columns.items() if column < len(row)}
        if any(cells.values()):
            yield Line(number, cells)


def _columns(row: Sequence[str]) -> dict[str, int]:
    """Our names by their column, each the first that fits; `Phòng` alone is the department."""
    heads = [re.sub(r"[^a-z0-9/]+", " ", folded(cell)).strip() for cell in row]
    found: dict[str, int] = {}
    for fits in (str.__eq__, str.startswith):
        for name, spellings in HEADS.items():
            for column, head in enumerate(heads):
                if name in found or column in found.values():
                    continue
                if head and any(fits(head, one) for one in spellings):
                    found[name] = column
    if "phong" in heads:
        column = heads.index("phong")
        if column not in found.values():
            found["room" if "department" in found else "department"] = column
    return found


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    sample = text[:4096]
    marks = {mark: sample.count(mark) for mark in (";", "\t", ",")}
    delimiter = max(marks, key=lambda mark: marks[mark])
    try:
        for number, row in enumerate(csv.reader(StringIO(text, newline=""), delimiter=delimiter)):
            if number >= ROWS_MOST:
                return
            yield row
    except csv.Error as error:
        raise SheetError(f"the CSV can't be read: {error}") from error


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1258", "replace")  # Vietnamese Windows before Unicode


def _xlsx(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - 0.2 s that most commands can spare

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True)):
            if number >= ROWS_MOST:
                return
            yield ["" if cell is None else str(cell) for cell in row]
    except (BadZipFile, KeyError, ValueError, OSError, IndexError, EOFError) as error:
        raise SheetError("this is no XLSX file, or it is damaged or has a password") from error


def _clean(cell: str) -> str:
    told = " ".join("".join(one if one.isprintable() else " " for one in cell).split())
    return told[:CELL_LETTERS_MOST]
