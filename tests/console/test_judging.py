"""What a PC says is judged as it comes in: the PC alone, long before the next whole round."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select

from alerts.tables import finding_changes, incidents
from collector.exposition import render
from collector.ingest import understood
from collector.store.migrate import migrate
from collector.store.tables import agents, load_hours
from collector.writer import Writer
from console.application import families
from console.desk import Desk, open_desk
from console.duties import QUICK_SECONDS, Duty, Judge
from console.health import Health, write
from console.settings import Settings
from tests.collector.office import EPOCH, report
from tests.console.office import poll

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, example_inventory_path: Path) -> Iterator[Desk]:
    inventory = tmp_path / "office.yaml"
    inventory.write_bytes(example_inventory_path.read_bytes())
    database = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    settings = Settings(1, str(inventory), database, "127.0.0.1:1", "hoa-mai")
    desk = open_desk(settings, tmp_path, lambda: NOON)
    migrate(desk.store)
    with desk.store.write() as connection:
        for asset in ("pc-cntt", "pc-ke-toan"):
            connection.execute(
                insert(agents).values(
                    id=asset.replace("-", ""),
                    asset=asset,
                    key_hash=hashlib.sha256(asset.encode()).digest(),
                    state="approved",
                    hostname=asset,
                    joined_at=NOON - timedelta(days=9),
                )
            )
    yield desk
    desk.store.close()


def send(writer: Writer, asset: str, seq: int, kind: str, section: Any) -> None:
    """As the door does: on the disk once this returns."""
    sent = {"version": 1, "epoch": EPOCH, "reports": [report(seq, kind, section)]}
    batch, _ = understood(asset.replace("-", ""), msgspec.json.encode(sent), NOON)
    writer.submit(batch).result(30)


def checks(**verdicts: str) -> dict[str, Any]:
    return {"checks": [{"id": name, "verdict": verdict} for name, verdict in verdicts.items()]}


def failing(desk: Desk, rule: str) -> list[str]:
    with desk.store.read() as connection:
        found = connection.execute(
            select(finding_changes.c.subject).where(
                finding_changes.c.rule == rule, finding_changes.c.verdict == "fail"
            )
        )
        return list(found.scalars())


def test_what_comes_in_is_judged_by_the_duty_that_looks_four_times_a_second(desk: Desk) -> None:
    judge, stop = Judge(desk), threading.Event()
    duty = Duty("arrivals", QUICK_SECONDS, judge.arrivals)

    def rounds() -> None:
        while not stop.wait(QUICK_SECONDS):
            duty.turn(time.monotonic(), desk.clock)

    with Writer(desk.store) as writer:
        send(writer, "pc-cntt", 1, "security", checks(firewall="pass"))
        going = threading.Thread(target=rounds)
        going.start()
        try:
            poll(lambda: duty.health is not None)
            send(writer, "pc-cntt", 2, "security", checks(firewall="fail"))
            poll(lambda: failing(desk, "firewall") == ["pc-cntt"])
            event = {"at": "2026-11-23T04:59:00Z", "kind": "log-cleared", "channel": "Security"}
            send(writer, "pc-ke-toan", 1, "events", [event])
            poll(lambda: failing(desk, "log-cleared") == ["pc-ke-toan"])
        finally:
            stop.set()
            going.join()
    with desk.store.read() as connection:
        opened = connection.execute(select(incidents.c.rule, incidents.c.kind)).all()
    assert [tuple(one) for one in opened] == [
        ("firewall", "operational"),
        ("log-cleared", "security"),
    ]
    assert duty.health == Health("arrivals", NOON, None, QUICK_SECONDS)


def test_a_pc_that_speaks_says_nothing_of_the_others(desk: Desk) -> None:
    judge = Judge(desk)
    with Writer(desk.store) as writer:
        for asset in ("pc-cntt", "pc-ke-toan"):
            send(writer, asset, 1, "security", checks(firewall="pass"))
        judge.whole()
        with desk.store.read() as connection:
            before = connection.execute(select(finding_changes.c.id)).scalars().all()
        send(writer, "pc-cntt", 2, "security", checks(firewall="fail"))
        judge.arrivals()
    with desk.store.read() as connection:
        rows = connection.execute(
            select(finding_changes).where(finding_changes.c.id > max(before))
        ).all()
    assert [(row.rule, row.subject, row.verdict) for row in rows] == [
        ("firewall", "pc-cntt", "fail")
    ]


def test_a_round_in_which_nothing_changed_writes_nothing(desk: Desk) -> None:
    judge = Judge(desk)
    judge.whole()

    def written() -> int:
        with desk.store.read() as connection:
            return len(connection.execute(select(finding_changes.c.id)).all())

    first = written()
    judge.whole()
    judge.arrivals()
    judge.arrivals()
    assert written() == first > 0


def test_a_changed_inventory_of_a_pc_is_told_with_its_arrival(desk: Desk) -> None:
    judge = Judge(desk)
    with Writer(desk.store) as writer:
        send(writer, "pc-cntt", 1, "hardware", {"memory": {"total_bytes": 16 * 1024**3}})
        judge.whole()
        send(writer, "pc-cntt", 2, "hardware", {"memory": {"total_bytes": 8 * 1024**3}})
        judge.arrivals()
    assert failing(desk, "memory-less") == ["pc-cntt"]


def test_the_collector_judges_itself_by_what_stands_on_its_own_disk(desk: Desk) -> None:
    judge = Judge(desk)
    judge.whole()
    write(desk.state_folder, [Health("lines", NOON, "OSError: no route", 60.0)])
    desk.source.path.write_text("version: 2\n", "utf-8")
    judge.whole()
    assert failing(desk, "duties-failing") == ["hoa-mai"]
    assert failing(desk, "inventory-broken") == ["hoa-mai"]
    seen = desk.moment().office.own
    assert seen is not None
    assert seen.disk_total_bytes
    assert seen.database_bytes
    assert (seen.certificate_until, seen.notices_waiting) == (None, 0)


def test_the_metric_knows_a_pcs_own_hours_as_the_rule_does(desk: Desk) -> None:
    """It is on through lunch day by day, and ceased nine minutes ago, at lunch."""
    nothing = {one.name: 0 for one in load_hours.c if not one.nullable}
    hours = [
        {"agent": "pccntt", "hour_at": NOON - timedelta(weeks=week, hours=hour), "count": 60}
        for week in range(1, 5)
        for hour in (1, 0, -1)
    ]
    sent = {"version": 1, "epoch": EPOCH, "reports": [report(1, "load", {})]}
    ago = NOON - timedelta(minutes=9)
    with Writer(desk.store) as writer:
        writer.submit(understood("pccntt", msgspec.json.encode(sent), ago)[0]).result(30)
    with desk.store.write() as connection:
        connection.execute(insert(load_hours), [nothing | row for row in hours])
    text = render(families(desk)).decode()
    told = [
        line.rpartition(" ")[0]
        for line in text.splitlines()
        if line.startswith("wardwatch_agent_state{") and line.endswith(" 1") and "pc-cntt" in line
    ]
    assert [line.partition('state="')[2].partition('"')[0] for line in told] == ["silent"]
    found = {
        one.subject: one.verdict for one in desk.moment().findings if one.rule == "agent-silent"
    }
    assert found["pc-cntt"] == "fail"
