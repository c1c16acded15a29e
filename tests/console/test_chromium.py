"""What the tests in a real browser share, and an incident that is handled on its page."""

from __future__ import annotations

import hashlib
import re
import signal
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import insert, select

from backup import canary, holds
from backup.samples import README, README_TEXT, documents
from backup.tables import ledger_days, proofs_running
from collector.store.database import connect
from tests.console.office import Running, end, poll, wardwatch

PASSWORD = "một câu ngắn dễ nhớ"
PHONE: ViewportSize = {"width": 390, "height": 844}
SHAPES = {
    "desk": ({"width": 1280, "height": 800}, "light"),
    "dark": ({"width": 1280, "height": 800}, "dark"),
    "phone": (PHONE, "light"),
}


def context(browser: Browser, shape: str = "desk", state: object = None) -> BrowserContext:
    size, scheme = SHAPES[shape]
    return browser.new_context(
        viewport=size,  # type: ignore[arg-type] # a plain dict of two numbers
        color_scheme=scheme,  # type: ignore[arg-type]
        storage_state=state,  # type: ignore[arg-type]
        ignore_https_errors=True,  # the office's own CA is not the browser's
    )


@pytest.fixture(scope="module")
def session(browser: Browser, running: Running) -> object:
    """In by the link, a password set, out, and in again by the password."""
    with context(browser) as door:
        page = door.new_page()
        assert running.link
        page.goto(running.link)
        page.click("button.first")
        page.fill("input[name=new]", PASSWORD)
        page.fill("input[name=again]", PASSWORD)
        page.click("button.first")
        assert page.url == running.base + "/"
        page.click("text=Đăng xuất")
        page.goto(running.base + "/targets")
        page.fill("input[name=user]", "cntt")
        page.fill("input[name=password]", PASSWORD)
        page.click("button.first")
        assert page.url == running.base + "/targets"
        return door.storage_state()


def watched(door: BrowserContext, base: str) -> tuple[Page, list[str]]:
    """A page, and what went wrong on it."""
    page, wrong = door.new_page(), []
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "request",
        lambda asked: (
            wrong.append(f"asked {asked.url}")
            if not asked.url.startswith((base, "data:"))
            else None
        ),
    )
    return page, wrong


WCAG: dict[str, Any] = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
COLOURS: dict[str, Any] = {"type": "rule", "values": ["color-contrast"]}


def barriers(page: Page, only: dict[str, object] = WCAG) -> list[tuple[str, str, str]]:
    """What keeps somebody from using the page, by WCAG 2.2 AA as far as a program can tell."""
    found = Axe().run(page, options={"runOnly": dict(only), "resultTypes": ["violations"]})
    return [
        (page.url, one["id"], one["nodes"][0]["html"][:300]) for one in found.response["violations"]
    ]


def test_the_page_of_backups_tells_by_itself_what_runs(
    browser: Browser, running: Running, session: object
) -> None:
    row = insert(proofs_running).values(kind="sweep", repository="kho-khac", bytes=1, of_bytes=4)
    with context(browser, "desk", session) as door:
        page, wrong = watched(door, running.base)
        page.goto(running.base + "/backups")
        assert "kho-khac" not in page.inner_text("#running")
        store = connect(f"sqlite:///{running.state}/wardwatch.sqlite")
        began = datetime.now(UTC)  # noqa: TID251 - the office runs by the real clock
        with store.write() as connection:
            connection.execute(row.values(started_at=began, told_at=began))
        store.close()
        page.wait_for_selector("#running >> text='25 %, đã xong 1 B trên 4 B'")
        told = wardwatch("backup", "status", "--state", str(running.state)).stdout
        assert "đang chạy: Đọc lại từng byte kho-khac" in told
        assert barriers(page) == []
        assert wrong == []


