"""A real Prometheus scrapes a running office with the files of `wardwatch alerts render`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess  # noqa: TID251 - the tests start the Prometheus and Alertmanager that they ask
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from alerts.render import grafana
from alerts.render.boards import BOARDS
from alerts.render.rules import alerts
from collector import lines
from collector.devices import ledger
from collector.devices.ledger import Polled
from collector.devices.reading import DeviceReading, Interface, Supply, Ups
from collector.store.database import connect
from tests.console.office import Running, end, free_port, poll, quick, up, wardwatch
from tests.scenarios.well import look

UPS = "id: luu-dien, kind: ups, name: Lưu điện, address: 192.168.10.29"


def seen(office: Running) -> None:
    """What a line and devices say, which this machine has not: as those that look write it down."""
    now = datetime.fromtimestamp(time.time(), UTC)
    ports = (
        Interface(
            "Gi0/1",
            1,
            up=True,
            enabled=True,
            kind=6,
            in_bytes_total=now.second,
            out_bytes_total=now.second,
        ),
    )
    supplies = (Supply("Mực đen", "toner", "black", 0.4, "ok"),)
    told = {
        "may-in-van-phong": DeviceReading(supplies=supplies),
        "luu-dien": DeviceReading(ups=Ups(charge_ratio=0.9)),
        "bo-chuyen-mach": DeviceReading(interfaces=ports),
    }
    store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
    ledger.record(store, (Polled(name, now, None, one) for name, one in told.items()))
    with store.write() as connection:
        lines.record(connection, look("duong-chinh", now, up=True))
    store.close()


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("scraped")
    inventory = quick(example_inventory_path, folder, silent_seconds=8)
    text = inventory.read_text("utf-8") + "notices: {alertmanager_token_file: alertmanager-token}\n"
    text = text.replace("\ndevices:\n", f"\ndevices:\n  - {{{UPS}}}\n")
    inventory.write_text(text, "utf-8")
    (folder / "state").mkdir(mode=0o700)
    (folder / "state" / "alertmanager-token").write_text("một khóa dài\n", "utf-8")
    with up(folder / "state", inventory) as running:
        poll(lambda: "wardwatch_host_cpu_ratio{" in running.get("/metrics")[1])
        yield running


@pytest.fixture(scope="module")
def watched(office: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of a Prometheus and an Alertmanager that run on the rendered files."""
    folder = tmp_path_factory.mktemp("watching")
    done = wardwatch("alerts", "render", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    shutil.copy(office.state / "ca" / "ca.pem", folder / "ca.pem")
    prometheus, alertmanager = free_port(), free_port()
    settings = folder / "prometheus.yaml"
    text = settings.read_text("utf-8").replace("127.0.0.1:8443", f"127.0.0.1:{office.port}")
    text = text.replace("127.0.0.1:9093", f"127.0.0.1:{alertmanager}")
    settings.write_text(text.replace("interval: 30s", "interval: 1s"), "utf-8")
    routes = folder / "alertmanager.yaml"
    text = routes.read_text("utf-8").replace("127.0.0.1:8443", f"127.0.0.1:{office.port}")
    routes.write_text(text.replace("group_wait: 5s", "group_wait: 1s"), "utf-8")
    shutil.copy(office.state / "alertmanager-token", folder)
    rules = folder / "wardwatch.rules.yaml"
    rules.write_text(rules.read_text("utf-8").replace("interval: 30s", "interval: 1s"), "utf-8")
    with (
        _running(
            folder / "alertmanager.log",
            *("prometheus-alertmanager", f"--config.file={folder}/alertmanager.yaml"),
            *(f"--storage.path={folder}/alerts", f"--web.listen-address=127.0.0.1:{alertmanager}"),
            "--cluster.listen-address=",
        ),
        _running(
            folder / "prometheus.log",
            *("prometheus", f"--config.file={settings}", f"--storage.tsdb.path={folder}/series"),
            f"--web.listen-address=127.0.0.1:{prometheus}",
            # What fires before it has found Alertmanager is sent again after a minute, by itself.
            "--rules.alert.resend-delay=1s",
        ),
    ):
        yield {"prometheus": str(prometheus), "alertmanager": str(alertmanager)}


@contextmanager
def _running(log: Path, *words: str) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out)
    try:
        yield
        assert process.poll() is None, log.read_text("utf-8")
    finally:
        process.terminate()
        process.wait(30)


