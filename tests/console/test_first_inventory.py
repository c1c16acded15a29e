"""From the office's own list to an inventory that is right, whatever the list looks like."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collector.inventory.read import parse
from console.first_inventory import Draft, Office, day, discovered, draft, written
from console.spreadsheet import Line, SheetError, lines
from tests.console.crowd import HOSTILE
from tests.console.office import wardwatch

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
LIST = (
    ("DANH SÁCH CÁN BỘ VÀ MÁY TÍNH", "", "", "", "", "", ""),
    ("", "", "", "", "", "", ""),
    ("STT", "Chức danh", "Phòng, ban", "Tên máy", "Số sê-ri", "Phòng làm việc", "Năm sử dụng"),
    ("1", "Chủ tịch", "Lãnh đạo", "PC CHỦ TỊCH", "ABC-1", "101", "2024"),
    ("2", "Công chức địa chính", "Kinh tế", "PC-02", "ABC-2", "102", "15/03/2021"),
    ("3", "Công chức địa chính", "KINH TẾ", "", "", "102", ""),
    ("4", "", "", "", "", "kho", ""),
)


def as_csv(rows: tuple[tuple[str, ...], ...], delimiter: str = ",") -> str:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def as_xlsx(rows: tuple[tuple[str, ...], ...]) -> bytes:
    book, file = Workbook(), BytesIO()
    assert book.active
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


FILES = {
    "csv": as_csv(LIST).encode(),
    "csv of Excel": as_csv(LIST, ";").encode("utf-8-sig"),
    "Unicode text of Excel": as_csv(LIST, "\t").encode("utf-16"),
    "xlsx": as_xlsx(LIST),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_list_becomes_people_pcs_and_departments(kind: str) -> None:
    found = draft(lines(FILES[kind], f"danh-sach.{'xlsx' if kind == 'xlsx' else 'csv'}"))
    office = parse(written(Office(name="UBND phường Hoa Mai"), found, NOON).encode())
    assert [one.post for one in office.people] == [row[1] for row in LIST[3:6]]
    assert [one.id for one in office.people] == [
        "chu-tich",
        "cong-chuc-dia-chinh",
        "cong-chuc-dia-chinh-2",
    ]
    assert [one.name for one in office.departments] == ["Lãnh đạo", "Kinh tế"]
    machines = {one.id: one for one in office.machines}
    assert set(machines) == {"may-chu", "pc-chu-tich", "pc-02"}
    assert machines["pc-02"].serial == "ABC-2"
    assert machines["pc-02"].bought == date(2021, 3, 15)
    assert machines["pc-chu-tich"].person == "chu-tich"
    assert found.left_out == ("7: kho",)


def test_a_post_that_needs_no_computer_is_not_counted() -> None:
    told = Line(1, {"post": "Bảo vệ", "specialist": "Không"})
    office = parse(written(Office(), draft([told]), NOON).encode())
    assert not office.people[0].specialist


def test_an_empty_office_is_right_as_well() -> None:
    office = parse(written(Office(), draft([]), NOON).encode())
    assert [one.id for one in office.machines] == ["may-chu"]
    assert office.people == ()


def test_pcs_that_wait_make_an_inventory_too() -> None:
    office = parse(written(Office(), discovered(["MAY-01", "may-01", "Máy chủ"]), NOON).encode())
    assert [one.id for one in office.machines] == ["may-chu", "may-01", "may-01-2", "may-chu-2"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_names_that_mean_harm_stay_names(hostile: str) -> None:
    row = Line(
        1, {"post": hostile[:300], "name": hostile[:300], "machine": hostile[:300], "serial": "1"}
    )
    office = parse(written(Office(name=hostile[:200]), draft([row]), NOON).encode())
    assert office.people[0].post == hostile[:300].strip()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=5), max_size=6))
def test_whatever_the_cells_hold_the_inventory_is_right(cells: list[list[str]]) -> None:
    rows = (("Chức danh", "Tên máy", "Phòng ban"), *map(tuple, cells))
    try:
        found = draft(lines(as_csv(rows).encode("utf-8", "replace"), "a.csv"))
    except SheetError:
        return
    parse(written(Office(), found, NOON).encode())


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04 no", "chỉ có chữ".encode()])
def test_what_is_no_list_is_told(content: bytes) -> None:
    with pytest.raises(SheetError):
        lines(content, "danh-sach.csv")
    with pytest.raises(SheetError):
        lines(content, "danh-sach.xlsx")


def test_days_are_read_as_people_write_them() -> None:
    assert day("15/03/2024") == day("2024-03-15 00:00:00") == date(2024, 3, 15)
    assert day("năm 2024") == day("2024") == date(2024, 1, 1)
    assert day("31/02/2024") is day("hôm qua") is day("1024") is None


def test_the_command_writes_the_file_once(tmp_path: Path) -> None:
    source, out = tmp_path / "danh-sach.xlsx", tmp_path / "inventory.yaml"
    source.write_bytes(FILES["xlsx"])
    done = wardwatch("inventory", "import", str(source), "--out", str(out), "--site-id", "hoa-mai")
    assert done.returncode == 0, done.stderr
    assert "3 people, 2 PCs" in done.stdout
    assert "left out, row 7: kho" in done.stderr
    assert wardwatch("inventory", "check", str(out)).returncode == 0
    again = wardwatch("inventory", "import", str(source), "--out", str(out))
    assert again.returncode == 2
    assert "File exists" in again.stderr


def test_a_draft_says_what_it_is() -> None:
    assert draft([]) == Draft((("van-phong", "Văn phòng"),), (), (), ())
