"""One running office for all tests of a module that only look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.office import Running, poll, quick, up


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, example_inventory_path: Path
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("office")
    inventory = quick(example_inventory_path, folder, silent_seconds=15)
    with up(folder / "state", inventory) as office:
        poll(lambda: "wardwatch_host_cpu_ratio" in office.get("/metrics")[1])
        yield office
