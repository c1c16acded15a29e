"""From an empty state to a watched office on pages alone: start, fill in, save, users, a PC more."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from collector.inventory.read import load
from tests.console.office import Running, free_port, poll, up, wardwatch
from tests.console.signed import sign_in
from tests.console.test_chromium import context, watched
from tests.console.test_first_inventory import FILES


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`wardwatch up` in a folder where there is nothing at all."""
    folder = tmp_path_factory.mktemp("empty")
    with up(folder / "state", None, free_port(), ("--without-agent",)) as office:
        yield office


def test_the_wizard_makes_the_inventory_from_the_offices_list(
    browser: Browser, empty: Running, tmp_path: Path
) -> None:
    office_list = tmp_path / "danh-sach.xlsx"
    office_list.write_bytes(FILES["xlsx"])
    with context(browser) as door:
        page, wrong = watched(door, empty.base)
        assert empty.link
        page.goto(empty.link)
        page.click("button.first")
        page.goto(empty.base + "/")
        page.click(".notice a[href='/start']")
        page.fill("input[name=name]", "UBND phường Thử")
        page.set_input_files("input[name=file]", office_list)
        page.click("button.first")
        assert "3 cán bộ, 2 máy, 2 phòng ban" in page.inner_text("main")
        text = page.locator("textarea")
        text.fill(text.input_value().replace("memory_gib: 8", "memory_gib: tám"))
        poll(lambda: "memory_gib" in page.inner_text("#problems"))
        page.click("button[value=save]")
        assert page.locator("#problems .bad").count() == 1, "a broken file is not saved"
        text.fill(text.input_value().replace("memory_gib: tám", "memory_gib: 8"))
        poll(lambda: page.locator("#problems .good").count() == 1)
        page.click("button[value=save]")
        assert page.url.endswith("/settings/inventory?saved")
        page.goto(empty.base + "/officials")
        assert "Công chức địa chính" in page.inner_text("main")
        assert "UBND phường Thử" in page.inner_text(".mark")
        assert wrong == []
    assert len(load(empty.state / "office.yaml").people) == 3


def test_a_change_never_goes_over_another_ones_work(empty: Running) -> None:
    visitor, file = sign_in(empty), empty.state / "office.yaml"
    page = visitor.page("/settings/inventory")[1]
    found = re.search(r'name="before" value="([0-9a-f]{64})"', page)
    assert found
    mark, text = found[1], file.read_text("utf-8")
    other = text.replace("cpu_cores: 4", "cpu_cores: 6")
    file.write_text(other, "utf-8")
    status, _, body = visitor.post("/settings/inventory", act="save", text=text, before=mark)
    assert status == 409
    assert "sửa ở nơi khác" in html.unescape(body)
    assert file.read_text("utf-8") == other
    moved = other.replace("id: phuong\n", "id: phuong-khac\n")
    page = visitor.page("/settings/inventory")[1]
    mark = re.findall(r'name="before" value="([0-9a-f]{64})"', page)[0]
    assert visitor.post("/settings/inventory", act="save", text=moved, before=mark)[0] == 409
    assert visitor.post("/settings/inventory", act="save", text=text, before=mark)[0] == 303
    assert (empty.state / "inventory-before.yaml").read_text("utf-8") == other


def test_users_are_added_changed_and_shut_out_on_the_page(empty: Running) -> None:
    visitor = sign_in(empty)
    status, _, body = visitor.post("/settings/users", user="chu-tich", role="viewer")
    assert status == 200
    assert re.search(r"https://[^/]+/link/\S+", body)
    assert sign_in(empty, "chu-tich").page("/settings")[0] == 403
    assert visitor.post("/settings/users/chu-tich", act="role", role="auditor")[0] == 303
    assert sign_in(empty, "chu-tich").page("/audit")[0] == 200
    assert visitor.post("/settings/users", user="chu-tich", role="viewer")[0] == 409
    assert visitor.post("/settings/users/cntt", act="close")[0] == 409, "the last officer"
    shut = sign_in(empty, "chu-tich")
    assert visitor.post("/settings/users/chu-tich", act="close")[0] == 303
    assert shut.page("/")[0] == 303


def test_a_join_string_is_made_on_the_page_once_with_its_picture(empty: Running) -> None:
    visitor = sign_in(empty)
    status, _, body = visitor.post("/add", asset="may-chu")
    assert status == 200
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in body
    assert re.search(r"<pre[^>]*>[^<]{60,}</pre>", body)
    assert visitor.post("/add", asset="no-such-pc")[0] == 409
    assert "<pre" not in visitor.page("/add")[1]


def test_the_audit_page_shows_each_act_and_that_the_chain_holds(empty: Running) -> None:
    visitor, state = sign_in(empty), ("--state", str(empty.state))
    for words in (("add", "thu-viec", "--role", "viewer"), ("close", "thu-viec")):
        done = wardwatch("user", *words, *state)
        assert done.returncode == 0, done.stderr
    body = html.unescape(visitor.page("/audit?check")[1])
    assert "không dòng nào bị sửa" in body
    for action in ("signed-in", "user-added", "user-closed"):
        assert action in body
    only = visitor.page("/audit?action=user-closed")[1]
    assert "signed-in</td>" not in only
