"""Every kind of paper, signed ones and drills too, is PDF/A-1b to a validator that is not ours."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files as resources
from pathlib import Path

import pytest
import typst
from msgspec.structs import replace

from alerts import signing
from alerts.documents.fonts import TINOS
from alerts.documents.model import Paper
from alerts.documents.pdf import pdf
from alerts.documents.period import period
from alerts.documents.redaction import Disclosure
from console.papers import OF_INCIDENT, OF_PERIOD
from tests.alerts.document_samples import example, papers_of
from tests.alerts.keys import PASSPHRASE, Key
from tests.alerts.preflight import preflight
from tests.alerts.sample_cases import told_case
from tests.alerts.sample_digests import sample_digest

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"


def kinds(inventory: Path) -> Iterator[tuple[str, Paper]]:
    """A paper of each kind that the product knows, without naming any: a new one comes by itself."""
    office = example(inventory)
    told = told_case(office)
    for kind, make in OF_INCIDENT.items():
        yield kind, make(told, "real", None)
    yield "drill", OF_INCIDENT["police"](replace(told, drill=True), "drill", None)
    digest = sample_digest(office, period("2026H2"))
    for of, build in OF_PERIOD.items():
        yield of, build(digest, Disclosure())


@pytest.fixture(scope="module")
def unsigned(example_inventory_path: Path) -> dict[str, bytes]:
    return {name: pdf(paper, typeface=TINOS) for name, paper in kinds(example_inventory_path)}


def test_a_validator_accepts_every_kind_of_paper_and_every_sample(
    unsigned: dict[str, bytes], tmp_path: Path
) -> None:
    samples = {one.stem: one.read_bytes() for one in SAMPLES.glob("*.pdf")}
    told = preflight(unsigned | samples, tmp_path)
    assert {name: wrong for name, wrong in told.items() if wrong} == {}
    assert set(told) >= {*OF_INCIDENT, *OF_PERIOD, "drill", *samples}
    assert len(samples) >= 10


def test_no_form_that_has_texts_is_left_out_of_those_that_are_judged(
    example_inventory_path: Path,
) -> None:
    """A kind outside of both lists has a sample: else the validator would never see it."""
    forms = {
        name
        for file in resources("alerts.documents.texts").iterdir()
        if file.name.endswith(".toml")
        for name, texts in tomllib.loads(file.read_text("utf-8")).items()
        if "type" in texts
    }
    judged = {paper.kind for _, paper in kinds(example_inventory_path)}
    judged |= {paper.kind for paper in papers_of(example(example_inventory_path)).values()}
    assert {form for form in forms if not any(kind.startswith(form) for kind in judged)} == set()
    assert len(forms) >= 10


def test_a_signed_paper_is_accepted_too(
    unsigned: dict[str, bytes], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = Key("Phó Chủ tịch UBND phường Hoa Mai").stored(tmp_path_factory.mktemp("key"))
    files = {
        name: signing.by_pkcs12(unsigned[name], store, PASSPHRASE)
        for name in ("police", "register")
    }
    assert preflight(files, tmp_path) == {"police": (), "register": ()}


def test_the_offices_own_layout_may_have_headings_and_stays_valid(
    example_inventory_path: Path, tmp_path: Path
) -> None:
    own = tmp_path / "mau"
    own.mkdir()
    layout = '#set text(font: sys.inputs.font)\n= Tiêu đề\n== Mục\n#link("https://vi.example")[chữ]'
    (own / "paper.typ").write_text(layout, "utf-8")
    paper = papers_of(example(example_inventory_path))["mau-08"]
    files = tmp_path / "files"
    files.mkdir()
    assert preflight({"own": pdf(paper, own, TINOS)}, files) == {"own": ()}


def test_the_validator_refuses_what_breaks_a_rule(
    unsigned: dict[str, bytes], tmp_path: Path
) -> None:
    whole = unsigned["data-notice"]
    see_through = typst.compile(b"#rect(fill: rgb(255, 0, 0, 50%))[x]", format="pdf")
    assert isinstance(see_through, bytes)
    broken = {
        "claim": whole.replace(b"<pdfaid:part>1<", b"<pdfaid:part>2<"),
        "font": whole.replace(b"/FontFile2", b"/FontFilez"),
        "header": whole.replace(b"%PDF-1.4", b"%PDF-x.4", 1),
        "transparency": see_through,
        "end": whole[: len(whole) // 2],
    }
    told = preflight(broken, tmp_path)
    rules = {name: {line.partition(" :")[0] for line in wrong} for name, wrong in told.items()}
    wanted = {
        "claim": "7.11.2",
        "font": "3.1.3",
        "header": "1.1",
        "transparency": "4.1.2",
        "end": "1.0",
    }
    assert {name: rule for name, rule in wanted.items() if rule not in rules[name]} == {}
