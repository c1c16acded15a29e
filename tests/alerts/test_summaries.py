"""A ward's day for its city: the same bytes each time, and nothing in it but counts."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from alerts import duties, summaries
from alerts.targets import Target
from collector.store.database import Store
from collector.summary import outbox, wire
from tests.alerts.builders import inventory
from tests.alerts.test_history import DAY, MIDNIGHT, figures, firewall_off, well


def made(store: Store) -> bytes:
    with store.read() as connection:
        return wire.encode(summaries.summary(connection, inventory(), DAY, 1))


def test_a_day_counted_again_is_the_same_bytes(store: Store) -> None:
    duties.tick(store, well())
    before = made(store)
    duties.tick(store, firewall_off(MIDNIGHT))
    assert made(store) == before


def test_it_holds_what_the_targets_of_that_day_hold(store: Store) -> None:
    duties.tick(store, well())
    told = wire.summary(made(store))

    def counts(one: Target | wire.Item) -> tuple[int, ...]:
        return one.item, one.passing, one.failing, one.unknown, one.denominator

    assert [counts(one) for one in told.items] == [counts(one) for one in figures(store)]


def test_it_names_no_subject_and_has_these_fields_alone(store: Store) -> None:
    duties.tick(store, well())
    plain = msgspec.json.decode(made(store))
    tally = {"name", "passing", "failing", "unknown"}
    item = {"item", "passing", "failing", "unknown", "kinds", "rules", "serious_incidents"}
    assert set(plain) == {"version", "site", "day", "revision", "items"}
    assert all(set(one) == item for one in plain["items"])
    tallies = [one for each in plain["items"] for one in (*each["kinds"], *each["rules"])]
    assert tallies
    assert all(set(one) == tally for one in tallies)
    subjects = {row.subject for one in figures(store) for row in one.rows}
    assert not subjects & {one["name"] for one in tallies}
    assert len(made(store)) < wire.LIMIT_BYTES


def test_each_day_is_made_once_when_it_has_settled(store: Store) -> None:
    duties.tick(store, well())
    settled = MIDNIGHT + summaries.SETTLED
    with store.write() as connection:
        early = settled - timedelta(microseconds=1)
        assert summaries.make(connection, inventory(), early, DAY) == ()
        assert summaries.make(connection, inventory(), settled, DAY) == (DAY,)
        assert summaries.make(connection, inventory(), settled, DAY) == ()
        assert summaries.revise(connection, inventory(), settled, DAY) == 2
        waiting = outbox.waiting(connection)
        assert [(one.day, one.revision) for one in waiting] == [(DAY, 1), (DAY, 2)]
        outbox.stored(connection, waiting[0], settled)
        outbox.refused(connection, waiting[1], "why")
        assert outbox.waiting(connection) == ()
