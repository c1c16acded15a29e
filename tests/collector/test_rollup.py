from __future__ import annotations

import os
import signal
import subprocess  # noqa: TID251 - the roll-up that is killed runs in a process of its own
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from collector import rollup
from collector.hours import Hour
from collector.ingest import understood
from collector.line_readings import LineReading, Target
from collector.lines import record
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import line_hours, load_hours
from collector.writing import write
from tests.collector.office import NOON, body, enrol, load, report

HOUR = timedelta(hours=1)

KILLED = """
import os, signal, sys
from datetime import datetime
from sqlalchemy import event
from collector.rollup import roll_up
from collector.store.database import connect

store, seen = connect(sys.argv[1]), []

@event.listens_for(store.engine, "after_cursor_execute")
def count(connection, cursor, statement, *rest):
    if statement.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT")):
        seen.append(statement)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

roll_up(store, datetime.fromisoformat(sys.argv[3]), at_once=3)
"""


def put(store: Store, agent: str, *sent: dict[str, Any]) -> None:
    found, _ = understood(agent, body(*sent), NOON + 2 * HOUR)
    with store.write() as connection:
        write(connection, [found])


def one_load(seq: int, minute: int) -> dict[str, Any]:
    section = load(
        busy=minute * 30.0,
        total=minute * 120.0,
        uptime=1000.0 + minute * 60,
        memory={"total_bytes": 100, "available_bytes": 100 - minute % 60},
        filesystems=[
            {"mount": "/", "total_bytes": 10, "available_bytes": 5},
            {"mount": "/d", "total_bytes": 100, "available_bytes": 20},
        ],
        network={"in_bytes_total": minute * 10, "out_bytes_total": minute},
    )
    at = NOON - HOUR + timedelta(minutes=minute)
    return report(seq, section=section, at=at.isoformat())


def hours(store: Store) -> Sequence[Any]:
    with store.read() as connection:
        return connection.execute(select(load_hours).order_by(load_hours.c.hour_at)).all()


def test_the_loads_of_an_hour_become_one_row_by_the_clock_of_the_pc(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, *(one_load(seq, minute) for seq, minute in enumerate(range(0, 90, 10), 1)))
    assert rollup.roll_up(store, NOON + 3 * HOUR) == 9
    first, second = hours(store)
    assert (first.agent, first.hour_at, first.count) == (agent, NOON - HOUR, 6)
    assert (second.hour_at, second.count) == (NOON, 3)
    assert first.cpu_busy_seconds == pytest.approx(5 * 300)
    assert second.cpu_seconds == pytest.approx(3 * 1200)
    assert (first.cpu_ratio_min, first.cpu_ratio_max) == (0.25, 0.25)
    assert (first.memory_ratio_min, first.memory_ratio_max) == (0.0, 0.5)
    assert first.memory_ratio_sum == pytest.approx(1.5)
    assert (first.disk_count, first.disk_ratio_max) == (6, 0.8)
    assert (first.network_in_bytes, second.network_in_bytes) == (500, 300)


def test_a_second_time_adds_nothing_and_a_late_report_is_added(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, one_load(1, 0), one_load(3, 20))
    rollup.roll_up(store, NOON + 3 * HOUR)
    assert rollup.roll_up(store, NOON + 3 * HOUR) == 0
    put(store, agent, one_load(2, 10))
    assert rollup.roll_up(store, NOON + 3 * HOUR) == 1
    (row,) = hours(store)
    assert (row.count, row.memory_ratio_max) == (3, 0.2)
    assert row.network_in_bytes == 200  # the late one is between two whose difference is counted


def test_between_two_boots_nothing_is_said_to_have_been_used(store: Store) -> None:
    agent, _ = enrol(store)
    put(
        store,
        agent,
        report(1, section=load(500.0, 1000.0, 4000.0)),
        report(2, section=load(7.0, 60.0, 30.0)),
    )
    rollup.roll_up(store, NOON + 3 * HOUR)
    (row,) = hours(store)
    assert (row.count, row.cpu_seconds, row.cpu_ratio_max) == (2, 0.0, None)


def test_what_was_received_just_now_waits_for_rows_that_show_late(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, one_load(1, 0))
    assert rollup.roll_up(store, NOON + 2 * HOUR + timedelta(minutes=9)) == 0
    assert rollup.roll_up(store, NOON + 2 * HOUR + timedelta(minutes=11)) == 1


@pytest.mark.parametrize("at", range(1, 10))
def test_a_roll_up_killed_at_any_write_adds_each_load_once(tmp_path: Path, at: int) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    agent, _ = enrol(store)
    put(store, agent, *(one_load(seq, seq) for seq in range(1, 11)))
    now = NOON + 3 * HOUR
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, str(at), now.isoformat()],
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert killed.returncode == -signal.SIGKILL
    rollup.roll_up(store, now, at_once=3)
    (row,) = hours(store)
    assert (row.count, row.network_in_bytes) == (10, 90)
    store.close()


def test_readings_of_a_line_become_hours_with_what_was_lost(store: Store) -> None:
    with store.write() as connection:
        for minute, latency in enumerate((0.02, None, 0.04)):
            targets = (Target("a", latency), Target("b", None, "timed out"))
            at = NOON + timedelta(minutes=minute)
            record(connection, LineReading("vnpt", at, latency is not None, targets))
    rollup.roll_up(store, NOON + HOUR, at_once=2)
    rollup.roll_up(store, NOON + HOUR)
    with store.read() as connection:
        (row,) = connection.execute(select(line_hours)).all()
    assert tuple(row)[:4] == ("vnpt", NOON, 3, 2)
    assert (row.asked_count, row.answered_count, row.latency_count) == (6, 2, 2)
    assert (row.latency_seconds_min, row.latency_seconds_max) == (0.02, 0.04)


def test_hours_go_after_three_years_and_not_before(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, one_load(1, 0))
    rollup.roll_up(store, NOON + 3 * HOUR)
    with store.write() as connection:
        assert rollup.forget(connection, NOON + timedelta(days=1097)) == 0
        assert rollup.forget(connection, NOON + timedelta(days=1099)) == 1
    assert hours(store) == []


RATIOS = st.one_of(st.none(), st.floats(0, 1))


@given(st.lists(st.tuples(RATIOS, st.integers(0, 9)), min_size=1))
def test_parts_of_an_hour_add_up_in_any_order(parts: list[tuple[float | None, int]]) -> None:
    def total(order: list[tuple[float | None, int]]) -> Hour:
        hour = Hour()
        for ratio, count in order:
            hour.add(Hour(count=count, cpu_ratio_min=ratio, cpu_ratio_max=ratio))
        return hour

    assert total(parts) == total(parts[::-1])
