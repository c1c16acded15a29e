"""How long a PC was on: from its hours and its day's loads to days, and its comings and goings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert

from collector.store.database import Store, connect
from collector.store.migrate import migrate
from collector.store.tables import agents, epochs, load_hours, reports
from console import heard
from console.loads import Step

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"
HOUR = timedelta(hours=1)


def step(at: datetime) -> Step:
    return Step(at, 10.0, 20.0, 30.0)


def hours(counts: dict[datetime, int], *steps: Step) -> dict[date, float]:
    return {one.day: one.hours for one in heard.by_day(counts, steps, ZONE, NOON) if one.hours}


def test_every_day_of_two_weeks_is_told_and_silence_is_zero() -> None:
    found = heard.by_day({}, (), ZONE, NOON)
    assert len(found) == heard.DAYS
    assert found[-1].day == date(2026, 11, 23)
    assert {one.hours for one in found} == {0.0}


def test_an_hour_counts_by_its_loads_and_never_more_than_an_hour() -> None:
    assert hours({NOON - 3 * HOUR: 60, NOON - 2 * HOUR: 30}) == {date(2026, 11, 23): 1.5}
    assert hours({NOON - 3 * HOUR: 3600}) == {date(2026, 11, 23): 1.0}


def test_an_hour_belongs_to_the_offices_own_day() -> None:
    # 17:00 UTC is midnight in Việt Nam.
    assert hours({datetime(2026, 11, 22, 16, tzinfo=UTC): 60}) == {date(2026, 11, 22): 1.0}
    assert hours({datetime(2026, 11, 22, 17, tzinfo=UTC): 60}) == {date(2026, 11, 23): 1.0}


def test_what_is_not_rolled_up_yet_counts_by_quarters_and_nothing_twice() -> None:
    at = NOON - 2 * HOUR
    inside, after = step(at + HOUR / 4), step(at + HOUR)
    assert hours({at: 60}, inside) == {date(2026, 11, 23): 1.0}
    assert hours({at: 60}, inside, after) == {date(2026, 11, 23): 1.2}
    assert hours({}, inside, after) == {date(2026, 11, 23): 0.5}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = connect(f"sqlite:///{tmp_path}/wardwatch.sqlite")
    migrate(opened)
    with opened.write() as connection:
        told = {"id": "a", "key_hash": b"x", "state": "approved", "hostname": "A"}
        connection.execute(insert(agents).values(joined_at=NOON, **told))
        named = {"id": 1, "agent": "a", "epoch": "0" * 32, "ordinal": 1, "highest_seq": 9}
        connection.execute(insert(epochs).values(first_received_at=NOON, **named))
    yield opened
    opened.close()


def say(store: Store, seq: int, section: object) -> None:
    body = msgspec.json.encode({"seq": seq, "kind": "presence", "section": section}).decode()
    with store.write() as connection:
        connection.execute(
            insert(reports).values(
                stream=1,
                agent="a",
                epoch="0" * 32,
                seq=seq,
                kind="presence",
                at=NOON,
                received_at=NOON + seq * HOUR,
                body=body,
                sha256=hashlib.sha256(body.encode()).digest(),
            )
        )


def test_comings_and_goings_are_told_newest_first_and_an_unknown_form_is_left_out(
    store: Store,
) -> None:
    for seq, section in enumerate(({"state": "started"}, {"state": "shutdown"}, {"odd": 1}), 1):
        say(store, seq, section)
    with store.read() as connection:
        found = heard.words(connection, "a")
    assert [(one.state, one.at) for one in found] == [
        ("shutdown", NOON + 2 * HOUR),
        ("started", NOON + HOUR),
    ]


def test_hours_are_read_from_what_was_rolled_up(store: Store) -> None:
    zero = dict.fromkeys(
        (
            *("cpu_busy_seconds", "cpu_seconds", "memory_count", "memory_ratio_sum"),
            *("disk_count", "disk_ratio_sum", "network_in_bytes", "network_out_bytes"),
        ),
        0,
    )
    with store.write() as connection:
        for back in (5, 24 * 20):
            connection.execute(
                insert(load_hours).values(agent="a", hour_at=NOON - back * HOUR, count=60, **zero)
            )
    with store.read() as connection:
        found = heard.days(connection, "a", (), ZONE, NOON)
    assert [one.day for one in found if one.hours] == [date(2026, 11, 23)]
