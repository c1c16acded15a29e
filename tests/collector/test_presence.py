from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from collector.metrics import awaited
from collector.office_hours import is_open
from collector.presence import presence
from collector.readings import Load
from collector.readings import Presence as Word
from collector.state import Agent, Latest, Machine
from tests.collector.office import OFFICE

WORK = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # Monday, 10:00 in Việt Nam
NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 22:00
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TET = datetime(2027, 2, 8, 3, 0, tzinfo=UTC)  # a Monday
OPENING = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 07:30
PATIENCE = timedelta(seconds=180)
SECOND = timedelta(seconds=1)

State = Literal["started", "stopped", "shutdown", "sleep"]


def machine(
    now: datetime, ago: timedelta, word: State | None = None, spoke_again: int = 0
) -> Machine:
    at = now - ago
    agent = Agent("a1", "pc-01", "approved", "MAY-01", at - timedelta(days=1), at)
    said = Latest(5, at, at, Word(word)) if word else None
    load = Latest(4 + 2 * spoke_again, at, at, Load())
    return Machine("pc-01", agent=agent, load=load, presence=said)


def seen(now: datetime, ago: timedelta, word: State | None = None, *, asset: str = "pc-01") -> str:
    declared = OFFICE.machine(asset)
    assert declared is not None
    return presence(machine(now, ago, word), declared, OFFICE, now)


def test_a_machine_without_an_agent_or_a_report_is_pending() -> None:
    declared = OFFICE.machines[0]
    quiet = Machine("pc-01", agent=Agent("a1", "pc-01", "approved", "x", WORK))
    assert presence(None, declared, OFFICE, WORK) == "pending"
    assert presence(Machine("pc-01"), declared, OFFICE, WORK) == "pending"
    assert presence(quiet, declared, OFFICE, WORK) == "pending"


def test_a_machine_whose_agent_was_revoked_is_pending() -> None:
    shut_out = Machine("pc-01", agent=Agent("a1", "pc-01", "revoked", "x", WORK, WORK))
    assert presence(shut_out, OFFICE.machines[0], OFFICE, WORK) == "pending"


@pytest.mark.parametrize(("ago", "state"), [(PATIENCE, "reporting"), (PATIENCE + SECOND, "silent")])
def test_silence_in_office_hours_begins_after_the_patience(ago: timedelta, state: str) -> None:
    assert seen(WORK, ago) == state


@pytest.mark.parametrize("now", [NIGHT, SUNDAY, TET])
def test_a_machine_that_is_not_expected_is_off_and_no_matter(now: datetime) -> None:
    assert seen(now, timedelta(hours=3)) == "off"


@pytest.mark.parametrize(
    ("after_opening", "state"),
    [(-SECOND, "off"), (SECOND, "off"), (PATIENCE - SECOND, "off"), (PATIENCE, "silent")],
)
def test_when_the_office_opens_machines_get_time_to_come_up(
    after_opening: timedelta, state: str
) -> None:
    assert seen(OPENING + after_opening, timedelta(hours=14)) == state


@pytest.mark.parametrize(("word", "state"), [("shutdown", "off"), ("sleep", "asleep")])
def test_a_goodbye_is_believed_at_once_and_for_as_long_as_it_is_the_last_word(
    word: State, state: str
) -> None:
    assert seen(WORK, SECOND, word) == state
    assert seen(WORK, timedelta(hours=5), word) == state


def test_a_machine_that_spoke_after_its_goodbye_is_not_off() -> None:
    back = machine(WORK, SECOND, "shutdown", spoke_again=1)
    assert presence(back, OFFICE.machines[0], OFFICE, WORK) == "reporting"


@pytest.mark.parametrize("now", [WORK, NIGHT])
@pytest.mark.parametrize(("ago", "state"), [(PATIENCE, "reporting"), (PATIENCE + SECOND, "killed")])
def test_an_agent_that_was_stopped_and_stays_so_was_killed(
    now: datetime, ago: timedelta, state: str
) -> None:
    assert seen(now, ago, "stopped") == state


def test_a_started_agent_that_falls_silent_is_silent() -> None:
    assert seen(WORK, timedelta(hours=1), "started") == "silent"


@pytest.mark.parametrize("word", [None, "started", "stopped", "shutdown", "sleep"])
@pytest.mark.parametrize("now", [WORK, NIGHT])
def test_the_collectors_own_machine_plainly_lives(now: datetime, word: State | None) -> None:
    assert seen(now, PATIENCE + SECOND, word, asset="may-chu") == "killed"
    assert seen(now, PATIENCE, word, asset="may-chu") == "reporting"


@pytest.mark.parametrize(
    ("now", "open_"),
    [
        (OPENING - SECOND, False),
        (OPENING, True),
        (OPENING + timedelta(hours=4) - SECOND, True),
        (OPENING + timedelta(hours=4), False),  # the lunch break
        (OPENING + timedelta(hours=6), True),
        (SUNDAY, False),
        (TET, False),
        (TET - timedelta(days=3), False),
        (TET + timedelta(days=4), True),
    ],
)
def test_the_office_is_open_on_its_days_and_hours(now: datetime, open_: bool) -> None:
    assert is_open(OFFICE.site, now) is open_
    shown = {sample.labels["asset"]: sample.value for sample in awaited(OFFICE, now).samples}
    assert shown == {"pc-01": int(open_), "pc-02": int(open_), "may-chu": 1}
