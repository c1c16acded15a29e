"""An officer's morning in a real browser, from the door to the police's mailbox; it takes the pictures.

    WARDWATCH_SCREENSHOTS=docs/screenshots pytest tests/console/test_morning_walk.py

writes them where the README shows them from; otherwise they are thrown away.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.alerts.document_reading import pdf_words
from tests.alerts.mail_server import Mailbox, serving
from tests.console.office import Running, poll, quick, up
from tests.console.pcs import Pc, beating, checks, events, joined
from tests.console.test_chromium import PASSWORD, context, watched

WORST = "pc-ke-toan"
POLICE = "congan@phuonghoamai.example"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    now = datetime.fromtimestamp(time.time(), UTC)
    with serving(tmp_path_factory.mktemp("mail"), now) as box:
        yield box


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path, mailbox: Mailbox
) -> Iterator[Running]:
    """The example office with a mail server, and with lines that answer on the loopback."""
    folder = tmp_path_factory.mktemp("office")
    inventory = quick(example_inventory_path, folder, silent_seconds=15)
    text = inventory.read_text("utf-8")
    # The PCs that play here make no backups: a set that waits for them would hold the drill up.
    text, count = re.subn(r"(?m)^  - id: (van-ban|ho-so-mot-cua)\n(    .*\n)+", "", text)
    assert count == 2
    inventory.write_text(f"{text}\n{mailbox.declared(folder)}", "utf-8")
    with up(folder / "state", inventory) as running:
        yield running


@pytest.fixture(scope="module")
def pcs(office: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Pc]]:
    """All of them report; the accountant's has malware on it, and its antivirus is off."""
    with joined(office, tmp_path_factory.mktemp("pcs")) as found, beating(found):
        found[WORST].say(security=ill(), events=events("malware-active"))
        yield found


def ill() -> dict[str, object]:
    return checks(antivirus=("fail", "Microsoft Defender: passive mode, Kaspersky Free: off"))


def kept(page: Page, pictures: Path, name: str) -> None:
    """The page as it is now: on a desk, and as a phone and the dark show it where asked."""
    page.screenshot(path=pictures / f"{name}.png", full_page=True)


def test_the_morning_walk(
    browser: Browser,
    office: Running,
    pcs: Mapping[str, Pc],
    mailbox: Mailbox,
    pictures: Path,
    tmp_path: Path,
) -> None:
    number = poll(lambda: incident(office))
    poll(lambda: re.search(r"last_proof_timestamp_seconds{[^}]*} [1-9]", office.get("/metrics")[1]))
    with context(browser) as door:
        page, wrong = watched(door, office.base)
        sign_in(page, office)
        read_the_answers(page, number, pictures)
        open_the_worst_pc(page, pictures)
        follow_the_remedy(page, pcs[WORST], pictures)
        make_the_half_year_report(page, tmp_path, pictures)
        approve_the_police_report(page, number, mailbox, pictures)
        assert wrong == []


def incident(office: Running) -> str | None:
    """The malware's, opened by the PC's own event; nobody did anything."""
    if 'wardwatch_incidents{kind="security"' not in office.get("/metrics")[1]:
        return None
    found = [one["id"] for one in office.json("incidents") if one["rule"] == "malware-active"]
    return found[0] if found else None


def sign_in(page: Page, office: Running) -> None:
    """By the one-time link, then by a password of one's own."""
    assert office.link
    page.goto(office.link)
    page.click("button.first")
    page.fill("input[name=new]", PASSWORD)
    page.fill("input[name=again]", PASSWORD)
    page.click("button.first")
    page.click("text=Đăng xuất")
    page.fill("input[name=user]", "cntt")
    page.fill("input[name=password]", PASSWORD)
    page.click("button.first")
    assert page.url == office.base + "/"


def read_the_answers(page: Page, number: str, pictures: Path) -> None:
    expect(page.locator(".answer .word")).to_have_count(4)
    expect(page.locator(".answer").nth(1)).to_contain_text("Có vấn đề")
    expect(page.locator(".tasks li").first).to_contain_text("Mã độc đang hoạt động")
    expect(page.locator(".clocks")).to_contain_text("72 giờ")
    expect(page.locator("main")).to_contain_text(number)
    kept(page, pictures, "overview")
    page.emulate_media(color_scheme="dark")
    kept(page, pictures, "overview-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type] # two numbers
    kept(page, pictures, "overview-phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def open_the_worst_pc(page: Page, pictures: Path) -> None:
    """The first thing to do names it, and it is the first in the list of PCs too."""
    page.click(".nav >> text=Máy tính")
    assert page.locator("tbody td.lead").first.inner_text() == WORST
    kept(page, pictures, "machines")
    page.go_back()
    page.locator(".tasks li").first.locator("a").first.click()
    page.wait_for_url(f"**/machines/{WORST}")
    kept(page, pictures, "machine")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    kept(page, pictures, "machine-phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def follow_the_remedy(page: Page, pc: Pc, pictures: Path) -> None:
    """What the page says is done on the PC; its next reading closes the finding under our eyes."""
    row = page.locator("#verdicts tr[data-rule=antivirus]")
    expect(row).to_contain_text("Không đạt")
    expect(row).to_contain_text("Bảo mật Windows")
    page.evaluate("window.stayed = true")
    pc.say(security=checks())
    expect(row.locator(".chip.pass")).to_have_count(1, timeout=20_000)
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    kept(page, pictures, "machine-mended")


def make_the_half_year_report(page: Page, folder: Path, pictures: Path) -> None:
    page.click(".nav >> text=Báo cáo")
    kept(page, pictures, "papers")
    form = page.locator("form[action='/papers/items']")
    period = form.locator("select[name=period]").input_value()
    with page.expect_download() as download:
        form.locator("button[value=pdf]").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"%PDF-")
    words = pdf_words(content, folder)
    assert re.search(r"UBND PHƯỜNG HOA MAI|ỦY BAN NHÂN DÂN", words)
    assert WORST in words
    assert period[:4] in words


def approve_the_police_report(page: Page, number: str, mailbox: Mailbox, pictures: Path) -> None:
    page.click(".nav >> text=Sự cố")
    page.click(f"text={number}")
    papers = page.locator("#papers")
    poll(lambda: page.reload() and papers.get_by_text(f"{number.lower()}.zip").count())
    kept(page, pictures, "incident")
    assert mailbox.taken == [], "nothing leaves without an approval"
    form = papers.locator("form[action$='/send']")
    assert form.locator("input[name=to-police]").is_checked()
    form.locator("select[name=obligation]").select_option("anm-72h")
    form.locator("button.first").click()
    letter = poll(lambda: mailbox.taken and mailbox.taken[-1])
    assert str(letter["To"]) == POLICE
    names = [str(one.get_filename()) for one in letter.iter_attachments()]
    assert any(one.endswith(".pdf") for one in names)
    clock = page.locator(".clocks li", has_text="72 giờ")
    poll(lambda: page.reload() and "sent" in (clock.get_attribute("class") or ""))
    kept(page, pictures, "incident-sent")
