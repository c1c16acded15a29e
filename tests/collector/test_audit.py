from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from collector import audit
from collector.store.database import Store
from collector.store.tables import audit as rows
from tests.collector.office import NOON


def fill(store: Store, count: int) -> None:
    for turn in range(count):
        with store.write() as connection:
            at = NOON + timedelta(minutes=turn)
            audit.append(connection, at, "cán bộ CNTT", "token-made", {"asset": f"pc-{turn}"})


def test_an_untouched_chain_holds(store: Store) -> None:
    fill(store, 5)
    with store.read() as connection:
        found = audit.verify(connection)
    assert (found.rows, found.broken_seq) == (5, None)


def test_an_empty_log_holds(store: Store) -> None:
    with store.read() as connection:
        assert audit.verify(connection) == audit.Chain(0, audit.BEGINNING)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "ai đó"},
        {"action": "x"},
        {"detail": "{}"},
        {"at": NOON},
        {"hash": bytes(32)},
    ],
)
def test_a_changed_row_is_named(store: Store, change: dict[str, object]) -> None:
    fill(store, 5)
    with store.write() as connection:
        connection.execute(update(rows).where(rows.c.seq == 3).values(**change))
    with store.read() as connection:
        found = audit.verify(connection)
    assert (found.rows, found.broken_seq) == (2, 3)


def test_a_removed_row_is_named(store: Store) -> None:
    fill(store, 5)
    with store.write() as connection:
        connection.execute(delete(rows).where(rows.c.seq == 2))
    with store.read() as connection:
        found = audit.verify(connection)
    assert (found.broken_seq, found.reason) == (3, "row 2 is missing")


def test_a_cut_off_end_shows_against_the_head_that_was_kept(store: Store) -> None:
    fill(store, 5)
    with store.read() as connection:
        kept = audit.verify(connection).head
    with store.write() as connection:
        connection.execute(delete(rows).where(rows.c.seq == 5))
    with store.read() as connection:
        found = audit.verify(connection)
    assert found.broken_seq is None
    assert found.head != kept


def test_appends_at_the_same_time_take_turns(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: fill(store, 5), range(4)))
    with store.read() as connection:
        found = audit.verify(connection)
    assert (found.rows, found.broken_seq) == (20, None)


def test_an_act_that_fails_leaves_no_record(store: Store) -> None:
    fill(store, 1)

    def fail() -> None:
        with store.write() as connection:
            audit.append(connection, NOON, "x", "y", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as connection:
        assert audit.verify(connection).rows == 1
