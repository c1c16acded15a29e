"""The PDF of a paper, read back by poppler: form, fonts, words, and what hostile text does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from alerts.documents.case import Case, Measure, Proof, Subject
from alerts.documents.fonts import TINOS
from alerts.documents.model import Column, Field, Fields, Items, Lines, Paper, Table
from alerts.documents.pdf import pdf
from alerts.documents.police import police
from alerts.documents.templates import TemplateError
from tests.alerts.document_reading import pdf_words, poppler
from tests.alerts.document_samples import SUMS, example, papers_of, samples, sums
from tests.alerts.sample_cases import NOON, sample_case

DOCS = Path(__file__).parents[2] / "docs" / "samples"

HOSTILE = (
    '#panic("x") #read("/etc/passwd") #sys.inputs $x^2$ *đậm* _nghiêng_ `mã` <nhãn> @dẫn',
    '"); #import "@preview/evil:1.0.0" //',
    "= Tiêu đề\n- mục\n+ mục\n/ a: b",
    "\\u{1F600} \\ # [ ] { } ~ -- --- ...",
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script> &amp; %s {0} {body}",
    "' OR 1=1; DROP TABLE reports; --",
    "N" * 4096,
    "شبكة \u202eexe.gpj\u202c שלום",
    "máy 😀 \ud83d \x00\x07\x1b[31m \ue000",
    "Z\u0351\u0351\u0351\u0351a\u0323\u0302 \u200b\ufeff",
)


@pytest.fixture(scope="module")
def paper(example_inventory_path: Path) -> Paper:
    return police(sample_case(example(example_inventory_path)), "real")


@pytest.fixture(scope="module")
def made(paper: Paper) -> bytes:
    return pdf(paper, typeface=TINOS)


def hostile_case(case: Case, words: str) -> Case:
    return replace(
        case,
        title=words,
        what=words,
        status=words,
        detection=words,
        subject=Subject(words, words, (words,), case.subject.checks),
        proofs=(Proof(words, words, words, NOON, 1, "ab" * 32),),
        measures=(Measure(NOON, words),),
        bases=(words,),
        proposal=words,
    )


def with_line(paper: Paper, line: str) -> Paper:
    return replace(paper, blocks=(Items((line,)),), appendices=())


def test_it_is_a4_and_tagged(made: bytes, tmp_path: Path) -> None:
    about = poppler("pdfinfo", made, tmp_path)
    assert "(A4)" in about
    assert re.search(r"Tagged: +yes", about)


def test_only_tinos_is_in_it_and_whole(made: bytes, tmp_path: Path) -> None:
    rows = poppler("pdffonts", made, tmp_path).splitlines()[2:]
    names = {row.split()[0].partition("+")[2] for row in rows}
    assert names == {"Tinos", "Tinos-Bold", "Tinos-Italic", "Tinos-BoldItalic"}
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_every_word_of_the_paper_is_in_it(paper: Paper, made: bytes, tmp_path: Path) -> None:
    # In raw order a cell's lines stay together.
    words = pdf_words(made, tmp_path).replace("\u00a0", " ")
    expected = [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "/BC-UBND",
        "BÁO CÁO",
        "Kính gửi:",
        "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH",
        "Nơi nhận:",
        paper.subject,
        paper.closing,
        *paper.addressees,
        *paper.recipients,
    ]
    for block in paper.blocks:
        for row in block.rows if isinstance(block, Fields) else ():
            expected.append(row.label)
            expected += row.value.lines if isinstance(row.value, Lines) else row.value.options
    assert [line for line in expected if line.replace("\u00a0", " ") not in words] == []


def test_the_hash_of_each_report_can_be_copied_whole(
    paper: Paper, made: bytes, tmp_path: Path
) -> None:
    joined = re.sub(r"\s", "", pdf_words(made, tmp_path))
    hashes = re.findall(r"[0-9a-f]{64}", str(paper.appendices))
    assert len(hashes) == 3
    assert all(digest in joined for digest in hashes)


def test_pages_are_numbered_from_the_second_and_the_appendix_starts_anew(
    made: bytes, tmp_path: Path
) -> None:
    pages = poppler("pdftotext", made, tmp_path, "-layout").split("\f")[:-1]
    first_lines = [page.strip().splitlines()[0].strip() for page in pages]
    assert first_lines[0].startswith("UBND THÀNH PHỐ")
    assert first_lines[1:] == ["2", "3", "Phụ lục"]


def test_the_closing_paragraph_stands_on_the_page_of_the_signature(
    paper: Paper, tmp_path: Path
) -> None:
    form = next(block for block in paper.blocks if isinstance(block, Fields))
    for rows in range(1, len(form.rows) * 3):
        grown = Fields((form.rows * 4)[:rows])
        made = pdf(replace(paper, blocks=(grown, grown)), typeface=TINOS)
        pages = poppler("pdftotext", made, tmp_path, "-layout").split("\f")
        (signed,) = [page for page in pages if "PHÓ CHỦ TỊCH" in page and "Nơi nhận" in page]
        assert "Trên đây là báo cáo ban đầu" in signed


def test_a_row_stands_on_one_page_and_a_very_tall_one_is_continued(
    paper: Paper, tmp_path: Path
) -> None:
    lines = tuple(f"dòng {number}" for number in range(6))
    rows = tuple(Field(f"mục {number}", Lines(lines)) for number in range(20))
    table = Table((Column("a", 1), Column("b", 1)), (("ốc " * 60, "sên " * 60),) * 30)
    for block in (Fields(rows), table):
        made = pdf(replace(paper, blocks=(block,), appendices=()), typeface=TINOS)
        pages = poppler("pdftotext", made, tmp_path, "-raw").split("\f")[:-1]
        assert len(pages) > 1
        for page in pages:
            assert page.count("dòng 0") == page.count("dòng 5")
            assert page.count("ốc") % 60 == page.count("sên") % 60 == 0
    tall = Fields((Field("mục", Lines(tuple(f"dòng {number}" for number in range(90)))),))
    made = pdf(replace(paper, blocks=(tall,), appendices=()), typeface=TINOS)
    assert "dòng 89" in pdf_words(made, tmp_path)


def test_as_above_is_said_where_somebody_stands_above(
    example_inventory_path: Path, paper: Paper
) -> None:
    assert paper.addressees
    assert paper.recipients[0] == "Như trên;"
    for one in papers_of(example(example_inventory_path)).values():
        assert bool(one.addressees) == ("Như trên;" in one.recipients), one.kind


def test_both_parties_sign_side_by_side_above_who_gets_a_copy(
    example_inventory_path: Path, tmp_path: Path
) -> None:
    sheet = papers_of(example(example_inventory_path))["bien-ban-ban-giao"]
    made = pdf(replace(sheet, blocks=(), appendices=()), typeface=TINOS)
    boxes = poppler("pdftotext", made, tmp_path, "-bbox")
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*>(\S+)</word>', boxes)
    at = {word: (float(x), float(y)) for x, y, word in reversed(words)}
    assert at["NHẬN"][1] == at["GIAO"][1]
    assert at["NHẬN"][0] < at["GIAO"][0]
    assert at["Nơi"][1] > at["GIAO"][1] + 26 * 72 / 25.4


def test_the_same_paper_is_the_same_bytes(paper: Paper, made: bytes) -> None:
    assert pdf(paper, typeface=TINOS) == made


def test_the_files_own_date_is_the_papers(made: bytes, tmp_path: Path) -> None:
    about = poppler("pdfinfo", made, tmp_path, "-isodates")
    assert "2026-11-23T05:00:00Z" in about


def test_the_samples_in_the_documentation_are_what_the_program_makes(
    example_inventory_path: Path,
) -> None:
    made = samples(example(example_inventory_path))
    assert sums(made) == SUMS.read_text("utf-8"), "make docs/samples anew: see document_samples.py"
    kept = {name: (DOCS / name).read_bytes() for name in made}
    assert sums(kept) == SUMS.read_text("utf-8")


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_printed_and_never_run(
    example_inventory_path: Path, words: str, tmp_path: Path
) -> None:
    case = hostile_case(sample_case(example(example_inventory_path)), words)
    made = pdf(police(case, "real"), typeface=TINOS)
    assert "Trên đây là báo cáo ban đầu" in pdf_words(made, tmp_path)


def test_markup_in_a_name_is_printed_as_it_was_written(paper: Paper, tmp_path: Path) -> None:
    printed = pdf_words(pdf(with_line(paper, HOSTILE[0]), typeface=TINOS), tmp_path)
    assert HOSTILE[0] in printed


def test_a_letter_that_the_font_lacks_is_shown_by_its_number(paper: Paper, tmp_path: Path) -> None:
    odd = "máy 😀 của\u202e ai \x07?"
    printed = pdf_words(pdf(with_line(paper, odd), typeface=TINOS), tmp_path)
    assert "máy [U+1F600] của[U+202E] ai [U+0007]?" in printed


def test_decomposed_vietnamese_is_composed(paper: Paper, tmp_path: Path) -> None:
    made = pdf(with_line(paper, "Tie\u0302\u0301ng Vie\u0323\u0302t"), typeface=TINOS)
    assert "Tiếng Việt" in poppler("pdftotext", made, tmp_path)


def test_a_word_of_four_thousand_letters_stays_on_the_page(paper: Paper, tmp_path: Path) -> None:
    made = pdf(with_line(paper, "N" * 4096), typeface=TINOS)
    boxes = poppler("pdftotext", made, tmp_path, "-bbox")
    ends = [float(end) for end in re.findall(r'xMax="([\d.]+)"', boxes)]
    millimetre = 72 / 25.4
    assert max(ends) <= (210 - 15) * millimetre + 0.5
    assert "lược bớt 2096 ký tự" in pdf_words(made, tmp_path)


def test_a_long_word_in_a_narrow_column_stays_in_its_column(paper: Paper, tmp_path: Path) -> None:
    shares = (1, 2, 3)
    table = Table(tuple(Column("x", share) for share in shares), (("W" * 60,) * 3,))
    made = pdf(replace(paper, blocks=(table,), appendices=()), typeface=TINOS)
    boxes = poppler("pdftotext", made, tmp_path, "-bbox")
    words = re.findall(r'xMin="([\d.]+)".* xMax="([\d.]+)".*>\W*W[^<]*</word>', boxes)
    millimetre = 72 / 25.4
    columns = [(30, 57.5), (57.5, 112.5), (112.5, 195)]
    assert len(words) > len(columns)
    for start, end in words:
        inside = [c for c in columns if c[0] * millimetre <= float(start) < c[1] * millimetre]
        assert float(end) <= inside[0][1] * millimetre


def test_a_drill_is_marked_across_every_page(example_inventory_path: Path, tmp_path: Path) -> None:
    case = replace(sample_case(example(example_inventory_path)), drill=True)
    made = pdf(police(case, "drill"), typeface=TINOS)
    pages = poppler("pdftotext", made, tmp_path, "-raw").split("\f")[:-1]
    assert len(pages) == 4
    assert all("DIỄN TẬP" in page for page in pages)


def test_a_real_paper_bears_no_mark(made: bytes, tmp_path: Path) -> None:
    assert "DIỄN" not in poppler("pdftotext", made, tmp_path)


def test_the_offices_own_template_takes_the_place_of_ours(paper: Paper, tmp_path: Path) -> None:
    own = tmp_path / "mau"
    own.mkdir()
    (own / "paper.typ").write_text(
        "#set text(font: sys.inputs.font)\nMẫu riêng: #json(bytes(sys.inputs.paper)).subject",
        "utf-8",
    )
    assert "Mẫu riêng: Ban đầu về" in pdf_words(pdf(paper, own, TINOS), tmp_path)
    (own / "police.typ").write_text("#set text(font: sys.inputs.font)\nMẫu công an", "utf-8")
    assert pdf_words(pdf(paper, own, TINOS), tmp_path).strip() == "Mẫu công an"


def test_a_folder_without_templates_changes_nothing(
    paper: Paper, made: bytes, tmp_path: Path
) -> None:
    assert pdf(paper, tmp_path, TINOS) == made


@pytest.mark.parametrize(
    "mistake",
    ["#nonsense", '#read("../../../../etc/passwd")', '#set text(font: "Không Có")\nx'],
)
def test_a_wrong_template_is_told_by_its_name(paper: Paper, tmp_path: Path, mistake: str) -> None:
    (tmp_path / "police.typ").write_text(mistake, "utf-8")
    with pytest.raises(TemplateError, match=r"template .*police\.typ: "):
        pdf(paper, tmp_path, TINOS)
