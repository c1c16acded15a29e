"""A paper as a Word file, to be edited: the same form as the PDF, in Times New Roman."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from alerts.documents import ooxml
from alerts.documents.legible import legible
from alerts.documents.model import (
    Appendix,
    Block,
    Choice,
    Field,
    Fields,
    Heading,
    Items,
    Paper,
    Paragraph,
    Table,
)
from alerts.documents.texts import text

FONT = "Times New Roman"
BODY = Pt(13)
NONE = Pt(0)
FIRST_LINE = Mm(10)
TOP, BOTTOM, LEFT, RIGHT = Mm(20), Mm(20), Mm(30), Mm(15)
WIDTH = Mm(165)
"""Of the text: A4 less the margins."""

HEAD = (Mm(66), Mm(99))
FORM = (Mm(9), Mm(60), Mm(96))
MOTTO_WIDTH = Mm(60.3)
"""Of the Tiêu ngữ in Times New Roman bold 14 pt: Word has no rule as wide as a text."""

SHORT_RULE, TITLE_RULE = Mm(22), Mm(36)

CENTRE, LEFT_ALIGNED, JUSTIFIED = (
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)
DOTS = "." * 78
"""One line to fill in. Real dots: LibreOffice draws no leaders of tabs in a table's cell."""

BOX, TICKED_BOX = "□", "■"
"""Both are in Times New Roman; the ticked ballot box is not."""


def docx(paper: Paper) -> bytes:
    """The file."""
    # Word finds a letter that Times New Roman lacks in another font, so every letter is drawable.
    shown = legible(paper, lambda _: True)
    document = Document()
    _page(document, shown)
    _head(document, shown)
    _title(document, shown)
    _addressees(document, shown.addressees)
    for block in shown.blocks:
        _block(document, block)
    if shown.note:
        _write(_plain(document, LEFT_ALIGNED, before=Pt(6)), shown.note, Pt(11), italic=True)
    _signature(document, shown)
    for appendix in shown.appendices:
        _appendix(document, appendix)
    made = io.BytesIO()
    document.save(made)
    return ooxml.same_bytes(made.getvalue())


def _page(document: Any, paper: Paper) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, BODY
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    ooxml.page_number(_write(number, "", BODY))
    if paper.drill:
        _mark(section, text("form.drill"))
    about, at = document.core_properties, paper.prepared_at.astimezone(UTC).replace(tzinfo=None)
    about.title = f"{paper.type_name} {paper.subject}"[:255]
    about.author = about.last_modified_by = " ".join(paper.issuing_body)[:255]
    about.created = about.modified = at
    about.language, about.comments = "vi-VN", ""


def _mark(section: Any, words: str) -> None:
    for header in (section.first_page_header, section.header):
        ooxml.watermark(header, words)
    for footer in (section.first_page_footer, section.footer):
        footer.paragraphs[0].alignment = CENTRE
        _write(footer.paragraphs[0], words, BODY, bold=True)


def _head(document: Any, paper: Paper) -> None:
    table = document.add_table(2, 2)
    ooxml.fixed_widths(table, HEAD)
    ooxml.cell_padding(table, Mm(0), Mm(0))
    body, state = table.rows[0].cells
    body_lines = [(line.upper(), Pt(12.5), True) for line in paper.issuing_body]
    if paper.parent:
        body_lines.insert(0, (paper.parent.upper(), Pt(12.5), False))
    _stack(body, body_lines)
    _rule(body, HEAD[0], SHORT_RULE)
    motto = (text("form.motto"), Pt(14), True)
    _stack(state, [(text("form.state"), Pt(12.5), True), motto])
    _rule(state, HEAD[1], MOTTO_WIDTH)
    number, date = (cell.paragraphs[0] for cell in table.rows[1].cells)
    for paragraph in (number, date):
        paragraph.alignment = CENTRE
        paragraph.paragraph_format.space_before = Pt(8)
    blank = "\u00a0" * 10
    _write(number, f"{text('form.number')}{blank}/{paper.symbol}", BODY)
    _write(date, f"{paper.place}, {text('form.date')} {paper.year}", BODY, italic=True)


def _stack(cell: Any, lines: Sequence[tuple[str, Length, bool]]) -> None:
    paragraph = cell.paragraphs[0]
    for index, (line, size, bold) in enumerate(lines):
        paragraph = paragraph if index == 0 else cell.add_paragraph()
        paragraph.alignment = CENTRE
        _write(paragraph, line, size, bold=bold)


def _rule(container: Any, within: Length, width: Length) -> None:
    paragraph = container.add_paragraph()
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((within.mm - width.mm) / 2)
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
    form.space_before = Pt(1.5)
    ooxml.top_border(paragraph)


def _title(document: Any, paper: Paper) -> None:
    name = _plain(document, CENTRE, before=Pt(12))
    _write(name, paper.type_name.upper(), Pt(14), bold=True)
    _write(_plain(document, CENTRE), paper.subject, Pt(14), bold=True)
    _rule(document, WIDTH, TITLE_RULE)


