"""The Word file of a paper, opened again: the measures of Nghị định 30/2020."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from msgspec.structs import replace

from alerts.documents.docx import docx
from alerts.documents.model import Fields, Items, Lines, Paper
from alerts.documents.police import police
from tests.alerts.document_reading import docx_words, opened, paragraph_of, paragraphs, tables
from tests.alerts.document_samples import example
from tests.alerts.sample_cases import sample_case
from tests.alerts.test_document_pdf import HOSTILE, hostile_case


@pytest.fixture(scope="module")
def paper(example_inventory_path: Path) -> Paper:
    return police(sample_case(example(example_inventory_path)), "real")


@pytest.fixture(scope="module")
def made(paper: Paper) -> bytes:
    return docx(paper)


def test_it_is_a4_with_the_decrees_margins_in_every_section(made: bytes) -> None:
    for section in opened(made).sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        assert 20 <= round(section.top_margin.mm) <= 25
        assert 20 <= round(section.bottom_margin.mm) <= 25
        assert 30 <= round(section.left_margin.mm) <= 35
        assert 15 <= round(section.right_margin.mm) <= 20


def test_every_run_is_in_times_new_roman_and_black(made: bytes) -> None:
    document = opened(made)
    runs = [run for paragraph in paragraphs(document) for run in paragraph.runs]
    assert {run.font.name for run in runs} == {"Times New Roman"}
    assert {run.font.color.rgb for run in runs} == {None}
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {
        "Times New Roman"
    }


@pytest.mark.parametrize(
    ("start", "smallest", "largest", "bold", "italic"),
    [
        ("CỘNG HÒA XÃ HỘI", 12, 13, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, 14, True, False),
        ("UBND THÀNH PHỐ", 12, 13, False, False),
        ("PHƯỜNG HOA MAI", 12, 13, True, False),
        ("Số:", 13, 13, False, False),
        ("Hoa Mai, ngày", 13, 14, False, True),
        ("BÁO CÁO", 13, 14, True, False),
        ("Ban đầu về sự cố", 13, 14, True, False),
        ("Căn cứ", 13, 14, False, False),
        ("TM. ỦY BAN NHÂN DÂN", 13, 14, True, False),
        ("PHÓ CHỦ TỊCH", 13, 14, True, False),
        ("Nơi nhận:", 12, 12, True, True),
        ("- Như trên;", 11, 11, False, False),
    ],
)
def test_each_part_has_its_size_and_weight(
    made: bytes, start: str, smallest: int, largest: int, bold: bool, italic: bool
) -> None:
    (run,) = paragraph_of(made, start).runs
    assert run.font.size
    assert smallest <= run.font.size.pt <= largest
    assert (run.bold, run.italic) == (bold, italic)


def test_running_text_is_justified_indented_and_apart(made: bytes) -> None:
    for start in ("Căn cứ", "Trên đây là"):
        form = paragraph_of(made, start).paragraph_format
        assert form.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
        assert form.first_line_indent
        assert form.space_before
        assert 10 <= round(form.first_line_indent.mm, 1) <= 12.7
        assert form.space_before >= Pt(6)


def test_number_and_date_are_left_blank_for_the_clerk(made: bytes) -> None:
    number = paragraph_of(made, "Số:").text.replace("\u00a0", " ")
    date = paragraph_of(made, "Hoa Mai, ngày").text.replace("\u00a0", " ")
    assert number.split() == ["Số:", "/BC-UBND"]
    assert date.split() == ["Hoa", "Mai,", "ngày", "tháng", "năm", "2026"]


def test_the_national_head_stands_in_fixed_columns_without_padding(made: bytes) -> None:
    head = tables(opened(made))[0]
    assert head.autofit is False
    widths = [column.width for column in head.columns]
    assert sum(width for width in widths if width) == pytest.approx(Mm(165), abs=Mm(0.1))
    for cell in head.rows[0].cells:
        assert cell.width in widths
    padding = head._tbl.tblPr.find(qn("w:tblCellMar"))
    assert padding is not None
    assert {side.get(qn("w:w")) for side in padding} == {"0"}


def test_every_rule_is_drawn_and_as_wide_as_it_should_be(made: bytes) -> None:
    ruled = [
        paragraph
        for paragraph in paragraphs(opened(made))
        if paragraph._p.pPr is not None and paragraph._p.pPr.find(qn("w:pBdr")) is not None
    ]
    widths = []
    for paragraph, within in zip(ruled, (66, 99, 165, 165), strict=True):
        form = paragraph.paragraph_format
        assert form.left_indent
        assert form.right_indent
        widths.append(round(within - form.left_indent.mm - form.right_indent.mm))
    assert widths == [22, 60, 36, 36]


def test_pages_are_numbered_at_the_top_from_the_second(made: bytes) -> None:
    first, appendix = opened(made).sections
    for section in (first, appendix):
        assert section.different_first_page_header_footer
        assert [p.text for p in section.first_page_header.paragraphs] == [""]
    (number,) = first.header.paragraphs
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" in number._p.xml
    assert appendix._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


def test_the_closing_paragraph_never_parts_from_the_signature(made: bytes) -> None:
    assert paragraph_of(made, "Trên đây là").paragraph_format.keep_with_next
    signature = next(
        table for table in tables(opened(made)) if "Nơi nhận:" in table.rows[0].cells[0].text
    )
    assert "w:cantSplit" in signature.rows[0]._tr.xml


def test_it_says_what_the_pdf_says(paper: Paper, made: bytes) -> None:
    words = docx_words(made)
    for block in paper.blocks:
        for row in block.rows if isinstance(block, Fields) else ():
            assert row.label in words
            for line in row.value.lines if isinstance(row.value, Lines) else row.value.options:
                assert line in words


def test_an_open_field_is_a_line_of_dots(made: bytes) -> None:
    rows = [row for table in tables(opened(made)) for row in table.rows]
    name = next(row for row in rows if row.cells[1].text.startswith("Người liên hệ: họ và tên"))
    assert set(name.cells[2].text) == {"."}


def test_the_same_paper_is_the_same_bytes(paper: Paper, made: bytes) -> None:
    assert docx(paper) == made


def test_the_files_own_properties_are_the_papers(paper: Paper, made: bytes) -> None:
    about = opened(made).core_properties
    assert about.created == paper.prepared_at
    assert about.modified == paper.prepared_at
    assert about.author == "Ủy ban nhân dân phường Hoa Mai (ví dụ)"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_text(example_inventory_path: Path, words: str) -> None:
    case = hostile_case(sample_case(example(example_inventory_path)), words)
    assert "Trên đây là báo cáo ban đầu" in docx_words(docx(police(case, "real")))


def test_markup_in_a_name_is_written_as_it_stands(paper: Paper) -> None:
    line = "<w:p/> ]]> &lt; {PAGE} #panic()"
    assert line in docx_words(docx(replace(paper, blocks=(Items((line,)),))))


def test_a_drill_is_marked_on_every_page(example_inventory_path: Path) -> None:
    case = replace(sample_case(example(example_inventory_path)), drill=True)
    with zipfile.ZipFile(BytesIO(docx(police(case, "drill")))) as file:
        headers = [file.read(name).decode() for name in file.namelist() if "header" in name]
    assert len(headers) == 2
    assert all('string="DIỄN TẬP"' in header for header in headers)


def test_a_real_paper_bears_no_mark(made: bytes) -> None:
    with zipfile.ZipFile(BytesIO(made)) as file:
        assert all(
            "textpath" not in file.read(name).decode()
            for name in file.namelist()
            if "header" in name
        )
