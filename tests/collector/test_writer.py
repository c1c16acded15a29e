from __future__ import annotations

import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from collector.batch import Batch, Stored
from collector.ingest import understood
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from collector.store.tables import reports
from collector.writer import Writer, WriterError
from tests.collector.office import NOON, body, enrol, report


def batch(agent: str, *seqs: int, **more: Any) -> Batch:
    return understood(agent, body(*(report(seq, **more) for seq in seqs)), NOON)[0]


def count(store: Store) -> int:
    with store.read() as connection:
        found: int = connection.execute(select(func.count()).select_from(reports)).scalar_one()
        return found


def test_what_is_answered_is_committed(store: Store) -> None:
    agent, _ = enrol(store)
    with Writer(store) as writer:
        assert writer.submit(batch(agent, 1, 2)).result(20) == Stored(approved=True, new=2)
        assert count(store) == 2


def test_what_waits_is_written_before_the_end(store: Store) -> None:
    agent, _ = enrol(store)
    with Writer(store) as writer:
        waiting = [writer.submit(batch(agent, seq)) for seq in range(1, 300)]
    assert all(future.result(0).new == 1 for future in waiting)
    assert count(store) == 299


def test_after_its_end_nothing_is_taken(store: Store) -> None:
    writer = Writer(store)
    with writer:
        assert writer.alive
    assert not writer.alive
    with pytest.raises(WriterError) as caught:
        writer.submit(batch("a1", 1))
    assert caught.value.cause == "down"


def test_a_batch_that_cannot_be_stored_costs_itself_alone(store: Store) -> None:
    agent, _ = enrol(store)
    good = batch(agent, 1)
    row = batch(agent, 2).rows[0]
    poison = Batch(agent, good.epoch, NOON, (type(row)(2**70, "load", NOON, "{}", b"", None),))
    writer = Writer(store)
    futures: list[Future[Stored]] = [Future() for _ in range(3)]
    writer._commit([(good, futures[0]), (poison, futures[1]), (batch(agent, 3), futures[2])])
    assert futures[0].result(0).new == 1
    assert isinstance(futures[1].exception(0), WriterError)
    assert futures[2].result(0).new == 1


def test_a_full_queue_sends_agents_away_and_loses_nothing(tmp_path: Path) -> None:
    store = connect(f"sqlite:///{tmp_path}/wardwatch.sqlite")
    METADATA.create_all(store.engine)
    agent, _ = enrol(store)
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write():
            held.set()
            free.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(20)
    with Writer(store, room=2) as writer:
        taken: list[Future[Stored]] = []

        def fill() -> None:
            # One group at work, two batches waiting: not all of these fit.
            taken.extend(writer.submit(batch(agent, seq)) for seq in range(1, 6))

        with pytest.raises(WriterError) as caught:
            fill()
        assert caught.value.cause == "crowded"
        free.set()
        assert all(future.result(20).new == 1 for future in taken)
    holder.join()
    assert count(store) == len(taken)
    store.close()


def test_a_full_disk_is_told_and_heals(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store = connect(url)
    METADATA.create_all(store.engine)
    agent, _ = enrol(store)
    store.close()
    store = connect(url)
    pages = {"limit": 60}

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages['limit']}")

    event.listen(store.engine, "checkout", limit)
    big = {"processes": 1, "more": "x" * 400_000}
    with Writer(store) as writer:
        refused = writer.submit(batch(agent, 1, section=big)).exception(20)
        assert isinstance(refused, WriterError)
        assert refused.cause == "disk-full"
        pages["limit"] = 100_000
        assert writer.submit(batch(agent, 1, section=big)).result(20).new == 1
    store.close()


def test_a_database_that_went_away_is_told_and_comes_back(postgres_url: str) -> None:
    store = connect(postgres_url)
    METADATA.create_all(store.engine)
    agent, _ = enrol(store)
    with Writer(store) as writer:
        assert writer.submit(batch(agent, 1)).result(20).new == 1
        with store.read() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )
        first = writer.submit(batch(agent, 2))
        if first.exception(20) is not None:
            assert isinstance(first.exception(), WriterError)
            assert writer.submit(batch(agent, 2)).result(20).new == 1
    store.close()
