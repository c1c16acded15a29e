"""The office's devices end to end: polled by a running office, shown, named, accepted, measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import insert

from collector.devices import configuration, sightings
from collector.devices.sightings import Seen
from collector.devices.tables import device_hours
from collector.devices.trend import Point
from collector.store.database import connect
from console.plots import plots
from tests.collector.devices.conftest import OWN
from tests.collector.devices.simulator import serving
from tests.console.office import Running, poll, quick, up, wardwatch
from tests.console.signed import sign_in
from tests.console.test_chromium import SHAPES, context, watched

KINDS = {
    "may-in": "printer",
    "bo-chuyen-mach": "switch",
    "bo-luu-dien": "ups",
    "luu-tru": "nas",
    "im-lang": "scanner",
}
NAMES = {
    "may-in": "Máy in Văn phòng",
    "bo-chuyen-mach": "Bộ chuyển mạch tầng 1",
    "bo-luu-dien": "Bộ lưu điện máy chủ",
    "luu-tru": "Ổ lưu trữ mạng",
    "im-lang": "Máy quét Một cửa",
}
STRANGER = "02:00:00:00:00:99"


@pytest.fixture(scope="module")
def watched_office(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    """An office whose devices are recordings, all of them polled at least once."""
    folder = tmp_path_factory.mktemp("devices")
    inventory = quick(example_inventory_path, folder, silent_seconds=60)
    with serving(OWN, folder / "simulator", addresses=5) as port:
        listed = ""
        for number, (name, kind) in enumerate(KINDS.items(), 1):
            secret = folder / name
            secret.write_text(name + "\n")
            # What no recording answers to is a silent device.
            listed += (
                f"  - {{id: {name}, kind: {kind}, name: {NAMES[name]}, address: 127.0.0.{number},\n"
                f'     snmp: {{version: "2c", community_file: {secret}, port: {port}}}}}\n'
            )
        text = inventory.read_text("utf-8")
        text = re.sub(
            r"\ndevices:\n.*?\n# ---", f"\ndevices:\n{listed}\n# ---", text, flags=re.DOTALL
        )
        # Searched in a test: on the loopback, where nobody answers.
        text = text.replace("networks: [192.168.10.0/24]", "networks: [127.88.0.0/24]")
        inventory.write_text(text, "utf-8")
        with up(folder / "state", inventory, more=("--without-agent",)) as office:
            _past(office)
            poll(lambda: all(one["at"] for one in office.json("device", "list")))
            yield office


def _past(office: Running) -> None:
    """Ten days of a printer's toner, and a stranger on the network."""
    now = datetime.now(UTC)  # noqa: TID251 - the office under test goes by the real clock
    hour_at = now.replace(minute=0, second=0, microsecond=0)
    store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
    with store.write() as connection:
        for hours in range(1, 240):
            left = 0.7 + hours * 0.001
            row = {"device": "may-in", "figure": "supply/Mực đen", "samples": 6}
            row |= {"hour_at": hour_at - timedelta(hours=hours), "total": left * 6}
            connection.execute(insert(device_hours).values(**row, least=left, most=left, last=left))
        seen = [Seen(STRANGER, "127.88.0.77", "duong-chinh", "bo-chuyen-mach", "port 3")]
        sightings.record(connection, seen, now)
    store.close()


