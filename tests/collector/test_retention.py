from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from collector import retention, rollup
from collector.ingest import understood
from collector.store.database import Store
from collector.store.tables import reports
from collector.writing import write
from tests.collector.office import NOON, body, enrol, report

DAYS = timedelta(days=1)


def kept(store: Store) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(select(reports.c.seq).order_by(reports.c.id)).scalars())


def put(store: Store, agent: str, seq: int, kind: str, ago: timedelta, section: Any = None) -> None:
    found, _ = understood(agent, body(report(seq, kind, section or {})), NOON - ago)
    with store.write() as connection:
        write(connection, [found])


def pruned(store: Store, now: datetime, **more: Any) -> int:
    """As the duty does it: what is to be forgotten is first taken into its hour."""
    rollup.roll_up(store, now)
    return retention.prune(store, now, **more)


def test_a_load_that_is_not_in_its_hour_yet_stays(store: Store) -> None:
    agent, _ = enrol(store)
    for seq in (1, 2):
        put(store, agent, seq, "load", 100 * DAYS)
    assert retention.prune(store, NOON) == 0
    assert pruned(store, NOON) == 1


def test_old_loads_go_and_everything_else_stays(store: Store) -> None:
    agent, _ = enrol(store)
    for seq in range(1, 6):
        put(store, agent, seq, "load", 36 * DAYS)
    put(store, agent, 6, "hardware", 400 * DAYS)
    put(store, agent, 7, "load", 34 * DAYS)
    assert pruned(store, NOON, at_once=2) == 5
    assert kept(store) == [6, 7]


def test_the_newest_load_of_a_machine_that_fell_silent_stays(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "load", 100 * DAYS)
    put(store, agent, 2, "load", 99 * DAYS)
    assert pruned(store, NOON) == 1
    assert kept(store) == [2]


def test_a_number_of_a_row_is_never_given_again(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 2, "load", 99 * DAYS)
    put(store, agent, 1, "load", 99 * DAYS)  # late: the highest number, and not the newest
    pruned(store, NOON)
    put(store, agent, 3, "load", 0 * DAYS)
    with store.read() as connection:
        numbers = connection.execute(select(reports.c.id).order_by(reports.c.id)).scalars().all()
    assert list(numbers) == [1, 3]


def test_of_equal_snapshots_the_first_stays_and_every_change_with_it(store: Store) -> None:
    agent, _ = enrol(store)
    checks = [{"id": "firewall", "verdict": verdict} for verdict in ("pass", "fail")]
    for seq, state in enumerate([0, 0, 0, 1, 1, 0, 0, 0], start=1):
        put(store, agent, seq, "security", (50 - seq) * DAYS, {"checks": [checks[state]]})
    put(store, agent, 9, "security", 0 * DAYS, {"checks": [checks[0]]})
    assert pruned(store, NOON, at_once=2) == 5
    assert kept(store) == [1, 4, 6, 9]
    assert pruned(store, NOON) == 0


def test_snapshots_that_differ_in_their_gaps_alone_both_stay(store: Store) -> None:
    agent, _ = enrol(store)
    for seq, gaps in enumerate(([], [{"field": "disks", "cause": "permission denied"}]), start=1):
        found, _ = understood(agent, body(report(seq, "hardware", gaps=gaps)), NOON - 40 * DAYS)
        with store.write() as connection:
            write(connection, [found])
    put(store, agent, 3, "hardware", 0 * DAYS)
    assert pruned(store, NOON) == 0


def test_what_an_incident_rests_on_stays(store: Store) -> None:
    agent, _ = enrol(store)
    for seq in (1, 2, 3):
        put(store, agent, seq, "load", 40 * DAYS)
    assert pruned(store, NOON, cited={1}) == 1
    assert kept(store) == [1, 3]


def test_goodbyes_receipts_and_unknown_kinds_stay(store: Store) -> None:
    agent, _ = enrol(store)
    for seq, kind in enumerate(("presence", "presence", "events", "events", "weather"), start=1):
        put(store, agent, seq, kind, 400 * DAYS, {"state": "started"})
    assert pruned(store, NOON) == 0
