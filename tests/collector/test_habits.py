"""Habits: learned from the hours of weeks, with their first and last minutes, and from nothing less."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from collector.habits import LEARNED_FROM, LEAST_WEEKS, WEEK_HOURS, Usual, usual
from collector.store.columns import EPOCH
from collector.store.database import Store
from collector.store.tables import load_hours
from tests.collector.office import NOON, enrol

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLOT = int((NOON - EPOCH) / HOUR) % WEEK_HOURS
"""The hour of the week that begins at noon of that Monday."""


def habit(**minutes: float) -> Usual:
    """On for so long in the hours around noon: `before`, `here`, `after`; off in all others."""
    told = [0.0] * WEEK_HOURS
    for place, name in ((SLOT - 1, "before"), (SLOT, "here"), (SLOT + 1, "after")):
        told[place % WEEK_HOURS] = minutes.get(name, 0.0)
    return Usual(tuple(told))


def at(minute: float) -> datetime:
    return NOON + minute * MINUTE


def test_an_hour_in_which_it_is_seldom_on_is_not_its_hour() -> None:
    assert not habit(before=60, here=9.9, after=60).expects(at(30))
    assert habit(before=60, here=10, after=60).expects(at(30))


def test_in_the_last_hour_of_its_day_it_may_go_ten_minutes_earlier_than_usual() -> None:
    leaving = habit(before=60, here=40)
    assert leaving.expects(at(29.9))
    assert not leaving.expects(at(30))


def test_in_the_first_hour_of_its_day_only_its_last_minutes_are_its_own() -> None:
    coming = habit(here=20, after=60)
    assert not coming.expects(at(39.9))
    assert coming.expects(at(40))
    assert habit(here=45, after=60).expects(at(1)), "a full hour is one from its beginning"


def test_a_span_is_expected_only_where_no_rare_hour_lies_in_it() -> None:
    through = habit(before=60, here=60, after=60)
    assert through.expects_all(at(-60), at(40))
    assert not habit(before=60, after=60).expects_all(at(-40), at(80))
    assert not Usual((60.0,) * WEEK_HOURS).expects_all(NOON - timedelta(hours=25), NOON)
    assert Usual((60.0,) * WEEK_HOURS).expects_all(NOON - timedelta(hours=24), NOON)


def fill(store: Store, agent: str, weeks: int, loads: int = 60, until: datetime = NOON) -> None:
    """An hour at noon on the same weekday of so many weeks."""
    nothing = {one.name: 0 for one in load_hours.c if not one.nullable}
    rows = [
        {
            **nothing,
            "agent": agent,
            "hour_at": until - timedelta(weeks=week + 1),
            "count": loads,
        }
        for week in range(weeks)
    ]
    with store.write() as connection:
        connection.execute(insert(load_hours), rows)


def learned(store: Store, now: datetime = NOON) -> dict[str, Usual]:
    with store.read() as connection:
        return dict(usual(connection, now))


@pytest.mark.parametrize(("weeks", "known"), [(LEAST_WEEKS - 1, False), (LEAST_WEEKS, True)])
def test_of_less_than_three_weeks_nothing_is_learned(
    store: Store, weeks: int, *, known: bool
) -> None:
    agent, _ = enrol(store)
    fill(store, agent, weeks)
    assert ("pc-01" in learned(store)) is known


def test_the_minutes_are_those_of_the_average_week_and_no_more_than_an_hour(store: Store) -> None:
    first, _ = enrol(store, "pc-01")
    second, _ = enrol(store, "pc-02")
    fill(store, first, 4, loads=30)
    fill(store, second, 4, loads=90)
    found = learned(store)
    assert found["pc-01"].minutes[SLOT] == pytest.approx(30)
    assert found["pc-02"].minutes[SLOT] == 60
    assert sum(found["pc-01"].minutes) == pytest.approx(30), "of no other hour"


def test_what_lies_longer_back_than_eight_weeks_is_no_habit_any_more(store: Store) -> None:
    agent, _ = enrol(store)
    fill(store, agent, 8, until=NOON - LEARNED_FROM)
    assert learned(store) == {}


def test_an_agent_that_was_shut_out_has_no_habits(store: Store) -> None:
    agent, _ = enrol(store, state="revoked")
    fill(store, agent, 5)
    assert learned(store) == {}
