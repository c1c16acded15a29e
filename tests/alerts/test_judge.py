"""Judging all rules at once."""

from __future__ import annotations

from collections import Counter

import pytest

from alerts import judge
from alerts.rules import RULES
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from tests.alerts.builders import finding, machine, office


def test_every_rule_says_exactly_one_thing_of_every_subject() -> None:
    here = office(machine())
    found = judge.findings(here)
    expected = Counter(
        (rule.id, subject.id)
        for rule in RULES.values()
        for subject in rule.subjects(here.inventory)
    )
    assert Counter((one.rule, one.subject) for one in found) == expected
    assert set(expected.values()) == {1}


def test_an_office_of_which_nothing_is_known_passes_nowhere() -> None:
    assert "pass" not in {one.verdict for one in judge.findings(office())}


def test_the_same_office_gives_the_same_findings() -> None:
    assert judge.findings(office(machine())) == judge.findings(office(machine()))


def test_a_rule_that_fails_leaves_its_subject_unknown_and_the_others_judged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_office: object, subject: Machine) -> object:
        raise ZeroDivisionError("a mistake")

    here = office(machine())
    rule = Rule("firewall", 27, "warning", True, lambda given: given.machines, broken)  # type: ignore[arg-type]
    found = judge.judged(rule, here, here.inventory.machines[0])
    assert (found.verdict, found.because) == ("unknown", "rule-failed")
    assert found.values["cause"] == "ZeroDivisionError: a mistake"
    assert "rule firewall failed on pc-1" in caplog.text


def test_the_registry_names_each_rule_by_its_own_id() -> None:
    assert [rule.id for rule in RULES.values()] == list(RULES)
    assert list(RULES) == sorted(RULES)
    assert finding("firewall", "pc-1", office(machine())).rule == "firewall"