def test_a_file_is_found_restored_fetched_and_removed_again(
    browser: Browser, running: Running, session: object
) -> None:
    poll(
        lambda: re.search(r"last_proof_timestamp_seconds{[^}]*} [1-9]", running.get("/metrics")[1])
    )
    with context(browser, "desk", session) as door:
        page, wrong = watched(door, running.base)
        page.goto(running.base + "/backups")
        page.click("a[href='/backups/tai-lieu-mau/restore']")
        page.fill("input[name=name]", "doc-truoc")
        page.click("button:text-is('Tìm')")
        assert barriers(page) == []
        page.click("button:has-text('Khôi phục tệp này') >> nth=0")
        poll(lambda: page.goto(page.url) and page.locator("a:has-text('Tải về')").count())
        with page.expect_download() as fetching:
            page.click("a:has-text('Tải về')")
        assert fetching.value.suggested_filename == README
        assert fetching.value.path().read_bytes() == README_TEXT.encode()
        page.click("button:has-text('Khôi phục cả bộ')")
        poll(lambda: page.goto(page.url) and page.locator("a:has-text('Tải về')").count() == 2)
        with page.expect_download() as fetching:
            page.click("a:has-text('Tải về') >> nth=0")
        with zipfile.ZipFile(fetching.value.path()) as archive:
            assert archive.testzip() is None
            held = {Path(one).name for one in archive.namelist()}
            assert held == {Path(name).name for name, _ in documents()} | {canary.NAME}
        for left in (1, 0):
            page.click("button:has-text('Xóa') >> nth=0")
            assert page.locator("button:has-text('Xóa')").count() == left
        assert list((running.state / "restored").iterdir()) == []
        assert wrong == []


def test_a_program_finds_restores_follows_fetches_and_removes_a_file(running: Running) -> None:
    made = running.json("user", "token", "cntt", "--for", "phép thử")["token"]
    shown = {"authorization": f"Bearer {made}", "content-type": "application/json"}

    def asked(path: str, wish: object = None) -> tuple[int, Any]:
        body = "" if wish is None else msgspec.json.encode(wish).decode()
        method = "GET" if wish is None else "POST"
        status, headers, text = running.ask(method, f"/api/{path}", body, shown)
        told = "json" in headers["content-type"]
        return status, msgspec.json.decode(text) if told else text

    poll(lambda: running.json("backup", "status")["sets"]["tai-lieu-mau"]["last_proof_at"])
    sets = "backups/tai-lieu-mau"
    found = asked(f"{sets}/restore?name=doc-truoc")[1]["versions"][0]
    assert asked(f"{sets}/restore")[0] == 400, "of nothing nothing is searched"
    assert asked(f"{sets}/restore?name=x&day=hom-qua")[0] == 400
    assert asked("backups/nobody/restore?name=x")[0] == 404
    wish = {"path": found["path"], "snapshot": found["snapshot"]}
    name = poll(lambda: asked(f"{sets}/restore", wish)[1].get("name"))
    at = f"backups/restored/{name}"
    done = poll(lambda: one if (one := asked(at)[1])["state"] != "running" else None)
    assert (done["state"], done["files"], done["ratio"]) == ("done", 1, 1.0)
    assert asked("backups/restored")[1] == [done]
    assert asked(f"{at}/fetch") == (200, README_TEXT)
    assert asked(f"{at}/remove", {}) == (200, [])
    assert asked(f"{at}/fetch")[0] == 404
    assert asked(f"{sets}/run", {})[1]["ask"] > 0
    assert {"set": "tai-lieu-mau"}.items() <= asked("backups/course")[1]["running"][-1].items()
    before = running.json("backup", "status")["repositories"]["kho-chinh"]["last_check_at"]
    poll(lambda: asked("repositories/kho-chinh/verify", {}) == (200, {"started": True}))

    def verified() -> bool:
        told = asked("backups")[1]["repositories"]["kho-chinh"]
        return bool(told["last_check_at"] != before)

    poll(verified)
    poll(lambda: asked(f"{sets}/drill", {})[0] == 200)
    assert asked("repositories/kho-chinh/accept", {"object": "keys/none"})[0] == 409
    assert asked("repositories/kho-chinh/approve-key", {"key": "none"})[0] == 409
    assert asked("repositories/nobody/heal", {})[0] == 404
    acts = {one["action"] for one in asked("audit?actor=cntt")[1]}
    assert acts >= {"restored-fetched", "restored-removed", "backup-asked", "drill-started"}
    assert acts >= {"verify-started"}


