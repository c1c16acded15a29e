"""The blocks of a paper in a Word file: paragraphs, forms, tables, rules."""

from __future__ import annotations

import io
import re
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.shared import Length, Mm, Pt

from alerts.documents import ooxml
from alerts.documents.model import (
    Block,
    Chart,
    Choice,
    Field,
    Fields,
    Heading,
    Items,
    Paragraph,
    Series,
    Table,
)

FONT = "Times New Roman"
BODY = Pt(13)
NONE = Pt(0)
FIRST_LINE = Mm(10)
WIDTH = Mm(165)
"""Of the text: A4 less the margins."""

NUMBERS_BELOW = 12
"""A first column as narrow as this holds numbers, and is centred."""

NUMBER = re.compile(r"[\d.,]+%?|–")
"""A cell that holds nothing else is centred."""

ACROSS = Mm(252)
"""The same on A4 across."""

FORM = (Mm(9), Mm(60), Mm(96))

CENTRE, LEFT_ALIGNED, JUSTIFIED = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
DOTS = "." * 78
"""One line to fill in. Real dots: LibreOffice draws no leaders of tabs in a table's cell."""

BOX, TICKED_BOX = "□", "■"
"""Both are in Times New Roman; the ticked ballot box is not."""


def add_block(document: Any, block: Block) -> None:
    """Append one block to the body."""
    if isinstance(block, Heading):
        paragraph = plain(document, LEFT_ALIGNED, before=Pt(10), after=Pt(4))
        paragraph.paragraph_format.keep_with_next = True
        write(paragraph, block.text, BODY, bold=True)
    elif isinstance(block, Paragraph):
        write(running(document), block.text, BODY, italic=block.italic)
    elif isinstance(block, Items):
        for item in block.items:
            write(running(document), f"- {item}", BODY)
    elif isinstance(block, Fields):
        _form(document, block)
    elif isinstance(block, Chart):
        _chart(document, block)
    else:
        _table(document, block)


def _form(document: Any, form: Fields) -> None:
    table = _grid(document, len(form.rows), FORM)
    for number, (field, row) in enumerate(zip(form.rows, table.rows, strict=True), form.first):
        ooxml.whole_row(row)
        place, label, value = row.cells
        place.paragraphs[0].alignment = CENTRE
        write(place.paragraphs[0], str(number), BODY)
        write(label.paragraphs[0], field.title, BODY)
        _value(value, field)


def _value(cell: Any, field: Field) -> None:
    value = field.value
    if isinstance(value, Choice):
        boxes = (
            f"{TICKED_BOX if value.chosen == index else BOX} {option}"
            for index, option in enumerate(value.options)
        )
        write(cell.paragraphs[0], ("\u00a0" * 12).join(boxes), BODY)
        return
    for index, line in enumerate(value.lines or (DOTS,) * value.blank_lines):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        write(paragraph, line, BODY)


def _chart(document: Any, block: Chart) -> None:
    """As a picture: Word's own charts carry a workbook, which would hide figures in a paper."""
    from alerts.documents.pdf import picture  # noqa: PLC0415 - 50 MB, for papers with charts alone

    paragraph = plain(document, CENTRE, before=Pt(6), after=Pt(6))
    paragraph.add_run().add_picture(io.BytesIO(picture(block)), width=WIDTH)
    drawn = paragraph.runs[0]._r.xpath(".//wp:docPr")[0]  # noqa: SLF001 - python-docx has no word for it
    drawn.set("descr", told(block))


def told(chart: Chart) -> str:
    """A chart's figures in words, for who can't see it."""
    rows = (
        f"{label}: {', '.join(_value_told(one, i, chart.unit) for one in chart.series)}"
        for i, label in enumerate(chart.labels)
    )
    return f"{chart.title}. {'; '.join(rows)}"


def _value_told(series: Series, place: int, unit: str) -> str:
    value = series.values[place]
    return "–" if value is None else f"{series.name} {value:g}".replace(".", ",") + unit


def text_width(document: Any) -> Length:
    """Between the margins: a paper is upright or across as a whole."""
    return ACROSS if document.sections[0].orientation == WD_ORIENT.LANDSCAPE else WIDTH


def _table(document: Any, block: Table) -> None:
    shares = sum(column.share for column in block.columns)
    width = text_width(document)
    widths = tuple(Mm(width.mm * column.share / shares) for column in block.columns)
    table = _grid(document, len(block.rows) + 1, widths)
    ooxml.heading_row(table.rows[0])
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        cell.paragraphs[0].alignment = CENTRE
        write(cell.paragraphs[0], column.title, Pt(11), bold=True)
    for row, values in zip(table.rows[1:], block.rows, strict=True):
        ooxml.whole_row(row)
        if block.columns[0].share < NUMBERS_BELOW:
            row.cells[0].paragraphs[0].alignment = CENTRE
        for cell, value in zip(row.cells, values, strict=True):
            if NUMBER.fullmatch(value):
                cell.paragraphs[0].alignment = CENTRE
            write(cell.paragraphs[0], value, Pt(11))


def _grid(document: Any, rows: int, widths: tuple[Length, ...]) -> Any:
    table = document.add_table(rows, len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    ooxml.fixed_widths(table, widths)
    ooxml.cell_padding(table, Mm(1.8), Mm(0.8))
    return table


def plain(document: Any, alignment: Any, before: Length = NONE, after: Length = NONE) -> Any:
    """A new paragraph without text."""
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before = before
    paragraph.paragraph_format.space_after = after
    return paragraph


def running(document: Any) -> Any:
    """A new paragraph of running text: justified, indented, 6 pt and more apart."""
    paragraph = plain(document, JUSTIFIED, before=Pt(6), after=Pt(6))
    paragraph.paragraph_format.first_line_indent = FIRST_LINE
    return paragraph


def write(
    paragraph: Any, words: str, size: Length, *, bold: bool = False, italic: bool = False
) -> Any:
    """Append words to a paragraph, in the font of papers."""
    run = paragraph.add_run(words)
    run.font.name, run.font.size = FONT, size
    run.bold, run.italic = bold, italic
    return run


def rule(container: Any, within: Length, width: Length) -> None:
    """A rule of that width, in the middle of a part that is `within` wide."""
    paragraph = container.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((within.mm - width.mm) / 2)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    form.space_before = Pt(1.5)
    ooxml.top_border(paragraph)
