from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from collector import joined
from collector.ingest import understood
from collector.line_readings import LineReading, Target
from collector.lines import record
from collector.live import Live
from collector.readings import CpuLoad, Load
from collector.state import Latest, cpu_ratio
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import agents
from collector.writing import write
from tests.collector.office import EPOCH, NOON, body, enrol, load, report


def send(
    store: Store, agent: str, *sent: dict[str, Any], minutes: float = 0, epoch: str = EPOCH
) -> None:
    found, _ = understood(agent, body(*sent, epoch=epoch), NOON + timedelta(minutes=minutes))
    with store.write() as connection:
        write(connection, [found])


def test_what_was_sent_is_seen_typed_with_its_evidence_and_gaps(store: Store) -> None:
    agent, _ = enrol(store)
    gap = {"field": "monitors", "cause": "permission denied: /sys/class/drm"}
    section = {"memory": {"total_bytes": 8 * 2**30, "slots": [1, 2]}}
    send(store, agent, report(1, "hardware", section, gaps=[gap]))
    machine = Live(store).refresh().machines["pc-01"]
    assert machine.hardware is not None
    assert machine.hardware.value.memory is not None
    assert machine.hardware.value.memory.total_bytes == 8 * 2**30
    assert machine.hardware.gaps[0].field == "monitors"
    assert machine.hardware.report == 1
    assert machine.hardware.received_at == NOON
    assert machine.agent is not None
    assert machine.agent.last_report_at == NOON


def test_the_list_of_agents_tells_when_each_was_last_heard(store: Store) -> None:
    spoke, _ = enrol(store)
    silent, _ = enrol(store, asset=None, state="pending")
    send(store, spoke, report(1), minutes=5)
    with store.read() as connection:
        found = {one.id: (one.state, one.last_report_at) for one in joined.agents(connection)}
    heard_at = NOON + timedelta(minutes=5)
    assert found == {spoke: ("approved", heard_at), silent: ("pending", None)}


def test_each_refresh_folds_in_what_is_new(store: Store) -> None:
    agent, _ = enrol(store)
    live = Live(store)
    assert live.refresh().machines["pc-01"].load is None
    send(store, agent, report(1, section=load(10, 100, 50)))
    assert live.refresh().machines["pc-01"].cpu_ratio is None
    send(store, agent, report(2, section=load(40, 200, 100)), minutes=0.5)
    assert live.refresh().machines["pc-01"].cpu_ratio == pytest.approx(0.3)
    unchanged = live.refresh().machines["pc-01"]
    assert unchanged.cpu_ratio == pytest.approx(0.3)
    send(store, agent, report(3, "presence", {"state": "shutdown"}), minutes=1)
    after = live.refresh().machines["pc-01"]
    assert after.presence is not None
    assert after.presence.value.state == "shutdown"
    assert after.load is unchanged.load


def test_a_fresh_start_sees_the_same_as_one_that_followed(store: Store) -> None:
    agent, _ = enrol(store)
    live = Live(store)
    live.refresh()
    for seq in (1, 2, 3):
        send(store, agent, report(seq, section=load(10 * seq, 100 * seq, 50 * seq)))
        live.refresh()
    assert Live(store).refresh() == live.state


def test_an_unsound_clock_is_a_gap(store: Store) -> None:
    agent, _ = enrol(store)
    send(store, agent, report(1, section=load(1, 2, 3), at="2099-01-01T00:00:00Z"))
    seen = Live(store).refresh().machines["pc-01"].load
    assert seen is not None
    assert [gap.field for gap in seen.gaps] == ["at"]
    assert seen.at == NOON


def test_a_machine_set_up_anew_keeps_its_backups_and_nothing_else_of_its_old_agent(
    store: Store,
) -> None:
    receipt = {"set": "van-ban", "ok": True, "started_at": "", "duration_seconds": 1.0}
    old, _ = enrol(store)
    send(store, old, report(1, section=load(1, 2, 3)), report(2, "backup", receipt))
    with store.write() as connection:
        connection.execute(update(agents).where(agents.c.id == old).values(state="revoked"))
    new, _ = enrol(store)
    machine = Live(store).refresh().machines["pc-01"]
    assert machine.agent is not None
    assert machine.agent.id == new
    assert machine.load is None
    assert machine.backups["van-ban"].value.ok


def test_an_agent_that_is_matched_later_appears_with_all_it_has(store: Store) -> None:
    agent, _ = enrol(store, asset=None)
    live = Live(store)
    send(store, agent, report(1, section=load(1, 2, 3)))
    assert live.refresh().machines == {}
    with store.write() as connection:
        connection.execute(update(agents).where(agents.c.id == agent).values(asset="pc-02"))
    assert live.refresh().machines["pc-02"].load is not None


def test_the_lines_come_newest_first_and_old_readings_stay_behind(store: Store) -> None:
    with store.write() as connection:
        for minutes in (0, 30, 31, 32):
            at = NOON + timedelta(minutes=minutes)
            target = Target("1.1.1.1:443", 0.01 * (minutes + 1))
            record(connection, LineReading("vnpt", at, up=True, targets=(target,)))
    seen = Live(store).refresh().lines["vnpt"]
    assert [(one.at - NOON).total_seconds() / 60 for one in seen] == [32, 31, 30]


def test_a_commit_that_shows_late_is_not_missed(postgres_url: str) -> None:
    store = connect(postgres_url)
    METADATA.create_all(store.engine)
    slow, _ = enrol(store, asset="pc-01")
    quick, _ = enrol(store, asset="pc-02")
    live = Live(store)
    late, _ = understood(slow, body(report(1, section=load(1, 2, 3))), NOON)
    with store.write() as connection:
        write(connection, [late])
        send(store, quick, report(1, section=load(1, 2, 3)))
        seen = live.refresh().machines
        assert seen["pc-02"].load is not None
        assert seen["pc-01"].load is None
    seen = live.refresh().machines
    assert seen["pc-01"].load is not None
    assert seen["pc-02"].load is not None
    assert seen["pc-01"].load.report < seen["pc-02"].load.report
    store.close()


def one(seconds: float, busy: float | None, total: float, uptime: float | None) -> Latest[Load]:
    at = NOON + timedelta(seconds=seconds)
    return Latest(1, at, at, Load(cpu=CpuLoad(busy, total), uptime_seconds=uptime))


@pytest.mark.parametrize(
    ("older", "newer", "ratio"),
    [
        (one(0, 10, 100, 1000), one(60, 70, 220, 1060), 0.5),
        (one(0, 10, 100, 1000), one(60, 10, 220, 1060), 0.0),
        (one(0, 10, 100, 1000), one(60, 5, 220, 1060), None),  # counters went back
        (one(0, 10, 100, 1000), one(60, 70, 100, 1060), None),
        (one(0, 10, 100, 1000), one(60, 70, 220, 30), None),  # started anew
        (one(0, 10, 100, 1000), one(9000, 70, 220, 2000), None),  # up for less than between
        (one(0, 10, 100, 1000), one(1060, 70, 220, 1060), 0.5),
        (one(0, None, 100, 1000), one(60, 70, 220, 1060), None),
        (one(0, 10, 100, None), one(60, 70, 220, 1060), None),
        (None, one(60, 70, 220, 1060), None),
        (one(0, 10, 100, 1000), None, None),
    ],
)
def test_the_busy_share_is_told_within_one_boot_only(
    older: Latest[Load] | None, newer: Latest[Load] | None, ratio: float | None
) -> None:
    assert cpu_ratio(older, newer) == ratio
