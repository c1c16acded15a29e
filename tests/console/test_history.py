"""What changed in a PC, as its page and the command tell it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import insert

from collector.changes import Change
from collector.store.database import connect
from collector.store.tables import inventory_changes
from console.history import LONGEST, rows
from console.words import Words
from tests.collector.office import NOON
from tests.console.office import Running, quick, up, wardwatch
from tests.console.signed import sign_in
from tests.console.test_chromium import SHAPES, context, watched

VI, EN = (Words(language, "Asia/Ho_Chi_Minh", NOON) for language in ("vi", "en"))


def change(path: str, before: str | None, after: str | None) -> Change:
    return Change(1, "pc-cntt", "hardware", NOON, path, before, after)


@pytest.mark.parametrize(
    ("path", "before", "after", "told"),
    [
        ("disks[S1].health", '"good"', '"failing"', ("good", "failing")),
        ("memory.total_bytes", "8589934592", "17179869184", ("8,0 GiB", "16,0 GiB")),
        ("disks[S1]", '{"name":"sda","serial":"S1","size_bytes":1024}', None, None),
        ("secure_boot", "true", "false", ("có", "không")),
        ("cpus[a].cores", "4", "8", ("4", "8")),
        ("dns", '["10.0.0.1","10.0.0.2"]', "[]", ("10.0.0.1, 10.0.0.2", "không có")),
        ("os.build", "null", '"22631"', ("không có", "22631")),
    ],
)
def test_before_and_after_are_told_as_people_write_them(
    path: str, before: str | None, after: str | None, told: tuple[str, str] | None
) -> None:
    (row,) = rows([change(path, before, after)], VI)
    assert (row.before, row.after) == (told or ("sda, S1, 1,0 KiB", "không có"))
    assert (row.kind, row.path) == ("Phần cứng", path)


def test_what_is_too_long_for_a_row_says_that_it_was_cut() -> None:
    (row,) = rows([change("x", '"' + "a" * 10_000 + '"', None)], EN)
    assert len(row.before) == LONGEST
    assert row.before.endswith("…")
    assert row.after == "none"


@pytest.fixture(scope="module")
def changed(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    """A running office in which one PC got another disk, and a name that is no markup."""
    folder = tmp_path_factory.mktemp("changed")
    inventory = quick(example_inventory_path, folder)
    with up(folder / "state", inventory, more=("--without-agent",)) as office:
        store = connect(f"sqlite:///{office.state / 'wardwatch.sqlite'}")
        told = {"asset": "pc-cntt", "agent": "a1", "report": 7, "at": NOON, "received_at": NOON}
        disk = '{"name":"sda","model":"<b>Đĩa</b>","size_bytes":256060514304}'
        with store.write() as connection:
            for kind, path, before, after in (
                ("hardware", "disks[S1]", disk, None),
                ("hardware", "disks[S2].health", '"good"', '"failing"'),
                ("software", "packages[firefox].version", '"128"', '"140"'),
            ):
                row = {"kind": kind, "path": path, "before": before, "after": after}
                connection.execute(insert(inventory_changes).values(**told, **row))
        store.close()
        yield office


def test_the_page_of_a_pc_tells_its_history_newest_first(changed: Running) -> None:
    status, page = sign_in(changed).page("/machines/pc-cntt")
    assert status == 200
    history = page[page.index("Lịch sử thay đổi") :]
    assert history.index("packages[firefox].version") < history.index("disks[S1]")
    assert "Phần mềm" in history
    assert "&lt;b&gt;Đĩa&lt;/b&gt;, 238 GiB" in history
    assert "<b>Đĩa" not in page
    assert "wardwatch changes --asset pc-cntt" in history


def test_a_pc_that_never_changed_says_so(changed: Running) -> None:
    _, page = sign_in(changed).page("/machines/pc-chu-tich")
    assert VI.text("history.none") in page


def test_the_command_tells_the_same_and_gives_all_of_it_as_json(changed: Running) -> None:
    there = ("--state", str(changed.state))
    done = wardwatch("changes", "--asset", "pc-cntt", *there)
    assert done.returncode == 0, done.stderr
    assert "disks[S2].health" in done.stdout
    assert "good → failing" in done.stdout
    found = changed.json("changes")
    assert [one["path"] for one in found][-1] == "disks[S1]"
    assert found[-1]["after"] is None
    assert len(changed.json("changes", "--limit", "1")) == 1
    wrong = wardwatch("changes", "--asset", "pc-nao", *there)
    assert wrong.returncode == 2
    assert wrong.stderr == "wardwatch: no machine pc-nao is declared, and none ever changed\n"


def test_the_page_fits_every_screen(browser: Browser, changed: Running, tmp_path: Path) -> None:
    session = sign_in(changed).cookie["cookie"]
    pictures = Path(os.environ.get("WARDWATCH_PICTURES", tmp_path))
    for shape in SHAPES:
        with context(browser, shape) as door:
            name, _, value = session.partition("=")
            door.add_cookies([{"name": name, "value": value, "url": changed.base}])
            page, wrong = watched(door, changed.base)
            page.goto(changed.base + "/machines/pc-cntt")
            assert page.get_by_text("disks[S2].health").is_visible()
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SHAPES[shape][0]["width"]
            page.screenshot(path=pictures / f"history-{shape}.png", full_page=True)
            assert wrong == []
