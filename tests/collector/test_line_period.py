"""A line over a month: shares, minutes by cause, what nobody looked at, and the tests that count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector import office_hours
from collector.inventory.model import Inventory
from collector.inventory.read import load
from collector.line_readings import LineReading, Target
from collector.lines import course
from collector.lines.period import LinePeriod, month_of, period
from collector.store.database import Store
from tests import lines_month

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
AFTER = datetime(2026, 11, 2, 8, tzinfo=ZONE)


@pytest.fixture
def inventory(example_inventory_path: Path) -> Inventory:
    return load(example_inventory_path)


@pytest.fixture
def told(store: Store, inventory: Inventory) -> LinePeriod:
    line = inventory.lines[0]
    with store.write() as connection:
        lines_month.fill(connection, inventory, line, FIRST, AFTER)
    with store.read() as connection:
        return period(connection, inventory, line, FIRST, LAST, AFTER)


def test_office_hours_are_counted_by_their_spans_and_not_on_holidays(inventory: Inventory) -> None:
    site = inventory.site

    def at(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 10, day, hour, minute, tzinfo=ZONE)

    whole = office_hours.open_seconds(site, at(5, 0), at(6, 0))
    minutes = sum(
        office_hours.is_open(site, at(5, 0) + timedelta(minutes=step)) for step in range(24 * 60)
    )
    assert whole == minutes * 60 > 0
    assert office_hours.open_seconds(site, at(4, 0), at(5, 0)) == 0  # a Sunday
    assert office_hours.open_seconds(site, at(5, 9, 10), at(5, 9, 25)) == 15 * 60
    assert office_hours.open_seconds(site, at(5, 0).astimezone(UTC), at(6, 0)) == whole
    begin = datetime(2027, 1, 1, tzinfo=ZONE)  # a holiday, on a Friday
    assert office_hours.open_seconds(site, begin, begin + timedelta(days=1)) == 0


def test_a_month_tells_minutes_by_cause_and_what_the_provider_answers_for(
    told: LinePeriod,
) -> None:
    shares = {one.party: (one.count, one.seconds, one.office_seconds) for one in told.shares}
    assert shares["provider-access"] == (1, 720, 720)
    assert shares["provider-upstream"] == (1, 270, 270)
    assert shares["power"] == (1, 1800, 0)  # late in the evening
    assert shares["router"] == (1, 120, 0)  # on a Saturday
    assert told.seconds_of_provider(office=False) == 990
    assert told.seconds_of_provider(office=True) == 990
    assert [one.interruption.party for one in told.lost][:2] == [
        "provider-access",
        "provider-upstream",
    ]
    down = told.total.all_seconds - told.total.all_up_seconds
    assert down == sum(one.seconds for one in told.lost)


def test_what_nobody_looked_at_is_neither_up_nor_down(told: LinePeriod) -> None:
    assert told.seconds == 31 * 86400
    assert told.unseen_seconds == 86400
    assert told.unseen_office_seconds == 7.5 * 3600  # 14 October is a Wednesday
    assert told.total.office_ratio is not None
    assert 0 < told.total.office_ratio < 1


def test_only_tests_over_the_internet_with_figures_are_held_to_the_contract(
    told: LinePeriod,
) -> None:
    assert len(told.tests) == 30
    assert len(told.measured) == 29
    assert all(one.error is None for one in told.measured)


def test_an_interruption_is_cut_where_the_span_ends(store: Store, inventory: Inventory) -> None:
    line = inventory.lines[0]
    with store.write() as connection:
        lines_month.fill(connection, inventory, line, FIRST, AFTER)
    amid = datetime(2026, 10, 9, 14, 6, tzinfo=ZONE)
    with store.read() as connection:
        found = period(connection, inventory, line, FIRST, LAST, amid)
        before = period(connection, inventory, line, date(2027, 1, 1), date(2027, 1, 31), AFTER)
    assert found.lost[-1].seconds == 60
    assert found.until == amid
    assert max(found.days) == date(2026, 10, 9)
    assert (before.seconds, before.days, before.lost) == (0, {}, ())


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "x", "0001-01", "9999-12"],
)
def test_what_is_no_month_is_none(text: str) -> None:
    assert month_of(text) is None


def test_a_month_ends_with_its_last_day() -> None:
    assert month_of("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert month_of("2026-12") == (date(2026, 12, 1), date(2026, 12, 31))


def test_readings_are_drawn_by_ten_minutes_and_silence_has_no_latency() -> None:
    start = datetime(2026, 10, 5, 3, 9, tzinfo=UTC)

    def reading(minute: int, latency: float | None) -> LineReading:
        target = Target("a:1", latency, None, None, 0.0 if latency else 1.0, 4)
        up = latency is not None
        return LineReading("l", start + timedelta(minutes=minute), up, (target,))

    steps = course.stepped(
        [reading(0, 0.01), reading(1, 0.02), reading(5, 0.04), reading(12, None)]
    )
    assert [one.at.minute for one in steps] == [0, 10, 20]
    assert [one.latency_seconds for one in steps] == [0.01, 0.03, None]
    assert [one.loss_ratio for one in steps] == [0, 0, 1]
    assert [one.up_ratio for one in steps] == [1, 1, 0]