def _asked(address: str) -> Any:
    try:
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - a loopback address of our own
            return json.load(answer)
    except URLError:
        return None  # not up yet: the caller asks again until its deadline


def _query(watched: dict[str, str], expression: str) -> list[dict[str, Any]]:
    words = urlencode({"query": expression})
    found = _asked(f"http://127.0.0.1:{watched['prometheus']}/api/v1/query?{words}")
    return found["data"]["result"] if found else []


def _value(watched: dict[str, str], expression: str) -> Callable[[], str | None]:
    def asked() -> str | None:
        found = _query(watched, expression)
        return str(found[0]["value"][1]) if found else None

    return asked


def test_prometheus_accepts_every_series_of_the_scrape(
    office: Running, watched: dict[str, str]
) -> None:
    assert poll(_value(watched, 'up{job="wardwatch"} == 1')) == "1"
    lines = office.get("/metrics")[1].splitlines()
    samples = [line for line in lines if line and not line.startswith("#")]
    scraped = poll(_value(watched, 'scrape_samples_scraped{job="wardwatch"} > 0'))
    assert int(scraped) >= 0.9 * len(samples)


def test_prometheus_and_the_officer_are_told_the_same_figures(
    office: Running, watched: dict[str, str]
) -> None:
    def same() -> bool:
        told = {one["item"]: one for one in office.json("targets")}
        return all(
            _value(watched, f'wardwatch_target_{word}{{item="{item}"}}')() == str(told[item][word])
            for item in (23, 27, 28)
            for word in ("passing", "failing", "unknown")
        )

    poll(same)


def test_what_alertmanager_hears_of_reaches_the_rules_by_its_webhook(
    office: Running, watched: dict[str, str]
) -> None:
    def heard() -> bool:
        found = {(one["rule"], one["subject"]): one["verdict"] for one in office.json("findings")}
        return found.get(("prometheus-alert", "hoa-mai")) == "pass"

    poll(heard)


def test_a_stopped_agent_reaches_alertmanager_and_no_rule_asks_for_a_metric_that_is_not_there(
    office: Running, watched: dict[str, str]
) -> None:
    end(office.agent)

    def told() -> bool:
        alerts = _asked(f"http://127.0.0.1:{watched['alertmanager']}/api/v2/alerts") or []
        return any(
            alert["labels"]["alertname"] == "AgentSilent"
            and alert["labels"]["asset"] == "may-chu"
            and "may-chu" in alert["annotations"]["summary"]
            for alert in alerts
        )

    poll(told)

    # By now there is a security incident with its clocks, so every family has a series.
    rules = _asked(f"http://127.0.0.1:{watched['prometheus']}/api/v1/rules")
    queries = [rule["query"] for group in rules["data"]["groups"] for rule in group["rules"]]
    named = {metric for query in queries for metric in re.findall(r"\bwardwatch_\w+", query)}
    assert "wardwatch_finding" in named
    # A line is looked at only from a machine that goes out by it: here it is a family without lines.
    assert "# TYPE wardwatch_line_up gauge" in office.get("/metrics")[1]
    named.remove("wardwatch_line_up")
    poll(lambda: all(_query(watched, f"count({metric})") for metric in named))

    # Of each panel of Grafana too.
    asked = {panel.expr.replace("$asset", "may-chu") for board in BOARDS for panel in board.panels}
    asked |= {grafana.told(one) for one in alerts()}
    silent: set[str] = set(asked)

    def all_answered() -> bool:
        seen(office)
        silent.difference_update({one for one in silent if _query(watched, one)})
        return not silent

    try:
        poll(all_answered)
    except AssertionError:
        pytest.fail(f"no data for {sorted(silent)}")
