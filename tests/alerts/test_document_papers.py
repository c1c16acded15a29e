"""Every paper that the product makes: its form by parse, its fonts, what it hides, and its bytes."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx.shared import Pt
from msgspec.structs import replace

from alerts.documents.digest import Digest
from alerts.documents.docx import docx
from alerts.documents.fonts import TINOS
from alerts.documents.incident_list import register
from alerts.documents.items import items
from alerts.documents.letter import PurposeError
from alerts.documents.model import Chart, Column, Paper, Series, Table
from alerts.documents.pdf import pdf, picture
from alerts.documents.period import period
from alerts.documents.redaction import Disclosure
from alerts.documents.upgrade import needs, upgrade
from alerts.documents.xlsx import xlsx
from alerts.finding import Finding
from collector.inventory.model import Inventory
from console.papers import OF_INCIDENT
from tests.alerts import paper_texts
from tests.alerts.document_reading import docx_words, opened, paragraphs, pdf_words, poppler
from tests.alerts.document_samples import PRICES, TABLES, example, papers_of
from tests.alerts.sample_cases import told_case
from tests.alerts.sample_digests import sample_digest

NAMES = (
    "bao-cao-ban-dau", "bao-cao-72-gio", "bao-cao-ket-thuc", "mau-08", "bien-ban",
    "bien-ban-ban-giao", "bao-cao-chi-tieu", "so-su-co", "bao-cao-an-ninh-mang-nam",
    "ke-hoach-nang-cap", "phieu-khoi-phuc", "bao-cao-duong-truyen", "thong-bao-gian-doan",
    "thong-bao-du-lieu-thu-thap",
)  # fmt: skip


@pytest.fixture(scope="module")
def office(example_inventory_path: Path) -> Inventory:
    return example(example_inventory_path)


@pytest.fixture(scope="module")
def papers(office: Inventory) -> dict[str, Paper]:
    return papers_of(office)


@pytest.fixture(scope="module")
def half(office: Inventory) -> Digest:
    return sample_digest(office, period("2026H2"))


def test_every_paper_is_here(papers: dict[str, Paper]) -> None:
    assert tuple(papers) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_word_file_holds_the_decrees_margins_sizes_and_font(
    papers: dict[str, Paper], name: str
) -> None:
    paper = papers[name]
    document = opened(docx(paper))
    wanted = (297, 210) if paper.landscape else (210, 297)
    for section in document.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == wanted
        assert 20 <= round(section.top_margin.mm) <= 25
        assert 20 <= round(section.bottom_margin.mm) <= 25
        assert 30 <= round(section.left_margin.mm) <= 35
        assert 15 <= round(section.right_margin.mm) <= 20
    every = [one for one in paragraphs(document) if one.runs]
    assert {run.font.name for one in every for run in one.runs if run.text} == {"Times New Roman"}
    parts = {
        "CỘNG HÒA XÃ HỘI": (12, 13, True, False),
        "Độc lập - Tự do - Hạnh phúc": (13, 14, True, False),
        "PHƯỜNG HOA MAI": (12, 13, True, False),
        "Số:": (13, 13, False, False),
        "Hoa Mai, ngày": (13, 14, False, True),
        paper.type_name: (13, 14, True, False),
        "Nơi nhận:": (12, 12, True, True),
        paper.signature[-1]: (13, 14, True, False),
    }
    for start, (smallest, largest, bold, italic) in parts.items():
        run = next(one for one in every if one.text.startswith(start)).runs[0]
        assert run.font.size is not None
        assert Pt(smallest) <= run.font.size <= Pt(largest), start
        assert (bool(run.bold), bool(run.italic)) == (bold, italic), start


@pytest.mark.parametrize("name", NAMES)
def test_the_pdf_is_set_in_tinos_alone_and_leaves_number_and_date_blank(
    papers: dict[str, Paper], name: str, tmp_path: Path
) -> None:
    made = pdf(papers[name], typeface=TINOS)
    rows = poppler("pdffonts", made, tmp_path).splitlines()[2:]
    assert {row.split()[0].partition("+")[2].partition("-")[0] for row in rows} == {"Tinos"}
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)
    words = pdf_words(made, tmp_path)
    assert re.search(r"Số: ?/", words.replace("\u00a0", " "))
    assert re.search(r"Hoa Mai, ngày +tháng +năm 2026", words.replace("\u00a0", " "))


@pytest.mark.parametrize("name", NAMES)
def test_no_paper_holds_an_internal_address_and_its_text_is_the_golden_one(
    papers: dict[str, Paper], name: str
) -> None:
    told = paper_texts.text_of(papers[name])
    for secret in ("192.168.10.25", "10.20.30.40", "(lan)"):
        assert secret not in told
    assert "SC-2026-0009" not in told, "a drill stands in no real paper"
    golden = paper_texts.FOLDER / f"{name}.txt"
    assert told == golden.read_text("utf-8"), "python -m tests.alerts.paper_texts inventory.yaml"


def test_what_is_ticked_is_printed(half: Digest) -> None:
    shown = Disclosure(internal_addresses=True)
    assert "10.20.30.40" in paper_texts.text_of(items(half, shown))
    assert "192.168.10.25" in paper_texts.text_of(register(half, shown))


@pytest.mark.parametrize("kind", sorted(OF_INCIDENT))
def test_no_paper_makes_a_drill_real_or_a_real_incident_a_drill(
    office: Inventory, kind: Any
) -> None:
    case = told_case(office)
    with pytest.raises(PurposeError, match="is real"):
        OF_INCIDENT[kind](case, "drill", None)
    with pytest.raises(PurposeError, match="is a drill"):
        OF_INCIDENT[kind](replace(case, drill=True), "real", None)
    marked = OF_INCIDENT[kind](replace(case, drill=True), "drill", None)
    assert marked.file_name.startswith("dien-tap-")
    assert marked.subject.startswith("(DIỄN TẬP)")


def thousands(value: object) -> bool:
    """Money and bytes are numbers in a workbook, to be reckoned with."""
    return isinstance(value, int) and value > 9999


@pytest.mark.parametrize("name", TABLES)
def test_a_workbook_holds_every_table_and_its_cells_are_inert(
    papers: dict[str, Paper], name: str
) -> None:
    made = xlsx(papers[name])
    book = openpyxl.load_workbook(io.BytesIO(made))
    tables = [
        block
        for part in (papers[name].blocks, *(one.blocks for one in papers[name].appendices))
        for block in part
        if isinstance(block, Table)
    ]
    assert len(book.sheetnames) >= len(tables)
    cells = {
        f"{cell.value:,}".replace(",", ".") if thousands(cell.value) else str(cell.value)
        for sheet in book
        for row in sheet.rows
        for cell in row
        if cell.value is not None
    }
    for table in tables:
        for row in table.rows:
            assert {one for one in row if one} <= cells
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.rows for cell in row)


def test_what_a_plan_costs_is_a_number_and_each_row_is_as_high_as_its_text(
    papers: dict[str, Paper],
) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(papers["ke-hoach-nang-cap"]))).worksheets[0]
    (cost,) = [cell.column_letter for cell in sheet[5] if cell.value == "Kinh phí"]
    assert {sheet[f"{cost}6"].value, sheet[f"{cost}9"].value} == {16_500_000}
    long = Table((Column("a", 10), Column("b", 10)), (("một hai ba bốn " * 20, "x"), ("y", "z")))
    grown = openpyxl.load_workbook(io.BytesIO(xlsx(replace(papers["so-su-co"], blocks=(long,)))))
    heights = [grown.worksheets[0].row_dimensions[number].height for number in (6, 7)]
    assert heights[0] > 15 * heights[1]


def test_a_formula_in_a_name_stays_a_text_in_the_workbook(papers: dict[str, Paper]) -> None:
    evil = '=HYPERLINK("http://x.example","bấm")'
    table = Table((Column("Tên", 10),), ((evil,), ("@SUM(1)",), ("http://x.example",)))
    made = xlsx(replace(papers["so-su-co"], blocks=(table,)))
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    assert sheet["A6"].value == evil
    assert sheet["A6"].data_type == "s"
    assert [cell.hyperlink for row in sheet.rows for cell in row if cell.hyperlink] == []


@pytest.mark.parametrize("name", TABLES)
def test_the_same_period_gives_the_same_bytes_in_every_format(
    office: Inventory, papers: dict[str, Paper], name: str
) -> None:
    again = papers_of(office)[name]
    assert again == papers[name]
    assert pdf(again, typeface=TINOS) == pdf(papers[name], typeface=TINOS)
    assert docx(again) == docx(papers[name])
    assert xlsx(again) == xlsx(papers[name])


def test_every_figure_leads_to_records_with_their_hashes(
    half: Digest, papers: dict[str, Paper]
) -> None:
    paper = papers["bao-cao-chi-tieu"]
    appendix = {one.title: one for one in paper.appendices}
    (hashes,) = [b for b in appendix["DANH MỤC BẢN GHI GỐC"].blocks if isinstance(b, Table)]
    listed = {row[0] for row in hashes.rows}
    assert all(re.fullmatch(r"[0-9a-f]{64}", row[3]) for row in hashes.rows)
    for item in (23, 27, 28):
        (rows,) = appendix[f"CHI TIẾT CHỈ TIÊU {item}"].blocks
        assert isinstance(rows, Table)
        assert len(rows.rows) == half.target(item).denominator
        cited = {one for row in rows.rows for one in row[4].split(", ") if one != "–"}
        assert cited <= listed
    figures = next(block for block in paper.blocks if isinstance(block, Table))
    assert [row[-1] for row in figures.rows] == [
        "Phụ lục I, V", "Phụ lục II, V", "Phụ lục III, V",
    ]  # fmt: skip


def test_a_chart_is_drawn_in_the_word_file_with_its_figures_in_words(
    papers: dict[str, Paper],
) -> None:
    made = docx(papers["bao-cao-chi-tieu"])
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        pictures = [name for name in file.namelist() if name.startswith("word/media/")]
        body = file.read("word/document.xml").decode()
    charts = [block for block in papers["bao-cao-chi-tieu"].blocks if isinstance(block, Chart)]
    assert len(charts) == 4
    assert len(pictures) == 4
    assert "Chỉ tiêu 23: Đạt" in body
    assert "Biểu đồ 1" in docx_words(made) or "Biểu đồ 1" in body


def test_a_value_that_is_not_known_is_a_gap_in_the_chart(
    papers: dict[str, Paper], tmp_path: Path
) -> None:
    chart = Chart("Thử", ("a", "b"), (Series("s", (None, 3.0)),))
    made = pdf(replace(papers["so-su-co"], blocks=(chart,)), typeface=TINOS)
    assert "chưa có số liệu" in pdf_words(made, tmp_path)
    assert picture(chart, TINOS).startswith(b"\x89PNG")


def test_who_has_no_machine_is_equipped_first_and_a_sum_never_hides_a_missing_price(
    office: Inventory,
) -> None:
    digest = sample_digest(office, period("2026"))
    found = needs(digest)
    assert [one.rank for one in found] == sorted(one.rank for one in found)
    assert {one.rank for one in found} == {1, 2, 3}
    assert all(one.asset is None for one in found if one.rank == 1)
    known = sum(one.cost(PRICES) or 0 for one in found)
    told = paper_texts.text_of(upgrade(digest, PRICES))
    assert f"{known:,}".replace(",", ".") in told
    assert "chưa khai báo đơn giá" in told
    every = dict.fromkeys(("display", "memory", "ssd", "machine"), 1)
    assert "chưa khai báo đơn giá" not in paper_texts.text_of(upgrade(digest, every))


def test_shared_devices_are_bought_in_the_number_that_lacks(office: Inventory) -> None:
    digest = sample_digest(office, period("2026"))
    values = {"count": 1, "wanted": 4, "officials": 12, "share": 3, "unread": 0}
    few = Finding("printers-few", office.site.id, "fail", "few", values)
    found = needs(
        replace(digest, findings={("printers-few", office.site.id): few, **digest.findings})
    )
    (need,) = [one for one in found if one.rank == 4]
    assert need.pieces == ("printer",) * 3
    assert need.cost({"printer": 4_000_000}) == 12_000_000
