"""A city and a hundred wards, over real TLS and with real signatures."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from playwright.sync_api import Browser
from sqlalchemy import func, select, update

from collector.authority import Authority
from collector.inventory.model import Inventory
from collector.inventory.read import load
from collector.store.database import Store, connect
from collector.summary import link, wards, wire
from collector.summary.link import City, LinkError, RefusedForGoodError
from collector.summary.tables import summaries
from collector.summary.wire import Item, Summary, Tally
from tests.console.office import Running, quick, up, wardwatch
from tests.console.signed import sign_in
from tests.console.test_chromium import SHAPES, context, watched

WARDS = 100


def today() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 - the city under test goes by the real clock


def yesterday() -> date:
    return today() - timedelta(days=1)


def told(site: str, day: date, revision: int = 1, passing: int = 3) -> Summary:
    kinds = (Tally("machine", passing, 1, 1),)
    items = tuple(
        Item(item, passing, 1, 1, kinds, (), 0 if item == 27 else None) for item in (23, 27, 28)
    )
    return Summary(1, site, day, revision, items)


@dataclass
class Office:
    site: str
    folder: Path
    key: Ed25519PrivateKey
    city: City

    def send(self, summary: Summary) -> wire.SummaryAnswer:
        return link.send(self.city, wire.encode(summary), self.key)


def site(number: int) -> str:
    return f"phuong-{number:03}"


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("city")
    inventory = quick(example_inventory_path, folder, silent_seconds=60)
    listed = "".join(f"  - id: {site(n)}\n    name: Phường {n}\n" for n in range(WARDS + 3))
    inventory.write_text(f"{inventory.read_text('utf-8')}\nwards:\n{listed}", "utf-8")
    with up(folder / "state", inventory, more=("--without-agent",)) as running:
        yield running


@pytest.fixture(scope="module")
def store(city: Running) -> Iterator[Store]:
    opened = connect(f"sqlite:///{city.state}/wardwatch.sqlite")
    yield opened
    opened.close()


@cache
def declared(path: Path) -> Inventory:
    return load(path)


def join(city: Running, store: Store, folder: Path, name: str) -> Office:
    now = datetime.now(UTC)  # noqa: TID251 - as above
    inventory = declared(city.state.parent / "inventory.yaml")
    with store.write() as connection:
        token = wards.new_token(connection, now, inventory, "test", name)
    pin = Authority.open(city.state / "ca", (), now).pin
    folder.mkdir(exist_ok=True)
    key = Ed25519PrivateKey.generate()
    text = wards.join_string(f"127.0.0.1:{city.port}", pin, token)
    return Office(name, folder, key, link.join(folder, text, name, key))


@pytest.fixture(scope="module")
def one(city: Running, store: Store, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return join(city, store, tmp_path_factory.mktemp("ward"), site(WARDS))


def count(store: Store, name: str) -> int:
    with store.read() as connection:
        found: int = connection.execute(
            select(func.count()).where(summaries.c.site == name)
        ).scalar_one()
    return found


def test_a_hundred_wards_tell_a_day_at_once_and_again_and_each_is_stored_once(
    city: Running, store: Store, tmp_path: Path
) -> None:
    offices = [join(city, store, tmp_path / site(n), site(n)) for n in range(WARDS)]

    def twice(office: Office) -> None:
        for _ in range(2):
            office.send(told(office.site, yesterday()))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(twice, offices))
    assert {count(store, site(n)) for n in range(WARDS)} == {1}
    shown = city.json("wards")
    by = {ward["site"]: ward for ward in shown["wards"]}
    assert {by[site(n)]["state"] for n in range(WARDS)} == {"telling"}
    assert by[site(WARDS + 1)]["state"] == "not-joined"
    metrics = city.get("/metrics")[1]
    lines = [one for one in metrics.splitlines() if one.startswith("wardwatch_ward_telling{")]
    assert len(lines) == WARDS + 3
    assert sum(one.endswith((" 1", " 1.0")) for one in lines) == WARDS


def test_a_later_revision_counts_and_both_are_kept(
    one: Office, store: Store, city: Running
) -> None:
    before = count(store, one.site)
    day = yesterday()
    one.send(told(one.site, day, 1, passing=3))
    one.send(told(one.site, day, 2, passing=9))
    one.send(told(one.site, day, 1, passing=3))
    assert count(store, one.site) == before + 2
    (ward,) = (w for w in city.json("wards")["wards"] if w["site"] == one.site)
    assert (ward["revision"], ward["figures"][0]["passing"]) == (2, 9)
    with pytest.raises(RefusedForGoodError, match="stored otherwise"):
        one.send(told(one.site, day, 1, passing=4))


def test_what_another_signed_or_changed_is_refused(one: Office, store: Store) -> None:
    before = count(store, one.site)
    stranger = Office(one.site, one.folder, Ed25519PrivateKey.generate(), one.city)
    with pytest.raises(LinkError, match="does not know this ward"):
        stranger.send(told(one.site, yesterday(), 15))
    with pytest.raises(LinkError, match="does not know this ward"):
        one.send(told(site(3), yesterday(), 15))
    body = wire.encode(told(one.site, yesterday(), 16))
    signature = one.key.sign(wire.SIGNED + body).hex()
    headers = {"Wardwatch-Signature": signature}
    status, _, _ = link._exchange(one.city, "/v1/summaries", body.replace(b"3", b"4"), headers)
    assert status in (400, 401)
    assert count(store, one.site) == before


def test_a_day_to_come_too_much_and_contradictions_are_refused(one: Office) -> None:
    with pytest.raises(RefusedForGoodError, match="has not ended"):
        one.send(told(one.site, today() + timedelta(days=3)))
    with pytest.raises(RefusedForGoodError, match="larger than"):
        link.send(one.city, b" " * (wire.LIMIT_BYTES + 1), one.key)
    odd = told(one.site, yesterday(), 17)
    with pytest.raises(RefusedForGoodError, match="sum of its kinds"):
        one.send(replace(odd, items=(replace(odd.items[0], passing=8), *odd.items[1:])))
    with pytest.raises(RefusedForGoodError, match="unknown field"):
        link.send(one.city, wire.encode(odd)[:-1] + b',"person":"x"}', one.key)


def test_a_join_string_works_once(city: Running, tmp_path: Path) -> None:
    text = city.json("wards", "token", site(WARDS + 1))["join"]
    first, second = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    with pytest.raises(LinkError, match="does not know"):
        link.join(tmp_path, text, site(4), first)
    # It listens on loopback: the string names it so.
    assert link.join(tmp_path, text, site(WARDS + 1), first).name
    assert link.join(tmp_path, text, site(WARDS + 1), first).name, "the answer was lost"
    with pytest.raises(LinkError, match="does not know"):
        link.join(tmp_path, text, site(WARDS + 1), second)


def test_a_changed_row_no_longer_verifies(one: Office, city: Running, store: Store) -> None:
    one.send(told(one.site, yesterday() - timedelta(days=9)))
    words = ("wards", "verify", "--state", str(city.state))
    assert wardwatch(*words).returncode == 0
    mine = (summaries.c.site == one.site) & (
        summaries.c.day == (yesterday() - timedelta(days=9)).isoformat()
    )
    with store.write() as connection:
        body = connection.execute(select(summaries.c.body).where(mine)).scalar_one()
        changed = body.replace('"passing":3', '"passing":5')
        connection.execute(update(summaries).where(mine).values(body=changed))
    assert wardwatch(*words).returncode == 1
    with store.write() as connection:
        connection.execute(update(summaries).where(mine).values(body=body))


def test_a_ward_that_is_not_declared_gets_no_string(city: Running) -> None:
    done = wardwatch("wards", "token", "xa-la", "--state", str(city.state))
    assert done.returncode == 2
    assert "not declared" in done.stderr


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_of_the_wards_fits_and_shows_who_is_silent(
    browser: Browser, city: Running, one: Office, tmp_path: Path, shape: str
) -> None:
    one.send(told(one.site, yesterday(), 18))
    visitor = sign_in(city).cookie["cookie"]
    with context(browser, shape) as door:
        door.set_extra_http_headers({"cookie": visitor})
        page, wrong = watched(door, city.base)
        answer = page.goto(city.base + "/wards")
        assert answer
        assert answer.status == 200
        page.screenshot(path=tmp_path / f"wards-{shape}.png", full_page=shape != "phone")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"]  # type: ignore[index]
        assert page.locator("h1").inner_text() == "Các phường, xã"
        assert page.locator("tbody .chip").first.inner_text() != "Có số liệu mới"
        assert wrong == []
