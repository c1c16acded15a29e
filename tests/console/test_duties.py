"""The duties: what they clean and spare, how they follow the inventory, and when they are late."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select

from alerts import register
from alerts.finding import Evidence, Finding, Seen
from collector.store.migrate import migrate
from collector.store.tables import agents, epochs, reports
from console.desk import KEPT_INVENTORY, Desk, open_desk
from console.duties import Follower, clean
from console.health import Health, overdue
from console.settings import Settings

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
OLD = NOON - timedelta(days=90)
NEW_SET = """
  - id: ke-toan
    name: Sổ sách kế toán
    machine: may-chu
    paths: [ke-toan]
    schedule: "30 * * * *"
    repository: kho-chinh
"""


@pytest.fixture
def inventory(tmp_path: Path, example_inventory_path: Path) -> Path:
    path = tmp_path / "office.yaml"
    path.write_bytes(example_inventory_path.read_bytes())
    return path


@pytest.fixture
def desk(tmp_path: Path, inventory: Path) -> Iterator[Desk]:
    folder = tmp_path / "state"
    folder.mkdir()
    database = f"sqlite:///{folder}/wardwatch.sqlite"
    desk = open_desk(
        Settings(1, str(inventory), database, "127.0.0.1:1", "hoa-mai"), folder, lambda: NOON
    )
    migrate(desk.store)
    yield desk
    desk.store.close()


def load(desk: Desk, seq: int, at: datetime) -> int:
    body = msgspec.json.encode({"seq": seq, "kind": "load", "at": at, "section": {}, "gaps": []})
    row = {
        "stream": 1,
        "agent": "a",
        "epoch": "e",
        "seq": seq,
        "kind": "load",
        "at": at,
        "received_at": at,
        "body": body.decode(),
        "sha256": hashlib.sha256(body).digest(),
    }
    with desk.store.write() as connection:
        return int(
            connection.execute(insert(reports).values(row).returning(reports.c.id)).scalar_one()
        )


def test_evidence_of_an_incident_outlives_the_days_that_loads_are_kept(desk: Desk) -> None:
    with desk.store.write() as connection:
        connection.execute(
            insert(agents).values(
                id="a", key_hash=b"k", state="approved", hostname="h", joined_at=OLD
            )
        )
        connection.execute(
            insert(epochs).values(id=1, agent="a", epoch="e", ordinal=1, first_received_at=OLD)
        )
    cited, plain = load(desk, 1, OLD), load(desk, 2, OLD)
    evidence = (Evidence("pc-cntt", "load", (Seen("last-load"),), cited, OLD),)
    values = {"room": "101", "last_at": "-"}
    found = Finding("agent-silent", "pc-cntt", "fail", "killed", values, evidence, "security")
    with desk.store.write() as connection:
        register.record(connection, [found], OLD, desk.source.current())
    clean(desk)
    with desk.store.read() as connection:
        assert set(connection.execute(select(reports.c.id)).scalars()) == {cited}
    assert plain != cited


def test_a_new_set_is_pinned_without_a_restart(desk: Desk, inventory: Path) -> None:
    follower = Follower(desk)
    follower.follow()
    pins = desk.state_folder / "agent" / "backup.json"
    before = msgspec.json.decode(pins.read_bytes())["sets"]
    assert "ke-toan" not in before
    text = inventory.read_text("utf-8")
    inventory.write_text(text.replace("\nbackups:\n", f"\nbackups:{NEW_SET}", 1), "utf-8")
    follower.follow()
    after = msgspec.json.decode(pins.read_bytes())["sets"]
    assert after.keys() - before.keys() == {"ke-toan"}
    assert pins.stat().st_mode & 0o777 == 0o600
    pins.unlink()
    follower.follow()
    assert not pins.exists(), "what did not change is not written again"


def test_a_broken_inventory_changes_no_pins_and_the_last_good_one_is_kept(
    desk: Desk, inventory: Path
) -> None:
    follower, good = Follower(desk), inventory.read_bytes()
    follower.follow()
    inventory.write_text("version: 2\n", "utf-8")
    follower.follow()
    assert (desk.state_folder / KEPT_INVENTORY).read_bytes() == good
    assert desk.source.problem is not None
    inventory.write_bytes(good)
    follower.follow()
    assert desk.source.problem is None


@pytest.mark.parametrize(
    ("ago_seconds", "late"), [(0, False), (122, False), (123, True), (100_000, True)]
)
def test_a_duty_is_late_two_minutes_past_its_turn(ago_seconds: int, late: bool) -> None:
    at = NOON - timedelta(seconds=ago_seconds)
    said = overdue([Health("judgement", at, None, 2.0)], NOON)
    assert (said is not None) is late
    if said:
        assert said.startswith("the duty judgement has not been done since 2026-11-2")


def test_the_duty_that_waited_longest_is_named_and_no_duty_is_never_late() -> None:
    known = [
        Health("retention", NOON - timedelta(minutes=61), None, 3600.0),
        Health("backups", NOON - timedelta(minutes=5), None, 2.0),
        Health("judgement", NOON - timedelta(minutes=6), None, 2.0),
    ]
    assert "judgement" in (overdue(known, NOON) or "")
    assert overdue(known[:1], NOON) is None
    assert overdue([], NOON) is None
