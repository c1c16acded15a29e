"""One running office for all tests of a module that only look, and one browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.console.office import Running, poll, quick, up

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("office")
    inventory = quick(example_inventory_path, folder, silent_seconds=15)
    with up(folder / "state", inventory) as office:
        poll(lambda: "wardwatch_host_cpu_ratio" in office.get("/metrics")[1])
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