def test_declared_devices_are_polled_listed_and_measured(watched_office: Running) -> None:
    told = {one["id"]: one for one in watched_office.json("device", "list")}
    assert told["may-in"]["reading"]["model"] == "HL-0000"
    assert told["bo-luu-dien"]["reading"]["ups"]["charge_ratio"] == 0.87
    assert told["im-lang"]["up"] is False
    metrics = watched_office.get("/metrics")[1]
    assert 'wardwatch_device_up{asset="may-in",site="hoa-mai"} 1' in metrics
    assert 'wardwatch_device_up{asset="im-lang",site="hoa-mai"} 0' in metrics
    assert re.search(r'wardwatch_printer_supply_ratio\{[^}]*supply="Mực đen"[^}]*\} 0\.7', metrics)
    found = watched_office.json("findings")
    judged = {(one["rule"], one["subject"]): one["verdict"] for one in found}
    assert judged["ups-on-battery", "bo-luu-dien"] == "pass"
    assert judged["nas-volume-failing", "luu-tru"] == "fail"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_pages_of_devices_fit_and_show_supplies_ports_and_plots(
    browser: Browser, watched_office: Running, shape: str
) -> None:
    session = sign_in(watched_office).cookie["cookie"]
    with context(browser, shape) as door:
        name, _, value = session.partition("=")
        door.add_cookies([{"name": name, "value": value, "url": watched_office.base}])
        page, wrong = watched(door, watched_office.base)
        for path in ("/devices", *(f"/devices/{one}" for one in KINDS)):
            answer = page.goto(watched_office.base + path)
            assert answer
            assert answer.status == 200
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= SHAPES[shape][0]["width"], path
        page.goto(watched_office.base + "/devices/may-in")
        assert page.get_by_text("Hộp mực thải").first.is_visible()
        assert page.locator("svg.spark").count() >= 1
        page.goto(watched_office.base + "/devices/bo-chuyen-mach")
        assert page.get_by_text("bo-dinh-tuyen").first.is_visible()
        assert page.get_by_text("port 1 ↔ ether2").is_visible()
        assert wrong == []


def test_a_stranger_is_named_on_the_page_and_leaves_the_list(watched_office: Running) -> None:
    visitor = sign_in(watched_office)
    assert STRANGER in visitor.page("/devices")[1]
    status, headers, _ = visitor.post("/devices/strangers", mac=STRANGER, name=" ")
    assert (status, headers["location"]) == (303, "/devices?said=bad-name")
    visitor.post("/devices/strangers", mac=STRANGER, name="Camera cổng <script>")
    assert STRANGER not in visitor.page("/devices")[1]
    assert visitor.post("/devices/may-in/accept")[0] == 303
    assert visitor.post("/devices/nobody/accept")[0] == 404
    assert visitor.page("/devices/nobody")[0] == 404


def test_only_declared_networks_are_searched(watched_office: Running, tmp_path: Path) -> None:
    state = ("--state", str(watched_office.state))
    refused = wardwatch("device", "discover", "10.99.0.0/24", *state)
    assert refused.returncode == 2
    assert "lines.networks" in refused.stderr
    secret = tmp_path / "c"
    secret.write_text("nobody\n")
    words = ("127.88.0.0/30", "--community-file", str(secret), "--port", "9", "--json")
    done = wardwatch("device", "discover", *words, *state)
    assert json.loads(done.stdout) == []


def test_a_kept_configuration_is_printed_with_its_secrets_hidden_or_whole_and_audited(
    watched_office: Running,
) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the office under test goes by the real clock
    store = connect(f"sqlite:///{watched_office.state}/wardwatch.sqlite")
    texts = [f"hostname a{n}\nusername x password 7 bi-mat-{n}\nend\n" for n in (1, 2)]
    for text in texts:
        one = configuration.Fetched("bo-chuyen-mach", now, None, text, {}, "ssh-ed25519 SHA256:a")
        configuration.record(store, watched_office.state, "cisco", one)
    store.close()

    def told(*words: str) -> str:
        state = ("--state", str(watched_office.state))
        done = wardwatch("device", "configuration", "bo-chuyen-mach", *words, *state)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "hostname a2" in told()
    assert "bi-mat" not in told("--difference")
    assert "+hostname a2" in told("--difference")
    assert told("--list").count(" bytes") == 2
    assert told("--whole").strip() == texts[1].strip()
    audit = sign_in(watched_office).page("/audit?action=device-configuration-read")[1]
    assert "bo-chuyen-mach" in audit
    missing = wardwatch("device", "configuration", "nobody", "--state", str(watched_office.state))
    assert missing.returncode == 2


def test_a_plot_needs_two_hours_and_says_its_ends() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)

    def line(*values: float) -> list[Point]:
        return [Point(start + timedelta(hours=hour), value) for hour, value in enumerate(values)]

    assert plots({"pages": line(5)}) == ()
    (toner,) = plots({"supply/Toner": line(0.5, 0.25), "up": line(1, 1)})
    assert (toner.name, toner.unit, toner.first, toner.last) == ("Toner", "ratio", 0.5, 0.25)
    assert toner.path.startswith("M0.0 24.0L")
    (port,) = plots({"port/1/in": line(10, 30, 5, 6)})
    assert (port.unit, port.first, port.least, port.most) == ("bytes", 20, 0, 20)
