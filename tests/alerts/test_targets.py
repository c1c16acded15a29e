"""Figures of the plan: what passes, what fails, what is unknown, and what each rests on."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts import judge
from alerts.incidents import Incident
from alerts.office import Office
from alerts.queries import serious_incidents
from alerts.targets import Target, as_json, best, targets, worst
from collector.line_readings import LineReading
from collector.lines.facts import Availability, LineFacts
from tests.alerts.builders import (
    HARDWARE,
    NOON,
    WELL,
    finding,
    inventory,
    latest,
    machine,
    office,
    security,
)

UP = {"chinh": (LineReading("chinh", NOON, True, ()),)}


def figures(here: Office) -> dict[int, Target]:
    return {one.item: one for one in targets(here, judge.findings(here))}


def counts(figure: Target) -> tuple[int, int, int, int]:
    return figure.passing, figure.failing, figure.unknown, figure.denominator


def test_an_office_where_all_is_well_passes_but_for_devices_that_nobody_asked() -> None:
    printer = [{"id": "in-1", "kind": "printer", "name": "Máy in"}]
    one_each: dict[str, Any] = {
        "people": [{"id": "ho-tich", "post": "Hộ tịch", "department": "van-phong"}],
        "devices": printer,
    }
    here = office(machine(), machine("pc-2"), lines=UP, backups=WELL, **one_each)
    got = figures(here)
    assert counts(got[23]) == (1, 0, 0, 1)
    assert counts(got[27]) == (4, 0, 0, 4)  # two machines, a set, a repository
    assert counts(got[28]) == (3, 0, 1, 4)  # a line, two machines, a printer
    assert (got[23].ratio, got[27].ratio, got[28].ratio) == (1.0, 1.0, 0.75)


def test_an_office_of_which_nothing_is_known_passes_nothing() -> None:
    got = figures(office())
    assert [figure.passing for figure in got.values()] == [0, 0, 0]
    assert counts(got[23]) == (0, 1, 1, 2)


def test_item_23_counts_specialists_alone() -> None:
    assert [row.subject for row in figures(office())[23].rows] == ["ho-tich", "ke-toan"]


def test_of_two_machines_of_one_official_the_better_one_counts() -> None:
    both = [
        {"id": "pc-1", "profile": "chuan", "room": "1", "person": "ho-tich"},
        {"id": "pc-2", "profile": "chuan", "room": "1", "person": "ho-tich"},
    ]
    poor = machine("pc-2", hardware=latest(replace(HARDWARE, monitors=()), 21))
    row = figures(office(machine(), poor, machines=both))[23].rows[0]
    assert row.verdict == "pass"
    assert [(why.rule, why.subject, why.verdict) for why in row.why] == [
        ("official-without-machine", "ho-tich", "pass"),
        ("machine-below-profile", "pc-1", "pass"),
        ("machine-below-profile", "pc-2", "fail"),
    ]
    assert row.why[2].reports == (2, 21)


def test_one_failing_security_rule_fails_the_machine_and_is_named() -> None:
    row = figures(office(machine(security=security({"firewall": "fail"}, 44))))[27].rows[0]
    assert row.verdict == "fail"
    assert [(why.rule, why.reports) for why in row.why if why.verdict == "fail"] == [
        ("firewall", (44,))
    ]


@pytest.mark.parametrize("item", [23, 27, 28])
def test_parts_add_up_and_unknown_never_passes(item: int) -> None:
    for here in (office(), office(machine()), office(machine(security=None), lines=UP)):
        figure = figures(here)[item]
        assert figure.passing + figure.failing + figure.unknown == figure.denominator
        assert figure.denominator == len(figure.rows)
        assert figure.ratio == round(figure.passing / figure.denominator, 6)


def test_an_item_with_nothing_to_count_has_no_ratio() -> None:
    nobody: dict[str, Any] = {"people": [], "machines": [], "backups": [], "repositories": []}
    got = figures(replace(office(), inventory=inventory(**nobody)))
    assert (got[23].ratio, got[27].ratio) == (None, None)


def test_the_same_office_gives_the_same_bytes() -> None:
    first = as_json(tuple(figures(office(machine())).values()))
    assert first == as_json(tuple(figures(office(machine())).values()))
    decoded = json.loads(first)
    assert list(decoded[0]) == sorted(decoded[0])


def test_worst_and_best_treat_nothing_as_unknown() -> None:
    assert (worst([]), best([])) == ("unknown", "unknown")
    assert (worst(["pass", "unknown"]), worst(["unknown", "fail"])) == ("unknown", "fail")
    assert (best(["pass", "fail"]), best(["unknown", "fail"])) == ("pass", "unknown")
    assert (worst(["pass"]), best(["fail"])) == ("pass", "fail")


def test_serious_incidents_are_real_ones_open_at_some_moment_of_the_period() -> None:
    signal = finding("firewall", "pc-1", office(machine()))
    real = Incident(
        "SC-2026-0001", "security", "firewall", "pc-1", "new", NOON, NOON, "M2", None, "x", False,
        (), signal,
    )  # fmt: skip
    day = timedelta(days=1)

    def counted(incident: Incident) -> int:
        return serious_incidents([incident], NOON, NOON + day)

    assert counted(real) == 1
    assert counted(replace(real, t0=NOON + day)) == 0
    assert counted(replace(real, t0=NOON - day, ended_at=NOON)) == 1
    assert counted(replace(real, t0=NOON - day, ended_at=NOON - timedelta(seconds=1))) == 0
    for other in (
        replace(real, level="M3"),
        replace(real, kind="operational"),
        replace(real, drill=True),
        replace(real, state="false_alarm"),
        replace(real, state="void"),
    ):
        assert counted(other) == 0


def test_a_day_before_a_rule_was_there_keeps_its_figures() -> None:
    here = office(machine(), machine("pc-2"), lines=UP, backups=WELL)
    then = [one for one in judge.findings(here) if one.rule != "agent-cloned"]
    (item_27,) = [one for one in targets(here, then) if one.item == 27]
    assert counts(item_27) == (4, 0, 0, 4)
    assert {why.rule for row in item_27.rows for why in row.why} == {
        "agent-silent",
        "antivirus",
        "firewall",
        "os-supported",
        "updates",
        "backup-late",
        "backup-unproved",
        "repository-damaged",
    }


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (Availability(1.0, 1.0, 360_000.0, 1.0, 360_000.0), "pass"),
        (Availability(0.99, 1.0, 360_000.0, 1.0, 360_000.0), "fail"),
        (Availability(1.0, 1.0, 36_000.0, 1.0, 360_000.0), "unknown"),  # a tenth was looked at
        (Availability(), "unknown"),
    ],
)
def test_a_line_that_is_up_now_counts_by_the_minutes_that_it_was_down(
    seen: Availability, verdict: str
) -> None:
    here = office(machine(), machine("pc-2"), lines=UP)
    state = replace(here.state, line_facts={"chinh": LineFacts({"30d": seen})})
    rows = figures(replace(here, state=state))[28].rows
    assert next(one.verdict for one in rows if one.subject == "chinh") == verdict
