"""One running office for all tests of a module that only look, and one browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from collector.store.database import connect
from tests.console.crowd import declare, fill
from tests.console.office import Running, poll, quick, up

CHROMIUM = "/usr/bin/chromium"
PCS = 80


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("office")
    inventory = quick(example_inventory_path, folder, silent_seconds=15)
    with up(folder / "state", inventory) as office:
        poll(lambda: "wardwatch_host_cpu_ratio{" in office.get("/metrics")[1])
        yield office


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thrown away, or the README's where WARDWATCH_SCREENSHOTS names a folder."""
    named = os.environ.get("WARDWATCH_SCREENSHOTS")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def ward(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    """A running office with 80 simulated PCs, some under names that mean harm."""
    folder = tmp_path_factory.mktemp("ward")
    inventory = declare(example_inventory_path, folder, PCS, hostile=True)
    with up(folder / "state", inventory, more=("--without-agent",)) as office:
        store = connect(f"sqlite:///{office.state}/wardwatch.sqlite")
        fill(store, datetime.fromtimestamp(time.time(), UTC), PCS)
        store.close()
        yield office


@pytest.fixture(scope="module")
def token(running: Running) -> dict[str, str]:
    """What a program says who it is by, as the officer."""
    made = running.json("user", "token", "cntt", "--for", "phép thử")["token"]
    return {"authorization": f"Bearer {made}"}
