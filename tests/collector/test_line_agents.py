"""The switch dead, and the power: told by real SNMP agents while a network of namespaces dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.devices.following import Following
from collector.devices.ledger import Polled, record
from collector.inventory.model import Inventory
from collector.line_readings import LineReading
from collector.lines import interruptions, ledger
from collector.state import State
from collector.store.database import Store, connect
from collector.store.migrate import migrate
from tests import lines_devices, lines_story
from tests.lines_lab import NOW


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One switch dies for both: what the UPS told before tells the two stories apart."""
    return lines_devices.within(tmp_path_factory.mktemp("devices"))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """Of one kind: what is asked here does not rest on the database."""
    found = connect(f"sqlite:///{tmp_path}/office.sqlite")
    migrate(found)
    yield found
    found.close()


@pytest.mark.parametrize(
    ("told", "party", "because"),
    [(("well",), "switch", "switch-silent"), (("well", "battery"), "power", "on-battery")],
    ids=["switch off", "power gone"],
)
def test_who_is_to_blame_is_told_by_the_agents_of_switch_and_ups(
    seen: dict[str, Any], sqlite: Store, told: tuple[str, ...], party: str, because: str
) -> None:
    content = lines_story.inventory().model_dump(mode="json", exclude_none=True, by_alias=True)
    office = Inventory.model_validate(content | {"devices": lines_devices.devices()})
    looks = [
        msgspec.convert(
            seen[name] | {"at": (NOW + timedelta(seconds=at)).isoformat()},
            LineReading,
            strict=False,
        )
        for name, at in (("before", -10), ("after", 0), ("after", 10))
    ]
    polls = [row for name in (*told, "silent") for row in seen[name]]
    record(sqlite, msgspec.convert(polls, list[Polled], strict=False))
    with sqlite.write() as connection:
        for look in looks:
            ledger.record(connection, look)
        devices = Following().refresh(connection)
    assert devices["chuyen-mach"].up is False
    reading = devices["luu-dien"].reading
    assert reading is not None
    assert reading.ups is not None
    assert reading.ups.on_battery is ("battery" in told)
    state = State(lines={"chinh": tuple(reversed(looks))}, devices=devices)
    with sqlite.write() as connection:
        interruptions.follow(connection, office, state, NOW + timedelta(seconds=40))
        (row,) = interruptions.recent(connection, "chinh", NOW - timedelta(hours=1))
    assert (row.party, row.because) == (party, because)
    assert (row.around.switch_up, row.ended_at) == (False, None)
