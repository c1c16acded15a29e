"""A paper's tables as a workbook: one sheet for each table and chart, nothing that calculates."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from alerts.documents.legible import legible
from alerts.documents.model import Block, Chart, Heading, Paper, Table
from alerts.documents.texts import text

FONT = "Times New Roman"
SHEET_LETTERS_MOST = 31
"""Of a sheet's name, by the format."""
LINE_POINTS = 16
WRAPPED = 1.0
"""Letters of 12 pt in one unit of a column's width, which counts digits of the default font."""
WHOLE = re.compile(r"-?\d{1,9}|\d{1,3}(\.\d{3})+")
"""A whole number, as an office writes it."""


def xlsx(paper: Paper) -> bytes:
    """The file. A paper without a table gives one sheet with its heading."""
    import xlsxwriter  # noqa: PLC0415 - with the first workbook

    shown = legible(paper, lambda _: True)
    made = io.BytesIO()
    # Formulas, numbers and links are never guessed from a text: `=HYPERLINK(…)` stays a text.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(made, options)
    book.set_properties(
        {
            "title": f"{shown.type_name} {shown.subject}"[:255],
            "author": " ".join(shown.issuing_body)[:255],
            "created": paper.prepared_at.astimezone(UTC).replace(tzinfo=None),
        }
    )
    forms = _formats(book)
    names: set[str] = set()
    for heading, block in _sheets(shown):
        name = _name(heading, names)
        sheet = book.add_worksheet(name)
        _head(sheet, shown, heading, forms)
        if isinstance(block, Table):
            _table(sheet, block, forms)
        else:
            _chart(book, sheet, name, block, forms)
    if not names:
        _head(book.add_worksheet(_name(shown.type_name, names)), shown, shown.subject, forms)
    book.close()
    return made.getvalue()


def _sheets(paper: Paper) -> Iterator[tuple[str, Table | Chart]]:
    """Each table or chart with the heading that it stands under."""
    yield from _of(paper.subject, paper.blocks)
    for appendix in paper.appendices:
        yield from _of(f"{appendix.name}: {appendix.title}", appendix.blocks)


def _of(heading: str, blocks: tuple[Block, ...]) -> Iterator[tuple[str, Table | Chart]]:
    for block in blocks:
        if isinstance(block, Heading):
            heading = block.text
        elif isinstance(block, Table | Chart):
            yield (block.title if isinstance(block, Chart) else heading), block


def _name(heading: str, names: set[str]) -> str:
    """As the format allows it, and once each."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", heading).strip() or "1"
    name, number = plain[:SHEET_LETTERS_MOST].strip(), 2
    while name.lower() in names:
        tail = f" {number}"
        name, number = plain[: SHEET_LETTERS_MOST - len(tail)].strip() + tail, number + 1
    names.add(name.lower())
    return name


def _formats(book: Any) -> dict[str, Any]:
    plain = {"font_name": FONT, "font_size": 12, "valign": "top", "text_wrap": True}
    return {
        "title": book.add_format({**plain, "bold": True, "font_size": 14, "text_wrap": False}),
        "note": book.add_format({**plain, "italic": True, "text_wrap": False}),
        "column": book.add_format({**plain, "bold": True, "border": 1, "bg_color": "#EEEEEE"}),
        "cell": book.add_format({**plain, "border": 1}),
        "number": book.add_format({**plain, "border": 1, "num_format": "#,##0"}),
        "part": book.add_format({**plain, "border": 1, "num_format": "#,##0.0"}),
    }


def _head(sheet: Any, paper: Paper, heading: str, forms: dict[str, Any]) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, " ".join(paper.issuing_body), forms["note"])
    sheet.write_string(1, 0, f"{paper.type_name} {paper.subject}", forms["title"])
    sheet.write_string(2, 0, heading, forms["note"])


def _table(sheet: Any, block: Table, forms: dict[str, Any]) -> None:
    widths = tuple(max(8.0, column.share * 1.4) for column in block.columns)
    titles = tuple(column.title for column in block.columns)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
        sheet.write_string(4, place, titles[place], forms["column"])
    for number, row in enumerate((titles, *block.rows), 4):
        sheet.set_row(number, LINE_POINTS * _lines(row, widths))
    for number, row in enumerate(block.rows, 5):
        for place, value in enumerate(row):
            if WHOLE.fullmatch(value):
                whole = int(value.replace(".", ""))
                sheet.write_number(number, place, whole, forms["number"])
            else:
                sheet.write_string(number, place, value, forms["cell"])
    sheet.freeze_panes(5, 0)
    sheet.repeat_rows(4)


def _lines(row: tuple[str, ...], widths: tuple[float, ...]) -> int:
    """How many a row needs: not every program reckons heights when it opens a file."""
    return max(
        sum(
            len(textwrap.wrap(line, max(4, int(width * WRAPPED)))) or 1 for line in cell.split("\n")
        )
        for cell, width in zip(row, widths, strict=True)
    )


def _chart(book: Any, sheet: Any, name: str, block: Chart, forms: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 30)
    sheet.write_string(4, 0, text("period.column.label"), forms["column"])
    drawn = book.add_chart({"type": "bar", "subtype": "stacked"})
    for row, label in enumerate(block.labels, 5):
        sheet.write_string(row, 0, label, forms["cell"])
    last = 4 + len(block.labels)
    fills = ("#3C3C3C", "#D7D7D7", "#8C8C8C")
    for place, one in enumerate(block.series, 1):
        sheet.write_string(4, place, one.name, forms["column"])
        for row, value in enumerate(one.values, 5):
            if value is None:
                sheet.write_blank(row, place, None, forms["cell"])
            else:
                form = forms["number" if value == int(value) else "part"]
                sheet.write_number(row, place, value, form)
        drawn.add_series(
            {
                "name": [name, 4, place],
                "categories": [name, 5, 0, last, 0],
                "values": [name, 5, place, last, place],
                "fill": {"color": fills[(place - 1) % 3]},
                "border": {"color": "#000000"},
            }
        )
    drawn.set_title({"name": block.title})
    drawn.set_y_axis({"reverse": True})
    sheet.insert_chart(4, len(block.series) + 2, drawn)
