"""A paper as a Word file, to be edited: the same form as the PDF, in Times New Roman."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt

from alerts.documents import ooxml
from alerts.documents.docx_blocks import (
    BODY,
    CENTRE,
    FONT,
    LEFT_ALIGNED,
    WIDTH,
    add_block,
    plain,
    rule,
    running,
    write,
)
from alerts.documents.legible import legible
from alerts.documents.model import Appendix, Paper
from alerts.documents.texts import text

TOP, BOTTOM, LEFT, RIGHT = Mm(20), Mm(20), Mm(30), Mm(15)
HEAD = (Mm(66), Mm(99))
MOTTO_WIDTH = Mm(60.3)
"""Of the Tiêu ngữ in Times New Roman bold 14 pt: Word has no rule as wide as a text."""

SHORT_RULE, TITLE_RULE = Mm(22), Mm(36)


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
        add_block(document, block)
    if shown.note:
        write(plain(document, LEFT_ALIGNED, before=Pt(6)), shown.note, Pt(11), italic=True)
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
    if paper.landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = TOP, BOTTOM
    section.left_margin, section.right_margin = LEFT, RIGHT
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    ooxml.page_number(write(number, "", BODY))
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
        write(footer.paragraphs[0], words, BODY, bold=True)


def _head(document: Any, paper: Paper) -> None:
    table = document.add_table(2, 2)
    ooxml.fixed_widths(table, HEAD)
    ooxml.cell_padding(table, Mm(0), Mm(0))
    body, state = table.rows[0].cells
    body_lines = [(line.upper(), Pt(12.5), True) for line in paper.issuing_body]
    if paper.parent:
        body_lines.insert(0, (paper.parent.upper(), Pt(12.5), False))
    _stack(body, body_lines)
    rule(body, HEAD[0], SHORT_RULE)
    motto = (text("form.motto"), Pt(14), True)
    _stack(state, [(text("form.state"), Pt(12.5), True), motto])
    rule(state, HEAD[1], MOTTO_WIDTH)
    number, date = (cell.paragraphs[0] for cell in table.rows[1].cells)
    for paragraph in (number, date):
        paragraph.alignment = CENTRE
        paragraph.paragraph_format.space_before = Pt(8)
    blank = "\u00a0" * 10
    write(number, f"{text('form.number')}{blank}/{paper.symbol}", BODY)
    write(date, f"{paper.place}, {text('form.date')} {paper.year}", BODY, italic=True)


def _stack(cell: Any, lines: Sequence[tuple[str, Length, bool]]) -> None:
    paragraph = cell.paragraphs[0]
    for index, (line, size, bold) in enumerate(lines):
        paragraph = paragraph if index == 0 else cell.add_paragraph()
        paragraph.alignment = CENTRE
        write(paragraph, line, size, bold=bold)


def _title(document: Any, paper: Paper) -> None:
    name = plain(document, CENTRE, before=Pt(12))
    write(name, paper.type_name.upper(), Pt(14), bold=True)
    write(plain(document, CENTRE), paper.subject, Pt(14), bold=True)
    rule(document, WIDTH, TITLE_RULE)


def _addressees(document: Any, addressees: tuple[str, ...]) -> None:
    if len(addressees) == 1:
        paragraph = plain(document, CENTRE, before=Pt(10))
        write(paragraph, f"{text('form.addressee')} {addressees[0]}", BODY)
    elif addressees:
        paragraph = plain(document, LEFT_ALIGNED, before=Pt(10))
        paragraph.paragraph_format.left_indent = Mm(24)
        write(paragraph, text("form.addressee"), BODY)
        for index, one in enumerate(addressees, 1):
            line = plain(document, LEFT_ALIGNED, before=Pt(2))
            line.paragraph_format.left_indent = Mm(46)
            line.paragraph_format.first_line_indent = Mm(-2.5)
            write(line, f"- {one}{'.' if index == len(addressees) else ';'}", BODY)


def _signature(document: Any, paper: Paper) -> None:
    closing = running(document)
    closing.paragraph_format.keep_with_next = closing.paragraph_format.keep_together = True
    closing.paragraph_format.space_after = Pt(12)
    write(closing, paper.closing, BODY)
    table = document.add_table(1, 2)
    ooxml.fixed_widths(table, (Mm(82.5), Mm(82.5)))
    ooxml.cell_padding(table, Mm(0), Mm(0))
    ooxml.whole_row(table.rows[0])
    left, signature = table.rows[0].cells
    _signer(signature, paper.signature, paper.signer)
    if paper.countersignature:
        _signer(left, paper.countersignature, None)
        _recipients(document.add_paragraph(), document, paper)
    else:
        _recipients(left.paragraphs[0], left, paper)


def _signer(cell: Any, lines: tuple[str, ...], signer: str | None) -> None:
    _stack(cell, [(line, BODY, True) for line in lines])
    name = cell.add_paragraph()
    name.alignment = CENTRE
    # Room for the signature and the seal.
    name.paragraph_format.space_before = Mm(26)
    write(name, signer or "", Pt(14), bold=True)


def _recipients(first: Any, container: Any, paper: Paper) -> None:
    write(first, text("form.recipients"), Pt(12), bold=True, italic=True)
    for one in paper.recipients:
        write(container.add_paragraph(), f"- {one}", Pt(11))


def _appendix(document: Any, appendix: Appendix) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = True
    ooxml.restart_numbering(section)
    write(plain(document, CENTRE), appendix.name, Pt(14), bold=True)
    write(plain(document, CENTRE), appendix.title, Pt(14), bold=True)
    write(plain(document, CENTRE), appendix.reference, BODY, italic=True)
    rule(document, WIDTH, TITLE_RULE)
    for block in appendix.blocks:
        add_block(document, block)
