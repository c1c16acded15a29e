"""How often the office is judged for its readers: a small one anew, a large one beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts import register
from alerts.finding import Finding
from collector.inventory.read import load
from collector.store.migrate import migrate
from console.changed import mark_of
from console.desk import FRESH, LARGE_FRESH, Desk, Moment, open_desk
from console.settings import Settings

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def small(tmp_path: Path, example_inventory_path: Path) -> Iterator[Desk]:
    inventory = tmp_path / "office.yaml"
    inventory.write_bytes(example_inventory_path.read_bytes())
    database = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    desk = open_desk(
        Settings(1, str(inventory), database, "127.0.0.1:1", "hoa-mai"), tmp_path, lambda: NOON
    )
    migrate(desk.store)
    # However slow this machine is now, a small office stays one.
    yield replace(desk, large_seconds=60.0)
    desk.store.close()


@pytest.fixture
def large(small: Desk) -> Desk:
    """Every office is large to a desk without patience."""
    return replace(small, large_seconds=0.0)


def happen(desk: Desk) -> str:
    """Something is recorded, as an officer's act would be."""
    found = Finding("agent-silent", "pc-cntt", "fail", "killed", {}, (), "security")
    with desk.store.write() as connection:
        (number,) = register.record(connection, [found], NOON, desk.source.current()).incidents
    return number


def ids(moment: Moment) -> list[str]:
    return [one.id for one in moment.incidents]


def test_a_small_office_is_judged_anew_after_an_act(small: Desk) -> None:
    before = small.moment()
    number = happen(small)
    assert ids(small.moment()) == [], "within two seconds everybody sees the same"
    small.forget()
    after = small.moment()
    assert ids(after) == [number]
    assert after.findings is not before.findings


def test_a_large_fleet_is_not_judged_for_an_act_but_what_is_recorded_is_read(large: Desk) -> None:
    before, mark = large.moment(), mark_of(large)
    number = happen(large)
    large.forget()
    after = large.moment()
    assert ids(after) == [number]
    assert [one.id for one in after.open_incidents] == [number]
    assert after.findings is before.findings
    assert after.office is before.office
    assert mark_of(large) != mark, "an open page asks for itself again"
    assert large.moment() is after


def test_a_large_fleet_that_is_declared_anew_is_judged_at_once(large: Desk) -> None:
    before = large.moment()
    path = large.source.path
    path.write_text(path.read_text("utf-8").replace("Phòng kỹ thuật", "Phòng máy"), "utf-8")
    large.forget()
    after = large.moment()
    assert after.findings is not before.findings
    assert after.office.inventory == load(path)


def test_what_was_worked_out_of_one_look_is_worked_out_of_the_next_before_anybody_asks(
    large: Desk,
) -> None:
    made: list[Moment] = []

    def work(moment: Moment) -> int:
        made.append(moment)
        return len(made)

    assert large.keep_fresh() >= FRESH.total_seconds()
    first, value = large.derived("work", work)
    assert (value, large.derived("work", work)[1]) == (1, 1)
    large.keep_fresh()
    second, value = large.derived("work", work)
    assert second is not first
    assert (value, made) == (2, [first, second])


def test_while_the_next_look_is_under_way_nobody_who_asks_judges_beside_it(large: Desk) -> None:
    now = [NOON]
    desk = replace(large, clock=lambda: now[0])
    desk.keep_fresh()
    first, meanwhile = desk.moment(), []

    def work(moment: Moment) -> Moment:
        if moment is not first:
            meanwhile.append(desk.moment())
        return moment

    desk.derived("work", work)
    now[0] += LARGE_FRESH * 2
    desk.keep_fresh()
    assert meanwhile == [first]
    assert desk.moment().office.now == now[0]
    now[0] += LARGE_FRESH * 2
    assert desk.moment().office.now == now[0], "nothing is under way: it is looked at anew"


def test_a_small_office_is_looked_at_once_at_the_start_and_then_when_somebody_asks(
    small: Desk,
) -> None:
    seen = replace(small, clock=lambda: NOON + timedelta(days=1))
    assert seen.keep_fresh() == FRESH.total_seconds()
    first = seen.moment()
    seen.keep_fresh()
    assert seen.moment() is first
