"""A running office in trouble says so on every page, and goes on with what was good."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from console.health import HEALTH_FILE, Health
from tests.console.office import Running, children_of, end, poll, quick, up, wardwatch
from tests.console.signed import sign_in

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path, example_inventory_path: Path) -> Iterator[Running]:
    with up(tmp_path / "state", quick(example_inventory_path, tmp_path)) as office:
        yield office


def ready(office: Running) -> int:
    try:
        return office.get("/readyz")[0]
    except OSError:
        return 0


def test_a_broken_inventory_is_told_on_every_page_and_the_office_goes_on(
    office: Running, tmp_path: Path
) -> None:
    poll((office.state / "inventory.yaml").exists)
    visitor, inventory = sign_in(office), tmp_path / "inventory.yaml"
    assert "Tệp khai báo đang có lỗi" not in visitor.page("/")[1]
    good = inventory.read_text("utf-8")
    broken = good.replace("person: ", "pers0n: ")
    inventory.write_text(broken, "utf-8")
    for path in ("/", "/machines", "/incidents", "/password"):
        status, body = visitor.page(path)
        assert status == 200
        assert body.count("inventory.yaml:") == 3
        assert "wardwatch inventory check" in body
    assert "pers0n" not in office.get("/sign-in")[1], "a stranger is told nothing"

    done = wardwatch("status", "--state", str(office.state), env={**os.environ, "COLUMNS": "80"})
    assert done.returncode == 1
    assert "Tệp khai báo đang có lỗi" in done.stdout
    assert "pers0n" in done.stdout
    assert len(office.json("status")["inventory_problems"]) > 3

    # One that starts now works by the copy that was last good.
    end(children_of(office.process.pid)[0], signal.SIGKILL)
    poll(lambda: "serving started again" in office.log.read_text("utf-8"))
    poll(lambda: ready(office) == 200)
    assert visitor.page("/machines/pc-cntt")[0] == 200
    inventory.write_text(good, "utf-8")
    assert "Tệp khai báo đang có lỗi" not in visitor.page("/")[1]


def test_duties_that_stand_still_are_named_by_readiness(office: Running) -> None:
    assert ready(office) == 200
    poll((office.state / HEALTH_FILE).exists)
    duties = children_of(office.process.pid)[2]
    end(duties, signal.SIGSTOP)
    still = [Health("judgement", LONG_AGO, None, 2.0)]
    (office.state / HEALTH_FILE).write_bytes(msgspec.json.encode(still))
    status, said = office.get("/readyz")
    assert status == 503
    assert "judgement" in said
    end(duties, signal.SIGCONT)
    poll(lambda: ready(office) == 200)
