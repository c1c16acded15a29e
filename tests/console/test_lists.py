"""Lists that are searched, sorted and grouped, and tables that leave as files: values in, values out."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from console.choosing import AT_ONCE, SORTS, WHOLE, Choice, choice, chosen, folded, grouped
from console.harmless import FORMULA, TURNING, harmless
from console.machines import MachineRow
from console.sheets import Sheet, made
from tests.console.crowd import HOSTILE, LONG

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"


def row(asset: str, **more: object) -> MachineRow:
    told: dict[str, object] = {
        "asset": asset,
        "holder": None,
        "department": None,
        "room": "101",
        "presence": "reporting",
        "verdict": "pass",
        "os": None,
        "cpu_ratio": None,
        "memory_ratio": None,
        "disk_ratio": None,
        "passing": 9,
        "failing": 0,
        "unknown": 0,
        "last_report_at": NOON,
    }
    return MachineRow(**(told | more))  # type: ignore[arg-type] # a builder


ROWS = (
    row("pc-1", holder="Kế toán trưởng", department="Văn phòng", disk_ratio=0.2),
    row("pc-2", holder="Địa chính", department="Một cửa", verdict="fail", failing=1),
    row("pc-3", holder="Hộ tịch", department="Một cửa", verdict="unknown", disk_ratio=0.9),
    row("pc-4", verdict="fail", failing=3, last_report_at=None),
)


def assets(**asked: str) -> list[str]:
    return [one.asset for one in chosen(ROWS, choice(asked))]


def test_the_worst_come_first_unless_asked_otherwise() -> None:
    assert assets() == ["pc-4", "pc-2", "pc-3", "pc-1"]
    assert assets(sort="machine") == ["pc-1", "pc-2", "pc-3", "pc-4"]
    assert assets(sort="disk")[:2] == ["pc-3", "pc-1"]
    assert assets(sort="last")[0] == "pc-4"
    assert assets(sort="no-such-order") == assets()


def test_a_search_needs_no_marks_and_fits_every_word() -> None:
    assert assets(q="ke toan") == ["pc-1"]
    assert assets(q="Dia Chinh") == ["pc-2"]
    assert assets(q="mot cua ho") == ["pc-3"]
    assert assets(q="không có ai") == []
    assert folded("Đường") == "duong"


def test_filters_narrow_and_groups_keep_every_row() -> None:
    assert assets(verdict="fail") == ["pc-4", "pc-2"]
    assert assets(department="Một cửa", verdict="unknown") == ["pc-3"]
    groups = grouped(chosen(ROWS, WHOLE), choice({"group": "department"}))
    assert [one.name for one in groups] == ["", "Một cửa", "Văn phòng"]
    assert sum(len(one.rows) for one in groups) == len(ROWS)
    assert grouped(ROWS, WHOLE)[0].rows == ROWS


def test_an_address_leads_back_to_the_same_choice() -> None:
    wanted = Choice(q="a & b", verdict="fail", sort="disk", group="department", view="grid")
    from_address = dict(
        one.split("=") for one in wanted.address().removeprefix("?").replace("+", " ").split("&")
    )
    assert from_address["verdict"] == "fail"
    assert WHOLE.address() == "?"
    assert wanted.address(page=3).endswith("page=3")
    assert choice({"page": "-1"}).page == choice({"page": "²"}).page == 1
    assert AT_ONCE > 80
    for name in SORTS:
        assert len(chosen(ROWS, Choice(sort=name))) == len(ROWS)


SHEET = Sheet(
    "Máy [tính]*?",
    ("Tên", "=Cột"),
    (*((one, 1.5) for one in HOSTILE), (LONG, NOON), (None, 3)),
)


@pytest.mark.parametrize("text", [*HOSTILE, LONG, "\t=1", " =1", "\r=1", "\x00=1", "\u202e=1"])
def test_no_text_is_a_formula_or_turns_what_stands_beside_it(text: str) -> None:
    kept = harmless(text)
    assert not kept.lstrip().startswith(FORMULA)
    assert not set(map(ord, kept)) & set(TURNING)
    assert "\x00" not in kept


@given(st.text())
def test_whatever_the_text_no_cell_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(" \n").startswith(FORMULA)


def test_a_csv_reads_back_whole_with_every_name_harmless() -> None:
    content = made(SHEET, "csv", ZONE)
    assert content.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert back[0] == ["Tên", "'=Cột"]
    assert [one[0] for one in back[1:]] == [harmless(one) for one in (*HOSTILE, LONG, "")]
    assert back[-2][1] == "2026-11-23 12:00:00"


def test_an_xlsx_holds_texts_numbers_and_times_and_no_formula() -> None:
    sheet = load_workbook(BytesIO(made(SHEET, "xlsx", ZONE))).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert {cell.data_type for line in rows for cell in line} <= {"s", "n", "d"}
    assert not [cell for line in rows for cell in line if cell.hyperlink]
    assert rows[1][0].value == HOSTILE[0]
    assert rows[-2][1].value == datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - a cell has no zone
    assert rows[-1][1].value == 3
