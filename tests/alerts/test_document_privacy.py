"""The notice to the staff: every field that leaves a PC is in it, by the agent's own words, on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import fields
from alerts.documents.fonts import TINOS
from alerts.documents.model import Items, Paper, Table
from alerts.documents.pdf import pdf
from alerts.documents.privacy_notice import GROUPS, privacy_notice
from collector.inventory.model import Inventory
from tests.alerts.document_reading import poppler
from tests.alerts.document_samples import example
from tests.alerts.sample_cases import NOON

LISTED = fields.purposes("vi")


@pytest.fixture(scope="module")
def office(example_inventory_path: Path) -> Inventory:
    return example(example_inventory_path)


def table_of(paper: Paper) -> Table:
    (found,) = [one for one in paper.blocks if isinstance(one, Table)]
    return found


def test_it_fits_on_one_page(office: Inventory, tmp_path: Path) -> None:
    made = pdf(privacy_notice(office, NOON, LISTED), typeface=TINOS)
    assert poppler("pdftotext", made, tmp_path, "-layout").count("\f") == 1


def test_every_field_is_counted_once_and_what_is_never_collected_is_said(
    office: Inventory,
) -> None:
    paper = privacy_notice(office, NOON, LISTED)
    counts = [int(row[0].rpartition("(")[2].rstrip(")")) for row in table_of(paper).rows]
    assert sum(counts) == len(LISTED)
    assert f"({len(LISTED)} trường)" in paper.closing
    (said,) = [one for one in paper.blocks if isinstance(one, Items)]
    assert fields.never("vi") in said.items


def test_the_purposes_are_those_of_the_list(office: Inventory) -> None:
    quoted = {name for group in GROUPS.values() for name in group.quoted}
    assert quoted <= set(LISTED)
    rows = table_of(privacy_notice(office, NOON, LISTED)).rows
    assert len(rows) == len(GROUPS), "no section of the list is without its group"
    assert "thay trước khi mất dữ liệu" in rows[0][2]


def test_a_new_field_is_announced_without_anybody_remembering_to(
    office: Inventory,
) -> None:
    more = {
        "hardware.camera": "Máy ảnh gắn trong: họp trực tuyến được không (nội dung 23)",
        "weather.sky": "Trời: biết mưa",
    }
    rows = table_of(privacy_notice(office, NOON, {**LISTED, **more})).rows
    assert rows[0][1].endswith("; Máy ảnh gắn trong.")
    assert rows[0][2].endswith("; họp trực tuyến được không.")
    assert rows[-1] == ("Khác (1)", "Trời.", "Biết mưa.")