def test_a_hold_is_told_with_the_course_of_things_and_ends_by_an_explanation(
    browser: Browser, running: Running, session: object
) -> None:
    at = datetime(2026, 11, 23, 5, tzinfo=UTC)
    poll(lambda: running.json("backup", "status")["repositories"]["kho-chinh"]["last_sweep_at"])
    poll(lambda: running.json("backup", "status")["sets"]["tai-lieu-mau"]["last_proof_at"])
    store = connect(f"sqlite:///{running.state}/wardwatch.sqlite")
    with store.write() as connection:
        for detail in ("a", "b"):
            holds.raise_(connection, "kho-chinh", "canary", detail, at, f"bo-{detail}")
        newest = connection.execute(select(ledger_days)).mappings().first()
        assert newest
        for days in (1, 2):
            before = date.fromisoformat(newest["day"]) - timedelta(days=days)
            connection.execute(insert(ledger_days).values({**newest, "day": str(before)}))
    store.close()
    with context(browser, "desk", session) as door:
        page, wrong = watched(door, running.base)
        page.goto(running.base + "/backups")
        assert page.locator(".plot canvas").count() == 1
        assert page.get_by_text("Các lần diễn tập khôi phục gần đây").is_visible()
        assert [one["detail"] for one in running.json("backup", "holds")] == ["a", "b"]
        for left in (1, 0):
            page.fill("input[name=why] >> nth=0", "diễn tập của đơn vị")
            page.click("button:has-text('Ghi giải trình') >> nth=0")
            assert page.get_by_text("Đã ghi giải trình.").is_visible()
            assert page.locator("input[name=why]").count() == left
        assert wrong == []
    told = running.json("backup", "status")["repositories"]["kho-chinh"]
    assert told["holds"] == []


def test_a_killed_agent_is_an_incident_that_is_handled_on_its_page(
    browser: Browser, running: Running, session: object
) -> None:
    end(running.agent, signal.SIGKILL)
    poll(lambda: 'asset="may-chu",site="hoa-mai",state="killed"} 1' in running.get("/metrics")[1])
    incident = poll(
        lambda: next(
            (one for one in running.json("incidents") if one["rule"] == "agent-silent"), None
        )
    )
    with context(browser, "desk", session) as door:
        page, wrong = watched(door, running.base)
        # A page may be two seconds old: the list is asked for until the incident stands in it.
        poll(
            lambda: (
                page.goto(f"{running.base}/incidents") and page.get_by_text(incident["id"]).count()
            )
        )
        page.click(f"text={incident['id']}")
        assert "72 giờ" in page.inner_text(".clocks")
        page.click("text=Nhận xử lý")
        page.fill(
            "textarea[aria-describedby=hint]", "Đã gọi phòng kỹ thuật kiểm tra <b>máy chủ</b>."
        )
        page.click("button[value=note]")
        assert "<b>máy chủ</b>" in page.inner_text(".story")
        with page.expect_download() as download:
            page.click("text=Tải PDF")
        assert download.value.path().read_bytes().startswith(b"%PDF-")
        clock = page.locator(".clocks li", has_text="72 giờ")
        clock.get_by_text("Ghi nhận đã gửi").click()
        clock.locator("input[name=channel]").fill("Công văn giấy")
        clock.locator("input[name=receipt]").fill("số đến 12")
        clock.locator("input[name=file]").set_input_files(download.value.path())
        clock.get_by_text("Lưu bằng chứng đã gửi").click()
        digest = hashlib.sha256(download.value.path().read_bytes()).hexdigest()
        assert digest in page.inner_text(".clocks")
        page.goto(running.base + "/")
        assert incident["id"] in page.inner_text("main")
        assert wrong == []
