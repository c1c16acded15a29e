from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from collector.around import Around, Others
from collector.devices.known import Device
from collector.devices.reading import DeviceReading, Interface
from collector.metrics import awaited
from collector.office_hours import is_open
from collector.presence import presence, waiting
from collector.readings import Interface as Own
from collector.readings import Load, System
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


@pytest.mark.parametrize("after_opening", [-SECOND, SECOND, PATIENCE, timedelta(hours=2)])
def test_what_was_last_heard_of_before_the_office_opened_was_not_switched_on(
    after_opening: timedelta,
) -> None:
    now = OPENING + after_opening
    assert seen(now, timedelta(hours=14)) == "off"
    assert seen(now, timedelta(hours=14), asset="may-chu") == "killed"


def test_what_fell_silent_since_the_span_opened_is_missed_until_it_closes() -> None:
    lunch = OPENING + timedelta(hours=4)
    assert seen(lunch - SECOND, PATIENCE + SECOND) == "silent"
    assert seen(lunch, PATIENCE + SECOND) == "off"
    afternoon = OPENING + timedelta(hours=6)
    assert seen(afternoon + timedelta(minutes=9), timedelta(minutes=10)) == "off"
    assert seen(afternoon + timedelta(minutes=9), timedelta(minutes=9)) == "silent"


def around(now: datetime, ago: timedelta, word: State | None = None, **told: Any) -> str:
    declared = OFFICE.machine("pc-01")
    assert declared is not None
    return presence(machine(now, ago, word), declared, OFFICE, now, lambda: Around(**told))


@pytest.mark.parametrize("now", [WORK, NIGHT])
@pytest.mark.parametrize("word", [None, "started", "shutdown"])
def test_a_pc_that_answers_its_neighbours_lives_without_its_agent(
    now: datetime, word: State | None
) -> None:
    last = now - timedelta(minutes=9)
    for after, state in ((timedelta(seconds=91), "killed"), (timedelta(seconds=90), None)):
        told = around(now, timedelta(minutes=9), word, seen_at=last + after)
        at_rest = "silent" if now == WORK and word != "shutdown" else "off"
        assert told == (state or at_rest)
    # The card of a sleeping PC answers for it.
    assert around(now, timedelta(minutes=9), "sleep", seen_at=now) == "asleep"


def test_a_pc_that_fell_silent_with_most_of_the_office_is_behind_a_dead_line() -> None:
    assert around(WORK, timedelta(minutes=9), together=True) == "line-down"
    assert around(NIGHT, timedelta(minutes=9), together=True) == "line-down"
    assert around(WORK, timedelta(minutes=9), "shutdown", together=True) == "off"
    assert around(WORK, timedelta(minutes=2), together=True) == "reporting"


def fleet(*agos: timedelta) -> dict[str, Machine]:
    found = {}
    for n, ago in enumerate(agos):
        one = replace(machine(WORK, ago), asset=f"pc-{n}")
        found[one.asset] = one
    return found


def test_three_of_three_that_fell_silent_within_a_minute_fell_together() -> None:
    gone = [timedelta(minutes=10, seconds=30 * n) for n in range(3)]

    def together(*agos: timedelta) -> bool:
        return Others(fleet(*agos), WORK, PATIENCE).of("pc-0").together

    assert together(*gone)
    assert not together(*gone[:2])
    assert together(*gone, *gone, timedelta(seconds=5))  # one of seven stands elsewhere
    assert not together(*gone, timedelta(seconds=5))
    assert together(*gone, timedelta(hours=15))  # one that was off the day before says nothing
    apart = [timedelta(minutes=10), timedelta(minutes=13), timedelta(minutes=16)]
    assert not together(*apart)


def test_while_the_neighbours_may_still_answer_a_silence_is_only_asked_about() -> None:
    asked = Around(witnesses=True)
    for ago, still in ((PATIENCE * 2, True), (timedelta(minutes=8, seconds=1), False)):
        assert waiting(machine(WORK, ago), asked, PATIENCE, WORK) is still
    assert not waiting(machine(WORK, PATIENCE * 2), Around(), PATIENCE, WORK)


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


class Counted(dict[str, str]):
    """Says how often it was gone through."""

    times = 0

    def items(self) -> Any:
        self.times += 1
        return super().items()


def test_a_switch_is_looked_through_once_for_all_that_are_silent() -> None:
    machines, hangs_on = {}, Counted()
    for number, one in enumerate(fleet(*[timedelta(minutes=10)] * 40).values()):
        hangs_on[f"02:00:00:00:00:{number:02x}"] = f"Gi0/{number}"
        own = System(network=(Own("eth0", f"02:00:00:00:00:{number:02x}", "ethernet", True),))
        machines[one.asset] = replace(one, system=Latest(3, WORK, WORK, own))
    ports = tuple(Interface(f"Gi0/{number}", number, up=number % 2 > 0) for number in range(40))
    reading = DeviceReading(interfaces=ports)
    switch = Device("switch", WORK, True, WORK, reading=reading, hangs_on=hangs_on)
    others = Others(machines, WORK, PATIENCE, devices={"switch": switch})
    found = [others.of(asset).dead_port for asset in machines]
    assert found == [None if n % 2 else ("switch", f"Gi0/{n}") for n in range(40)]
    assert hangs_on.times == 1
