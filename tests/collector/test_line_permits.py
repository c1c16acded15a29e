"""A line is lent to one PC at a time, whatever becomes of the one that has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector import asks
from collector.inventory.model import Inventory
from collector.line_readings import Bandwidth
from collector.lines import permits, speed_tests
from collector.lines.permits import TERM, Permit, RefusedError, Wish, lend
from collector.state import Machine, Traffic
from collector.store.columns import METADATA
from collector.store.database import Store, connect
from tests.collector.office import NOON, OFFICE, enrol, report
from tests.collector.test_writing import batch, stored

LUNCH = NOON.replace(hour=5)
"""Noon in Viet Nam."""
TEST = {
    "server": "192.0.2.9:8099",
    "machines": ["pc-01", "pc-02"],
    "megabytes_per_day": 100_000,
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Store]:
    """SQLite goes by the clock that it is given; PostgreSQL by its own, which nobody sets."""
    store = connect(f"sqlite:///{tmp_path}/own.sqlite")
    METADATA.create_all(store.engine)
    yield store
    store.close()


def inventory(**changes: Any) -> Inventory:
    line = OFFICE.lines[0].model_dump(exclude={"speed_test"}) | {"speed_test": TEST | changes}
    return OFFICE.model_copy(update={"lines": (type(OFFICE.lines[0]).model_validate(line),)})


def asked(store: Store, asset: str, at: datetime = LUNCH) -> int:
    with store.write() as connection:
        return asks.ask(connection, at, asset, "speed-test", "vnpt")


def lent(
    store: Store,
    asset: str,
    job: int,
    at: datetime = LUNCH,
    office: Inventory | None = None,
    machines: dict[str, Machine] | None = None,
) -> Permit:
    with store.write() as connection:
        wish = Wish("vnpt", job)
        return lend(connection, at, office or inventory(), asset, wish, machines or {})


def test_two_pcs_never_have_the_line_at_once_even_when_the_holder_dies(own: Store) -> None:
    first, second = asked(own, "pc-01"), asked(own, "pc-02")
    mine = lent(own, "pc-01", first)
    for seconds in (0, 1, 60, TERM.total_seconds() - 0.001):
        with pytest.raises(RefusedError, match="another PC is measuring"):
            lent(own, "pc-02", second, LUNCH + timedelta(seconds=seconds))
    after = LUNCH + TERM
    theirs = lent(own, "pc-02", second, after)
    assert theirs.generation > mine.generation
    with own.read() as connection:
        # The first one's ticket opens nothing any more, whenever it wakes up.
        assert not permits.admits(connection, after, mine.ticket)
        assert permits.admits(connection, after, theirs.ticket)
        assert not permits.admits(connection, after, "0" * 32)


def test_a_test_ends_before_the_line_is_lent_again() -> None:
    assert TERM.total_seconds() > permits.LENT_SECONDS


def test_one_ask_is_lent_the_line_once(store: Store) -> None:
    job = asked(store, "pc-01")
    lent(store, "pc-01", job)
    with pytest.raises(RefusedError, match="nobody asked"):
        lent(store, "pc-01", job, LUNCH + 2 * TERM)


@pytest.mark.parametrize(("asset", "job"), [("pc-01", 999), ("pc-02", 1)])
def test_nobody_measures_unasked(store: Store, asset: str, job: int) -> None:
    assert asked(store, "pc-01") == 1
    with pytest.raises(RefusedError, match="nobody asked"):
        lent(store, asset, job)


def test_a_pc_that_is_not_named_measures_nothing(store: Store) -> None:
    with pytest.raises(RefusedError, match="no such line"):
        lent(store, "may-chu", asked(store, "may-chu"))


@pytest.mark.parametrize(
    ("minutes", "allowed"), [(-31, False), (-30, True), (89, True), (90, False)]
)
def test_a_line_is_measured_in_its_hours_alone(store: Store, minutes: int, allowed: bool) -> None:
    at = LUNCH + timedelta(minutes=minutes)
    if allowed:
        assert lent(store, "pc-01", asked(store, "pc-01"), at).generation == 1
    else:
        with pytest.raises(RefusedError, match="outside the hours"):
            lent(store, "pc-01", asked(store, "pc-01"), at)


def test_a_line_in_use_is_left_alone(store: Store) -> None:
    limit = 0.2 * OFFICE.lines[0].down_mbit_per_second * 1e6
    job = asked(store, "pc-01")
    busy = {"pc-02": Machine("pc-02", traffic=Traffic(limit + 1, 0))}
    with pytest.raises(RefusedError, match="in use"):
        lent(store, "pc-01", job, machines=busy)
    idle = {"pc-02": Machine("pc-02", traffic=Traffic(limit, 0))}
    assert lent(store, "pc-01", job, machines=idle).generation == 1


def test_a_holder_that_died_has_used_all_that_it_was_lent(own: Store) -> None:
    office = inventory()
    line = office.lines[0]
    budget = permits.wanted_bytes(line) * 3 // permits.MEGABYTE - 1
    office = inventory(megabytes_per_day=budget)
    one = lent(own, "pc-01", asked(own, "pc-01"), office=office)
    assert one.bytes == 2 * permits.wanted_bytes(line)
    later = LUNCH + 2 * TERM
    with pytest.raises(RefusedError, match="byte budget"):
        lent(own, "pc-02", asked(own, "pc-02", later), later, office)
    tomorrow = LUNCH + timedelta(days=1)
    assert lent(own, "pc-02", 2, tomorrow, office).generation == 2


def told(**changes: Any) -> dict[str, Any]:
    figures = {"down_bits_per_second": 9e7, "up_bits_per_second": 9e7, "bytes_used": 200_000_000}
    return {"line": "vnpt", "provider": "http", "scope": "internet", **figures, **changes}


def test_a_receipt_counts_with_the_permit_that_it_was_made_by_and_no_other(store: Store) -> None:
    agent, _ = enrol(store, "pc-01")
    job = asked(store, "pc-01")
    mine = lent(store, "pc-01", job)
    sections = (
        told(generation=mine.generation, job=job),
        told(generation=mine.generation + 1, job=job),
        told(generation=mine.generation, job=job + 1),
        told(generation=mine.generation, job=job, bytes_used=1000),
        told(generation=mine.generation, job=job, error="broke off"),
    )
    rows = [
        report(seq, kind="bandwidth", section=json.loads(json.dumps(section)))
        for seq, section in enumerate(sections, 1)
    ]
    stored(store, batch(agent, *rows))
    assert speed_tests.follow(store) == len(sections)
    assert speed_tests.follow(store) == 0
    with store.read() as connection:
        found = speed_tests.newest(connection, "vnpt", 10)[::-1]
    assert [one.error for one in found] == [
        None,
        "the line was not lent to this PC",
        "the line was not lent to this PC",
        "the figures contradict the bytes that were used",
        "broke off",
    ]
    assert [one.down_bits_per_second is not None for one in found] == [True] + [False] * 4


def test_figures_without_the_bytes_that_make_them_are_doubted() -> None:
    enough = (8e6 + 8e6) / 8 * 2
    sound = Bandwidth("vnpt", "http", None, None, 8e6, 8e6, bytes_used=int(enough))
    assert speed_tests.doubt(sound) is None
    short = Bandwidth("vnpt", "http", None, None, 8e6, 8e6, bytes_used=int(enough) - 1)
    assert speed_tests.doubt(short) is not None
