"""Eighty PCs in a real browser: dense, live, open to everybody's hands and eyes, and harmless."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime
from io import StringIO

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from collector.store.database import connect
from collector.store.tables import epochs
from console.harmless import TURNING
from console.pages.exports import SHEETS
from tests.console.conftest import PCS
from tests.console.office import Running, poll
from tests.console.signed import Signed, sign_in
from tests.console.test_chromium import context, watched


@pytest.fixture(scope="module")
def officer(ward: Running) -> Signed:
    visitor = sign_in(ward)
    # A page may be some seconds old: from here on it shows the readings.
    poll(lambda: len(visitor.page("/export/checks.csv?asset=pc-0077")[1].splitlines()) > 1)
    return visitor


@pytest.fixture(scope="module")
def state(officer: Signed) -> object:
    """The session as a browser holds it."""
    name, _, value = officer.cookie["cookie"].partition("=")
    cookie = {
        "name": name,
        "value": value,
        "domain": "127.0.0.1",
        "path": "/",
        "secure": True,
        "httpOnly": True,
        "sameSite": "Lax",
        "expires": -1,
    }
    return {"cookies": [cookie], "origins": []}


def test_eighty_pcs_stand_on_one_screen(browser: Browser, ward: Running, state: object) -> None:
    with context(browser, "desk", state) as door:
        page, _ = watched(door, ward.base)
        page.goto(ward.base + "/machines?view=grid")
        box = page.locator(".tiles.many").bounding_box()
        assert page.locator(".tiles.many li").count() >= PCS
        assert box
        assert box["height"] <= 800


def test_a_search_narrows_the_list_while_one_types(
    browser: Browser, ward: Running, state: object
) -> None:
    with context(browser, "desk", state) as door:
        page, wrong = watched(door, ward.base)
        page.goto(ward.base + "/machines")
        page.evaluate("window.stayed = true")
        page.locator("input[type=search]").press_sequentially("pc-004")
        poll(lambda: page.locator("tbody tr").count() == 10)
        assert "q=pc-004" in page.url
        assert page.evaluate("window.stayed"), "the page was not loaded anew"
        assert page.evaluate("document.activeElement.name") == "q", "the search keeps the keys"
        page.select_option("select[name=verdict]", "fail")
        poll(lambda: page.locator("tbody tr").count() < 10)
        assert wrong == []


def test_a_pc_that_reports_again_is_shown_without_a_reload(
    browser: Browser, ward: Running, state: object
) -> None:
    with context(browser, "desk", state) as door:
        page, wrong = watched(door, ward.base)
        page.goto(ward.base + "/")
        page.evaluate("window.stayed = true")
        tile = page.locator(".tiles a[href='/machines/pc-0005']")
        page.focus(".tiles a[href='/machines/pc-0002']")
        assert "Đang báo cáo" not in tile.inner_text()
        store = connect(f"sqlite:///{ward.state}/wardwatch.sqlite")
        with store.write() as connection:
            now = datetime.fromtimestamp(time.time(), UTC)
            connection.execute(
                update(epochs).where(epochs.c.agent == "crowd-5").values(last_report_at=now)
            )
        store.close()
        poll(lambda: "Đang báo cáo" in tile.inner_text())
        assert page.evaluate("window.stayed")
        poll(lambda: "pc-0002" in page.evaluate("document.activeElement.href || ''"))
        assert wrong == []


def test_without_scripts_the_pages_show_search_and_refresh_all_the_same(
    browser: Browser, ward: Running, state: object
) -> None:
    with browser.new_context(
        java_script_enabled=False,
        ignore_https_errors=True,
        storage_state=state,  # type: ignore[arg-type]
    ) as door:
        page = door.new_page()
        page.goto(ward.base + "/machines")
        assert page.locator("meta[http-equiv=refresh]").count() == 1
        page.fill("input[type=search]", "pc-0042")
        page.click(".choose button")
        assert page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("name", SHEETS)
def test_every_table_leaves_as_csv_and_xlsx_with_every_name_harmless(
    officer: Signed, name: str
) -> None:
    place = f"/export/{name}.%s?asset=pc-0000&month=2026-11&line=duong-chinh"
    status, headers, body = officer.running.ask("GET", place % "csv", headers=officer.cookie)
    assert status == 200
    assert headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(StringIO(body.removeprefix("\ufeff"), newline="")))
    assert len({len(row) for row in rows}) == 1
    assert len(set(rows[0])) == len(rows[0]), "each column has a head of its own"
    assert not [c for row in rows for c in row if c.lstrip().startswith(("=", "+", "-", "@"))]
    assert not set(map(ord, body.removeprefix("\ufeff"))) & set(TURNING)
    assert officer.page(place % "xlsx")[0] == 200
    assert officer.page(place % "exe")[0] == 404


def test_what_a_table_is_narrowed_to_is_what_its_file_holds(officer: Signed) -> None:
    assert len(officer.page("/export/machines.csv?q=pc-004")[1].splitlines()) == 11
    assert len(officer.page("/export/checks.csv?asset=pc-0000")[1].splitlines()) == 7
    assert len(officer.page("/export/devices.csv")[1].splitlines()) == 6
    assert officer.page("/export/checks.csv?asset=pc-9999")[0] == 404
    assert officer.page("/export/verdicts.csv")[0] == 404


def test_a_stream_of_news_is_for_who_signed_in(ward: Running) -> None:
    assert ward.ask("GET", "/live")[0] == 303
