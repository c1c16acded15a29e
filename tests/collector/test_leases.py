from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from collector import leases, replicas
from collector.leases import TERM, TRUST_SECONDS, FencedError, Lease, holder_of, release, take
from collector.store.database import Store
from collector.store.tables import leases as rows
from collector.store.tables import replicas as replica_rows
from tests.collector.office import NOON


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a lease lasts for real time


def asked(store: Store, holder: str, at: datetime, name: str = "duties") -> bool:
    with store.write() as connection:
        return take(connection, name, holder, f"{holder}:8443", at, TERM) is not None


def who(store: Store, at: datetime) -> str | None:
    with store.read() as connection:
        return holder_of(connection, "duties", at)


def eventually(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def test_one_holds_it_until_its_end_and_may_renew(store: Store) -> None:
    assert asked(store, "a", NOON)
    assert not asked(store, "b", NOON + TERM / 2)
    assert asked(store, "a", NOON + TERM / 2)
    assert not asked(store, "b", NOON + TERM)
    assert who(store, NOON + TERM) == "a:8443"
    assert asked(store, "b", NOON + TERM * 1.5)
    assert not asked(store, "a", NOON + TERM * 1.5)
    assert who(store, NOON + TERM * 1.5) == "b:8443"
    assert asked(store, "a", NOON, name="another")


def test_only_its_holder_gives_it_back(store: Store) -> None:
    assert asked(store, "a", NOON)
    with store.write() as connection:
        release(connection, "duties", "b")
    assert who(store, NOON) == "a:8443"
    with store.write() as connection:
        release(connection, "duties", "a")
    assert who(store, NOON) is None
    assert asked(store, "b", NOON)


def test_of_many_who_ask_at_once_one_gets_it(store: Store) -> None:
    for turn in range(5):
        at = NOON + turn * 2 * TERM
        with ThreadPoolExecutor(8) as threads:
            got = list(threads.map(lambda n, at=at: asked(store, f"h{n}", at), range(8)))
        assert sum(got) == 1


def test_a_holder_stops_trusting_itself_before_another_may_begin() -> None:
    assert timedelta(seconds=TRUST_SECONDS + leases.RENEW_SECONDS) < TERM
    assert TERM.total_seconds() + 2 * leases.RENEW_SECONDS <= 15, "duties move within 15 seconds"


def test_it_is_kept_given_back_and_taken_over(store: Store) -> None:
    with Lease(store, "duties", "a", "a:8443", now) as first:
        eventually(lambda: first.held)
        with Lease(store, "duties", "b", "b:8443", now) as second:
            eventually(second._thread.is_alive)
            assert not second.held
            first.__exit__(None, None, None)
            eventually(lambda: second.held)


def test_a_lease_that_was_taken_away_is_noticed(store: Store) -> None:
    with Lease(store, "duties", "a", "a:8443", now) as lease:
        eventually(lambda: lease.held)
        with store.write() as connection:
            connection.execute(update(rows).values(holder="b", expires_at=now() + 10 * TERM))
        eventually(lambda: not lease.held)


def test_without_its_database_nobody_acts_for_long(store: Store) -> None:
    with Lease(store, "duties", "a", "a:8443", now) as lease:
        eventually(lambda: lease.held)
        with store.write() as connection:
            connection.exec_driver_sql("ALTER TABLE leases RENAME TO elsewhere")
        eventually(lambda: not lease.held)
        with store.write() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO leases")
        eventually(lambda: lease.held)


def test_each_taking_counts_one_on_and_a_renewal_none(store: Store) -> None:
    def took(holder: str, at: datetime, generation: int | None = None) -> int | None:
        with store.write() as connection:
            return take(connection, "duties", holder, f"{holder}:8443", at, TERM, generation)

    assert took("a", NOON) == 1
    assert took("a", NOON + TERM / 2, 1) == 1
    assert took("a", NOON + TERM / 2) == 2, "the same server, started again"
    assert took("b", NOON + TERM * 2) == 3
    with store.write() as connection:
        release(connection, "duties", "b")
    assert took("a", NOON + TERM * 2, 2) == 4, "given back in between: not a renewal"


def test_who_lost_the_lease_writes_nothing_any_more(store: Store) -> None:
    with Lease(store, "duties", "a", "a:8443", now) as lease:
        fenced = lease.fenced()
        eventually(lambda: lease.held)
        with fenced.write() as connection:
            replicas.tell(connection, "kept", "10.0.0.1:8443", NOON, now())
        with store.write() as connection:
            connection.execute(
                update(rows).values(holder="b", generation=7, expires_at=now() + 10 * TERM)
            )
        with pytest.raises(FencedError), fenced.write() as connection:
            replicas.tell(connection, "late", "10.0.0.2:8443", NOON, now())
    with store.read() as connection:
        assert replicas.addresses(connection) == ("10.0.0.1:8443",)


def test_who_takes_over_waits_for_a_commit_that_was_still_covered(store: Store) -> None:
    with Lease(store, "duties", "a", "a:8443", now) as lease:
        eventually(lambda: lease.held)
        with ThreadPoolExecutor(1) as threads, store.write() as connection:
            leases.check(connection, "duties", "a", 1)
            taking = threads.submit(asked, store, "b", now() + 2 * TERM)
            replicas.tell(connection, "a", "10.0.0.1:8443", NOON, now())
            assert not taking.done()
    assert taking.result(60)


def test_the_list_of_those_that_serve_forgets_who_is_gone_for_long(store: Store) -> None:
    with store.write() as connection:
        connection.execute(
            insert(replica_rows).values(
                id="old", address="10.0.0.9:8443", started_at=NOON, seen_at=now() - replicas.GONE
            )
        )
        replicas.tell(connection, "b", "10.0.0.3:8443", NOON, now())
        replicas.tell(connection, "a", "10.0.0.2:8443", NOON, now())
        replicas.tell(connection, "a", "10.0.0.4:8443", NOON, now())
        assert replicas.addresses(connection) == ("10.0.0.3:8443", "10.0.0.4:8443")
        replicas.leave(connection, "b")
        assert replicas.addresses(connection) == ("10.0.0.4:8443",)