def _addressees(document: Any, addressees: tuple[str, ...]) -> None:
    if len(addressees) == 1:
        paragraph = _plain(document, CENTRE, before=Pt(10))
        _write(paragraph, f"{text('form.addressee')} {addressees[0]}", BODY)
    elif addressees:
        paragraph = _plain(document, LEFT_ALIGNED, before=Pt(10))
        paragraph.paragraph_format.left_indent = Mm(24)
        _write(paragraph, text("form.addressee"), BODY)
        for index, one in enumerate(addressees, 1):
            line = _plain(document, LEFT_ALIGNED, before=Pt(2))
            line.paragraph_format.left_indent = Mm(46)
            line.paragraph_format.first_line_indent = Mm(-2.5)
            _write(line, f"- {one}{'.' if index == len(addressees) else ';'}", BODY)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Heading):
        paragraph = _plain(document, LEFT_ALIGNED, before=Pt(10), after=Pt(4))
        paragraph.paragraph_format.keep_with_next = True
        _write(paragraph, block.text, BODY, bold=True)
    elif isinstance(block, Paragraph):
        _write(_running(document), block.text, BODY, italic=block.italic)
    elif isinstance(block, Items):
        for item in block.items:
            _write(_running(document), f"- {item}", BODY)
    elif isinstance(block, Fields):
        _form(document, block)
    else:
        _table(document, block)


def _form(document: Any, form: Fields) -> None:
    table = _grid(document, len(form.rows), FORM)
    for number, (field, row) in enumerate(zip(form.rows, table.rows, strict=True), form.first):
        ooxml.whole_row(row)
        place, label, value = row.cells
        place.paragraphs[0].alignment = CENTRE
        _write(place.paragraphs[0], str(number), BODY)
        _write(label.paragraphs[0], field.title, BODY)
        _value(value, field)


def _value(cell: Any, field: Field) -> None:
    value = field.value
    if isinstance(value, Choice):
        boxes = (
            f"{TICKED_BOX if value.chosen == index else BOX} {option}"
            for index, option in enumerate(value.options)
        )
        _write(cell.paragraphs[0], ("\u00a0" * 12).join(boxes), BODY)
        return
    for index, line in enumerate(value.lines or (DOTS,) * value.blank_lines):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        _write(paragraph, line, BODY)


def _table(document: Any, block: Table) -> None:
    shares = sum(column.share for column in block.columns)
    widths = tuple(Mm(WIDTH.mm * column.share / shares) for column in block.columns)
    table = _grid(document, len(block.rows) + 1, widths)
    ooxml.heading_row(table.rows[0])
    for cell, column in zip(table.rows[0].cells, block.columns, strict=True):
        cell.paragraphs[0].alignment = CENTRE
        _write(cell.paragraphs[0], column.title, Pt(11), bold=True)
    for row, values in zip(table.rows[1:], block.rows, strict=True):
        ooxml.whole_row(row)
        row.cells[0].paragraphs[0].alignment = CENTRE
        for cell, value in zip(row.cells, values, strict=True):
            _write(cell.paragraphs[0], value, Pt(11))


def _grid(document: Any, rows: int, widths: tuple[Length, ...]) -> Any:
    table = document.add_table(rows, len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    ooxml.fixed_widths(table, widths)
    ooxml.cell_padding(table, Mm(1.8), Mm(0.8))
    return table


def _signature(document: Any, paper: Paper) -> None:
    closing = _running(document)
    closing.paragraph_format.keep_with_next = closing.paragraph_format.keep_together = True
    closing.paragraph_format.space_after = Pt(12)
    _write(closing, paper.closing, BODY)
    table = document.add_table(1, 2)
    ooxml.fixed_widths(table, (Mm(82.5), Mm(82.5)))
    ooxml.cell_padding(table, Mm(0), Mm(0))
    ooxml.whole_row(table.rows[0])
    recipients, signature = table.rows[0].cells
    _write(recipients.paragraphs[0], text("form.recipients"), Pt(12), bold=True, italic=True)
    for one in paper.recipients:
        _write(recipients.add_paragraph(), f"- {one}", Pt(11))
    _stack(signature, [(line, BODY, True) for line in paper.signature])
    name = signature.add_paragraph()
    name.alignment = CENTRE
    # Room for the signature and the seal.
    name.paragraph_format.space_before = Mm(26)
    _write(name, paper.signer or "", Pt(14), bold=True)


def _appendix(document: Any, appendix: Appendix) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = True
    ooxml.restart_numbering(section)
    _write(_plain(document, CENTRE), appendix.name, Pt(14), bold=True)
    _write(_plain(document, CENTRE), appendix.title, Pt(14), bold=True)
    _write(_plain(document, CENTRE), appendix.reference, BODY, italic=True)
    _rule(document, WIDTH, TITLE_RULE)
    for block in appendix.blocks:
        _block(document, block)


def _plain(document: Any, alignment: Any, before: Length = NONE, after: Length = NONE) -> Any:
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    paragraph.paragraph_format.space_before = before
    paragraph.paragraph_format.space_after = after
    return paragraph


def _running(document: Any) -> Any:
    paragraph = _plain(document, JUSTIFIED, before=Pt(6), after=Pt(6))
    paragraph.paragraph_format.first_line_indent = FIRST_LINE
    return paragraph


def _write(
    paragraph: Any, words: str, size: Length, *, bold: bool = False, italic: bool = False
) -> Any:
    run = paragraph.add_run(words)
    run.font.name, run.font.size = FONT, size
    run.bold, run.italic = bold, italic
    return run
