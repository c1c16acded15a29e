"""The pages of the Internet lines: a month of figures, plots, causes with votes, and files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from playwright.sync_api import Browser, Route

from collector.inventory.read import load
from collector.store.database import connect
from console.line_rows import bottom, exact, top
from tests import lines_month
from tests.console.office import Running, quick, up, wardwatch
from tests.console.signed import sign_in
from tests.console.test_chromium import SHAPES, barriers, context, watched

LINE = "duong-chinh"


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    """An office whose line has a month behind it, and a day of readings."""
    folder = tmp_path_factory.mktemp("lines")
    path = quick(example_inventory_path, folder)
    with up(folder / "state", path, more=("--without-agent",)) as running:
        inventory, now = load(path), datetime.now(UTC)  # noqa: TID251 - the office's real clock
        line, first = inventory.line(LINE), _month_before(now)
        assert line
        store = connect(f"sqlite:///{running.state}/wardwatch.sqlite")
        with store.write() as connection:
            lines_month.fill(connection, inventory, line, first, now)
            lines_month.late(connection, line, now)
        store.close()
        yield running


def _month_before(now: datetime) -> date:
    today = now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    return (today.date().replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="module")
def month() -> str:
    return f"{_month_before(datetime.now(UTC)):%Y-%m}"  # noqa: TID251 - likewise


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pages_of_lines_fit_and_draw_what_their_tables_hold(
    browser: Browser, office: Running, pictures: Path, month: str, shape: str
) -> None:
    session = sign_in(office).cookie["cookie"]
    with context(browser, shape) as door:
        name, _, value = session.partition("=")
        door.add_cookies([{"name": name, "value": value, "url": office.base}])
        page, wrong = watched(door, office.base)
        for path, shot in (
            (f"/lines?month={month}", "lines"),
            (f"/lines/{LINE}?month={month}", "line"),
        ):
            answer = page.goto(office.base + path)
            assert answer
            assert answer.status == 200
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SHAPES[shape][0]["width"], path
            assert barriers(page) == []
            page.screenshot(path=pictures / f"{shot}-{shape}.png", full_page=True)
        # A plot for latency and one for loss, twice; the days; the tests: each with its figures.
        assert page.locator(".plot canvas").count() == 6
        assert page.locator("table[data-plot]").count() == 6
        assert page.get_by_text("nhà cung cấp: đường vào cơ quan").first.is_visible()
        assert page.get_by_text("không tới nhà cung cấp").first.is_visible()
        assert wrong == []


def test_a_paper_that_takes_a_while_says_so_and_is_asked_for_once(
    browser: Browser, office: Running, month: str
) -> None:
    session = sign_in(office).cookie["cookie"]
    with context(browser, "desk") as door:
        name, _, value = session.partition("=")
        door.add_cookies([{"name": name, "value": value, "url": office.base}])
        page, wrong = watched(door, office.base)
        held: list[Route] = []
        page.route(f"**/lines/{LINE}/month", lambda route: held.append(route))  # noqa: PLW0108
        page.goto(f"{office.base}/lines/{LINE}?month={month}")
        button = page.locator(f"form[action='/lines/{LINE}/month'] button").nth(1)
        button.click()
        assert page.get_by_role("status").filter(has_text="Đang thực hiện").is_visible()
        page.get_by_text(re.compile(r"^ \d+ s$")).wait_for()
        button.click()
        with page.expect_download() as loaded:
            held[0].continue_()
        assert loaded.value.suggested_filename == f"bao-cao-duong-truyen-{month}-{LINE}.docx"
        assert Path(loaded.value.path()).read_bytes().startswith(b"PK")
        page.locator(".working").wait_for(state="detached")
        assert len(held) == 1
        page.unroute(f"**/lines/{LINE}/month")
        # What cannot be made is told in words, as a page.
        page.goto(f"{office.base}/lines/{LINE}?month={month}")
        page.locator("input[name='month']").evaluate("one => one.value = '2999-01'")
        button.click()
        page.get_by_text("chưa ngày nào của tháng này kết thúc").wait_for()
        # The browser itself writes a refusal down, twice: asked for as a file, then as a page.
        assert [one for one in wrong if "409" not in one] == []


def test_every_table_of_the_lines_leaves_as_csv_and_as_a_workbook(
    office: Running, month: str
) -> None:
    visitor = sign_in(office)
    wanted = {"lines": 1, "line-interruptions": 5, "line-tests": 26, "line-days": 27}
    for name, least in wanted.items():
        query = f"?month={month}&line={LINE}"
        status, _, text = office.ask("GET", f"/export/{name}.csv{query}", headers=visitor.cookie)
        rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"))))
        assert status == 200, name
        assert len(rows) > least, name
        assert {len(row) for row in rows} == {len(rows[0])}
        assert office.ask("GET", f"/export/{name}.xlsx{query}", headers=visitor.cookie)[0] == 200
    missing = f"/export/line-tests.csv?line=nobody&month={month}"
    assert len(office.ask("GET", missing, headers=visitor.cookie)[2].splitlines()) == 1


def test_figures_of_the_page_are_those_of_the_file(office: Running, month: str) -> None:
    visitor = sign_in(office)
    query = f"?month={month}&line={LINE}"
    text = office.ask("GET", f"/export/line-interruptions.csv{query}", headers=visitor.cookie)[2]
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert [row["Số phút gián đoạn"] for row in rows] == ["1.5", "2.0", "30.0", "4.5", "12.0"]
    assert rows[-1]["Các máy đã thấy (số bản ghi)"].count("không tới nhà cung cấp") == 3
    assert rows[0]["Các máy đã thấy (số bản ghi)"].startswith("Máy chủ: ")
    assert "(#10)" in rows[-1]["Các máy đã thấy (số bản ghi)"]
    body = visitor.page(f"/lines/{LINE}{query}")[1]
    assert "5 lần, 50,0 phút" in body
    assert "16,5 phút" in body  # the provider's
    assert "1 ngày" in body  # nobody looked


def test_a_line_that_is_not_declared_has_no_page(office: Running) -> None:
    visitor = sign_in(office)
    assert visitor.page("/lines/nobody")[0] == 404
    assert visitor.page("/lines?month=2999-01")[0] == 200
    assert visitor.page(f"/lines/{LINE}?month=not-a-month")[0] == 200


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert exact(0.999999) == 99.99
    assert exact(1.0) == 100.0
    assert exact(0.995) == 99.5
    assert exact(None) is None


def test_the_axes_hold_their_figures() -> None:
    assert [top([one, None]) for one in (0.4, 1, 3, 300, 301)] == [1, 1, 5, 500, 500]
    assert [bottom([one]) for one in (1.0, 0.995, 0.95, 0.6, 0.2)] == [99, 99, 90, 50, 0]
    assert bottom([None]) == 99


def test_the_papers_of_a_line_are_written_named_and_kept_in_the_audit_log(
    office: Running, month: str, tmp_path: Path
) -> None:
    state = ("--state", str(office.state), "--out", str(tmp_path))
    sheet = wardwatch("document", "line-month", LINE, "--month", month, "--format", "docx", *state)
    assert sheet.returncode == 0, sheet.stderr
    assert sheet.stdout.strip() == f"{tmp_path}/bao-cao-duong-truyen-{month}-{LINE}.docx"
    notice = wardwatch("document", "line-outage", LINE, "--format", "docx", *state)
    assert notice.returncode == 0, notice.stderr
    assert Path(notice.stdout.strip()).read_bytes().startswith(b"PK")
    audit = sign_in(office).page("/audit?action=document.made")[1]
    assert "line-month" in audit
    assert "line-outage" in audit
    refused = wardwatch("document", "line-month", "nobody", *state)
    assert refused.returncode == 2
    assert "no line nobody is declared" in refused.stderr


def test_the_papers_of_a_line_are_buttons_on_its_page_and_the_same_bytes_each_time(
    office: Running, month: str
) -> None:
    visitor = sign_in(office)
    body = visitor.page(f"/lines/{LINE}?month={month}")[1]
    assert f'action="/lines/{LINE}/month"' in body
    number = body.split(f'action="/lines/{LINE}/outage/')[1].split('"')[0]
    for path in (f"/lines/{LINE}/month", f"/lines/{LINE}/outage/{number}"):
        status, headers, paper = visitor.post(path, month=month, format="docx")
        assert status == 200, path
        assert headers["content-disposition"].endswith('.docx"')
        assert visitor.post(path, month=month, format="docx")[2] == paper
        assert visitor.post(path, month=month, format="exe")[0] == 404
    assert visitor.post(f"/lines/{LINE}/month", month="2999-01", format="pdf")[0] == 409
    assert visitor.post(f"/lines/{LINE}/outage/999", format="pdf")[0] == 404
    assert visitor.post("/lines/nobody/outage/1", format="pdf")[0] == 404


def test_a_program_is_told_the_line_as_its_page_tells_it(office: Running, month: str) -> None:
    visitor = sign_in(office)

    def asked(path: str, wish: object = None) -> tuple[int, Any]:
        body = msgspec.json.encode(wish).decode() if wish else ""
        kind = {"content-type": "application/json"}
        method = "POST" if wish else "GET"
        status, _, text = office.ask(method, path, body, visitor.cookie | kind)
        return status, msgspec.json.decode(text) if text.startswith(("{", "[")) else text

    lines = asked(f"/api/lines?month={month}")[1]
    assert [one["id"] for one in lines] == [LINE, "duong-du-phong"]
    told = asked(f"/api/lines/{LINE}?month={month}")[1]
    assert told["line"] == lines[0]
    assert [one["seconds"] / 60 for one in told["outages"]] == [1.5, 2.0, 30.0, 4.5, 12.0]
    oldest = told["outages"][-1]
    assert oldest["interruption"]["party"] == "provider-access"
    assert [one["stop"] for one in oldest["votes"]] == ["hop", "hop", "hop"]
    assert oldest["reason"] in visitor.page(f"/lines/{LINE}?month={month}")[1]
    assert len(told["period"]["tests"]) >= len(told["rates"]) > 20
    provider = [one["seconds"] for one in told["line"]["shares"] if "provider" in one["party"]]
    assert sum(provider) == 16.5 * 60
    assert asked("/api/lines/nobody")[0] == 404
    assert asked(f"/api/lines/{LINE}?month=2026")[0] == 400
    sheet = visitor.post(f"/lines/{LINE}/month", month=month, format="docx")[2]
    wish = {"month": month, "format": "docx"}
    assert asked(f"/api/lines/{LINE}/month", wish) == (200, sheet)
    number = oldest["interruption"]["id"]
    assert asked(f"/api/lines/{LINE}/outage/{number}", {"format": "docx"})[0] == 200
    for absent in (0, 999999):
        assert asked(f"/api/lines/{LINE}/outage/{absent}", {"format": "docx"})[0] == 404
    assert asked(f"/api/lines/{LINE}/month", wish | {"month": "2999-01"})[0] == 409
