"""The parts of a Word file that python-docx has no words for, as small pieces of its XML."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Mm

# The watermark is Word's own kind: a text path behind the page, in the header.
_WATERMARK = """
<w:p {ns}><w:r><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>
<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>
<v:path textpathok="t" o:connecttype="rect"/></v:shapetype>
<v:shape id="DienTap" type="#_x0000_t136" alt="DIỄN TẬP" fillcolor="#dedede" stroked="f"
 style="position:absolute;width:480pt;height:110pt;rotation:308;z-index:-251658752;
 mso-position-horizontal:center;mso-position-horizontal-relative:margin;
 mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:textpath style="font-family:&quot;Times New Roman&quot;;font-size:1pt;font-weight:bold"
 string=""/></v:shape></w:pict></w:r></w:p>
"""

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"'
)

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip member can bear: the same for every file."""


def watermark(header: Any, words: str) -> None:
    """Put the words across every page that bears this header."""
    shape = parse_xml(_WATERMARK.format(ns=_NAMESPACES))
    path = next(shape.iter("{urn:schemas-microsoft-com:vml}textpath"))
    path.set("string", words)
    header._element.append(shape)  # noqa: SLF001 - python-docx offers no drawing in headers


def page_number(run: Any) -> None:
    """The number of the page, as a field that Word keeps."""
    for kind, content in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            piece = OxmlElement("w:fldChar")
            piece.set(qn("w:fldCharType"), kind)
        else:
            piece = OxmlElement("w:instrText")
            piece.text = content
        run._r.append(piece)  # noqa: SLF001 - python-docx offers no fields


def restart_numbering(section: Any) -> None:
    """Number the pages of this section from 1."""
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.append(numbering)  # noqa: SLF001 - python-docx offers no page numbering


def top_border(paragraph: Any) -> None:
    """A rule drawn over the paragraph, between its indents."""
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/>'
        "</w:pBdr>"
    )
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - python-docx offers no borders
    # The schema fixes the order: borders stand before tabs, spacing, indents and alignment.
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")


def fixed_widths(table: Any, widths: tuple[Length, ...]) -> None:
    """Hold every column to its width: in the grid, which Word obeys, and in each cell."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    whole = table._tbl.tblPr.find(qn("w:tblW"))  # noqa: SLF001 - python-docx sets no table width
    whole.set(qn("w:type"), "dxa")
    whole.set(qn("w:w"), str(round(Mm(sum(width.mm for width in widths)).twips)))


def cell_padding(table: Any, side: Length, end: Length) -> None:
    """Padding of every cell, in twentieths of a point as the format wants it."""
    margins = OxmlElement("w:tblCellMar")
    for name, width in (("top", end), ("left", side), ("bottom", end), ("right", side)):
        piece = OxmlElement(f"w:{name}")
        piece.set(qn("w:w"), str(round(width.twips)))
        piece.set(qn("w:type"), "dxa")
        margins.append(piece)
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx offers no padding
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")


def whole_row(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above


def heading_row(row: Any) -> None:
    """Repeat a row at the top of every page that its table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - as above


def same_bytes(file: bytes) -> bytes:
    """The file with the times of its members fixed, so that equal papers are equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(made, "w") as new:
        for member in old.infolist():
            fixed = zipfile.ZipInfo(member.filename, _EPOCH)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(fixed, old.read(member))
    return made.getvalue()
