"""Rules of lines, both sides of each edge."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from alerts.finding import Finding
from alerts.prometheus import LINES_FILE
from alerts.render.burn import UP, unit_tests
from collector.line_readings import LineReading, Target
from collector.lines.facts import Availability, Cause, LineFacts, Speed
from collector.state import State
from tests.alerts.builders import NOON, finding, office
from tests.alerts.test_render import folder as folder  # noqa: PLC0414 - a fixture
from tests.alerts.test_render import run, with_one
from tests.alerts.test_render import written as written  # noqa: PLC0414 - what it copies

LINES_TESTS = LINES_FILE.replace(".yaml", ".test.yaml")
TARGETS = ("192.0.2.1:443", "198.51.100.1:443")
ANSWERING = Target("203.0.113.53", 0.01)
SILENT = Target("203.0.113.53", error="no answer in 2 seconds")


def look(
    seconds_ago: float = 10,
    *,
    up: bool = True,
    lost: float = 0.0,
    jitter: float = 0.001,
    names: tuple[Target, ...] = (ANSWERING,),
) -> LineReading:
    target = Target(TARGETS[0], 0.01 if up else None, None if up else "x", jitter, lost, 5)
    at = NOON - timedelta(seconds=seconds_ago)
    return LineReading("chinh", at, up, (target,), name_servers=names)


def judged(rule: str, *readings: LineReading, facts: LineFacts | None = None) -> Finding:
    seen = office(lines={"chinh": readings} if readings else {})
    state = State({}, seen.state.lines, line_facts={"chinh": facts} if facts else {})
    return finding(rule, "chinh", structs.replace(seen, state=state))


def speed(down: float, up: float = 100.0, scope: str = "internet", days: float = 1) -> Speed:
    return Speed(NOON - timedelta(days=days), "pc-1", scope, down * 1e6, up * 1e6, 7)


def facts(**changes: Any) -> LineFacts:
    fields: dict[str, Any] = {"availability": {"30d": Availability(1.0, 1.0, 10**6, 10**6)}}
    return LineFacts(**(fields | changes))


@pytest.mark.parametrize(
    ("downs", "verdict", "because"),
    [
        ((80, 80, 80, 80, 80), "pass", "fast"),
        ((79.9, 80, 79.9, 80, 80), "pass", "fast"),
        ((79.9, 80, 79.9, 79.9, 80), "fail", "slow"),
        ((80, 80, 80, 80, 80, 10, 10, 10), "pass", "fast"),
        ((10, 10), "unknown", "few"),
        ((100, 100), "pass", "fast"),
    ],
)
def test_a_line_is_slow_when_enough_of_the_newest_tests_fall_below_the_contract(
    downs: tuple[float, ...], verdict: str, because: str
) -> None:
    found = judged("line-slow", facts=facts(speeds=tuple(map(speed, downs))))
    assert (found.verdict, found.because) == (verdict, because)


def test_either_direction_makes_a_line_slow() -> None:
    found = judged("line-slow", facts=facts(speeds=(speed(100, 79),) * 3))
    assert (found.verdict, found.evidence[0].report) == ("fail", 7)


def test_a_measurement_within_the_office_says_nothing_of_the_line() -> None:
    found = judged("line-slow", facts=facts(speeds=(speed(1, scope="lan"),) * 5))
    assert (found.verdict, found.because) == ("unknown", "not-measured")


def test_old_measurements_say_nothing_of_today() -> None:
    assert judged("line-slow", facts=facts(speeds=(speed(100, days=7),))).verdict == "pass"
    found = judged("line-slow", facts=facts(speeds=(speed(100, days=7.1),)))
    assert (found.verdict, found.because) == ("unknown", "old")


HOURS = 3600.0


@pytest.mark.parametrize(
    ("up_hours", "seen_hours", "expected_hours", "verdict", "because"),
    [
        (199.0, 200, 200, "pass", "available"),  # exactly 99.5 %
        (198.99, 200, 200, "fail", "unavailable"),
        (100.0, 100, 200, "pass", "available"),  # half of them looked at, all of it up
        (99.98, 99.99, 200, "unknown", "unseen"),
        (99.4, 100, 200, "unknown", "unsure"),  # 0.6 h down; 1 h is allowed of 200
        (98.9, 100, 200, "fail", "unavailable"),  # whatever the other half was like
        (1.0, 3.0, 200, "fail", "unavailable"),
        (0.5, 0.999, 200, "unknown", "too-short"),
        (0.0, 0.0, 0, "unknown", "too-short"),
        (30.0, 30.0, 30, "pass", "available"),  # watched since a few days ago
    ],
)
def test_a_line_is_judged_by_its_minutes_in_office_hours_and_what_nobody_saw_decides_nothing(
    up_hours: float, seen_hours: float, expected_hours: float, verdict: str, because: str
) -> None:
    ratio = up_hours / seen_hours if seen_hours else None
    seen = Availability(ratio, 1.0, seen_hours * HOURS, 10**6, expected_hours * HOURS)
    found = judged("line-unavailable", look(), facts=facts(availability={"30d": seen}))
    assert (found.verdict, found.because) == (verdict, because)


def test_minutes_down_allowed_and_unseen_stand_in_the_finding() -> None:
    seen = Availability(0.99, 1.0, 100 * HOURS, 10**6, 120 * HOURS)
    found = judged("line-unavailable", look(), facts=facts(availability={"30d": seen}))
    wanted = {"down_minutes": 60.0, "allowed_minutes": 36.0, "unseen_minutes": 1200.0}
    assert found.values.items() >= wanted.items()


@pytest.mark.parametrize(
    ("reading", "because"),
    [
        (look(lost=0.05), "steady"),
        (look(lost=0.06), "lossy"),
        (look(jitter=0.05), "steady"),
        (look(jitter=0.051), "wavering"),
        (look(seconds_ago=601), "unwatched"),
    ],
)
def test_a_line_is_unstable_when_it_loses_or_wavers(reading: LineReading, because: str) -> None:
    assert judged("line-unstable", reading, facts=facts()).because == because


def test_a_line_that_nobody_looked_at_is_never_stable() -> None:
    for rule in ("line-unstable", "dns-failing"):
        assert judged(rule).verdict == "unknown"


@pytest.mark.parametrize(
    ("readings", "verdict", "because"),
    [
        ((look(),), "pass", "resolved"),
        ((look(names=(SILENT, ANSWERING)),), "pass", "resolved"),
        ((look(names=(SILENT,)), look(179, names=(SILENT,)), look(200)), "pass", "brief"),
        ((look(names=(SILENT,)), look(180, names=(SILENT,)), look(200)), "fail", "failing"),
        ((look(up=False, names=(SILENT,)),), "unknown", "no-line"),
        ((look(names=()),), "unknown", "not-asked"),
        ((look(601),), "unknown", "unwatched"),
    ],
)
def test_names_fail_when_no_server_answers_while_the_line_works(
    readings: tuple[LineReading, ...], verdict: str, because: str
) -> None:
    found = judged("dns-failing", *readings)
    assert (found.verdict, found.because) == (verdict, because)


def test_a_line_that_is_down_names_who_is_to_blame_and_the_votes() -> None:
    readings = (look(up=False), look(200, up=False))
    cause = Cause(1, readings[1].at, "provider-access", "hop-silent", None, (41, 42))
    found = judged("line-down", *readings, facts=facts(cause=cause))
    assert (found.verdict, found.because) == ("fail", "blamed")
    assert found.values["party"] == "provider-access"
    assert {41, 42} <= {one.report for one in found.evidence}


def test_a_line_by_which_others_get_out_is_not_down() -> None:
    readings = (look(up=False), look(200, up=False))
    cause = Cause(1, readings[1].at, "pc", "one-alone", "may-chu", (41,))
    found = judged("line-down", *readings, facts=facts(cause=cause))
    assert (found.verdict, found.because) == ("pass", "others-get-out")
    # Without a vote nobody has said so.
    alone = Cause(1, readings[1].at, "pc", "one-alone", "may-chu")
    assert judged("line-down", *readings, facts=facts(cause=alone)).verdict == "fail"


def test_the_contract_of_a_line_stands_in_the_inventory() -> None:
    seen = office()
    assert finding("line-contract-missing", "chinh", seen).verdict == "fail"
    line = seen.inventory.lines[0].model_copy(update={"contract": "01/2026"})
    named = seen.inventory.model_copy(update={"lines": (line,)})
    declared = structs.replace(seen, inventory=named)
    assert finding("line-contract-missing", "chinh", declared).verdict == "pass"


def test_the_burn_rates_fire_and_cease_at_their_limits(folder: Path) -> None:
    assert run(folder, "promtool", "check", "rules", LINES_FILE).returncode == 0
    done = run(folder, "promtool", "test", "rules", LINES_TESTS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("sound", "broken", "caught_by"),
    [
        ("14.4 * 0.005", "28.8 * 0.005", "a line down for five minutes"),
        ("[5m]", "[6h]", "a line down for five minutes"),
        ("6 * 0.005", "12 * 0.005", "a line down for eleven minutes of six hours"),
        ("1 * 0.005", "4 * 0.005", "a line down for twenty-five minutes of three days"),
        ("keep_firing_for: 10m", "keep_firing_for: 0s", "a line down for five minutes"),
        ("]) > 1", "]) < 1", "a line that is up"),
        ("offset 1h", "offset 3h", "a line that is known for as long as it takes"),
        (f" and present_over_time({UP}[30m] offset 6h)", "", "a line that is new"),
        (f" and present_over_time({UP}[2h] offset 3d)", "", "a line that is new"),
    ],
)
def test_a_change_of_the_burn_rates_does_not_go_unnoticed(
    folder: Path, sound: str, broken: str, caught_by: str
) -> None:
    rules = folder / LINES_FILE
    assert sound in rules.read_text()
    rules.write_text(rules.read_text().replace(sound, broken))
    (folder / LINES_TESTS).write_text(with_one(unit_tests(LINES_FILE), caught_by))
    assert run(folder, "promtool", "test", "rules", LINES_TESTS).returncode != 0
