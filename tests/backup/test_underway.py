"""How far a backup is, by what its PC tells: figures, a standstill, silence; never a frozen bar."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import json

from backup import commands, underway
from backup.underway import QUIET, Running
from collector import asks, sections
from collector.readings import Load, Presence, Underway
from collector.state import Latest, Machine
from tests.backup.place import NOON, Place

MINUTE = timedelta(minutes=1)
FAR = Underway("van-ban", 0.42, 1_000_000)


def loaded(at: datetime, *rows: Underway, presence: Latest[Presence] | None = None) -> Machine:
    """A PC whose newest load came then, with these backups at work."""
    return Machine("may-chu", load=Latest(1, at, at, Load(backups=rows)), presence=presence)


def started(at: datetime, **told: Any) -> Latest[Presence]:
    return Latest(2, at, at, Presence("started", **told))


def told(machine: Machine | None, now: datetime, handed_at: datetime | None = NOON) -> Running:
    asked = Running("van-ban", "may-chu", NOON - MINUTE, "asked")
    return underway.running(asked, handed_at, machine, now)


def test_a_backup_is_under_way_from_its_ask_to_its_receipt(place: Place) -> None:
    def seen(*rows: Underway) -> tuple[Running, ...]:
        with place.store.read() as connection:
            machines = {"may-chu": loaded(place.now, *rows)}
            return underway.backups(connection, machines, place.now)

    assert seen() == ()
    number = commands.run(place.verifier, place.inventory, "van-ban")
    (one,) = seen(FAR)  # of a run before this one
    assert (one.set, one.machine, one.stage, one.ratio) == ("van-ban", "may-chu", "asked", None)
    place.later(minutes=1)
    with place.store.write() as connection:
        asks.hand_over(connection, place.now, ["may-chu"])
    place.later(minutes=1)
    (one,) = seen(Underway("khac", 0.9, 1), FAR)
    assert (one.stage, one.ratio, one.bytes, one.told_at) == ("moving", 0.42, 1_000_000, place.now)
    with place.store.write() as connection:
        asks.done(connection, place.now, "may-chu", number, "ok")
    assert seen(FAR) == ()


@pytest.mark.parametrize(
    ("machine", "stage", "ratio"),
    [
        (None, "taken", None),
        (loaded(NOON - MINUTE, FAR), "taken", None),  # told before this one was handed over
        (loaded(NOON + MINUTE), "taken", None),
        (loaded(NOON + MINUTE, Underway("van-ban")), "taken", None),
        (loaded(NOON + MINUTE, FAR), "moving", 0.42),
        (loaded(NOON + MINUTE, Underway("van-ban", 0.42, 1, 75.0)), "still", 0.42),
        (loaded(NOON + MINUTE, presence=started(NOON + MINUTE)), "restarted", None),
        (loaded(NOON + MINUTE, presence=started(NOON - MINUTE)), "taken", None),
        (loaded(NOON + MINUTE, presence=started(NOON + MINUTE, slept_seconds=9.0)), "taken", None),
    ],
)
def test_what_a_pc_told_a_minute_ago_says_how_its_backup_is(
    machine: Machine | None, stage: str, ratio: float | None
) -> None:
    found = told(machine, NOON + 2 * MINUTE)
    assert (found.stage, found.ratio) == (stage, ratio)


def test_a_pc_that_tells_nothing_is_said_to_since_its_last_word_not_shown_as_going_on() -> None:
    machine = loaded(NOON + MINUTE, FAR)
    last = told(machine, NOON + MINUTE + QUIET)
    assert last.stage == "moving"
    quiet = told(machine, NOON + MINUTE + QUIET + timedelta(seconds=1))
    assert (quiet.stage, quiet.told_at, quiet.ratio) == ("quiet", NOON + MINUTE, 0.42)
    never = told(None, NOON + QUIET + timedelta(seconds=1))
    assert (never.stage, never.told_at, never.ratio) == ("quiet", NOON, None)


def test_loads_of_older_and_of_newer_agents_are_understood() -> None:
    older = sections.typed("load", b'{"uptime_seconds": 5.0}')
    assert isinstance(older, Load)
    assert older.backups == ()
    row = {"set": "van-ban", "ratio": 0.42, "bytes": 1_000_000, "later": [1]}
    newer = sections.typed("load", json.encode({"backups": [row, {"set": "x"}]}))
    assert isinstance(newer, Load)
    assert newer.backups == (FAR, Underway("x"))
