from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from collector import retention
from collector.ingest import understood
from collector.store.database import Store
from collector.store.tables import reports
from collector.writing import write
from tests.collector.office import NOON, body, enrol, report

DAYS = timedelta(days=1)


def kept(store: Store) -> list[int]:
    with store.read() as connection:
        return list(connection.execute(select(reports.c.seq).order_by(reports.c.id)).scalars())


def put(store: Store, agent: str, seq: int, kind: str, ago: timedelta) -> None:
    found, _ = understood(agent, body(report(seq, kind, {})), NOON - ago)
    with store.write() as connection:
        write(connection, [found])


def test_old_loads_go_and_everything_else_stays(store: Store) -> None:
    agent, _ = enrol(store)
    for seq in range(1, 6):
        put(store, agent, seq, "load", 36 * DAYS)
    put(store, agent, 6, "hardware", 400 * DAYS)
    put(store, agent, 7, "load", 34 * DAYS)
    assert retention.prune(store, NOON, at_once=2) == 5
    assert kept(store) == [6, 7]


def test_the_newest_load_of_a_machine_that_fell_silent_stays(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 1, "load", 100 * DAYS)
    put(store, agent, 2, "load", 99 * DAYS)
    assert retention.prune(store, NOON) == 1
    assert kept(store) == [2]


def test_a_number_of_a_row_is_never_given_again(store: Store) -> None:
    agent, _ = enrol(store)
    put(store, agent, 2, "load", 99 * DAYS)
    put(store, agent, 1, "load", 99 * DAYS)  # late: the highest number, and not the newest
    retention.prune(store, NOON)
    put(store, agent, 3, "load", 0 * DAYS)
    with store.read() as connection:
        numbers = connection.execute(select(reports.c.id).order_by(reports.c.id)).scalars().all()
    assert list(numbers) == [1, 3]
