"""Each scenario comes to exactly what is expected: findings and incidents, in order, and in time."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from collector.store.database import Store
from tests.scenarios.of_security import EVENTS, POSTURE
from tests.scenarios.of_stability import INFRASTRUCTURE, SILENCE
from tests.scenarios.script import Scenario

EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))
SCENARIOS = (*POSTURE, *EVENTS, *SILENCE, *INFRASTRUCTURE)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_it_comes_to_what_is_expected_in_order_and_in_time(
    scenario: Scenario, store: Store
) -> None:
    office = scenario.office(store)
    scenario.play(office)
    expected = EXPECTED[scenario.name]
    assert [one for _, one in office.turned()] == expected["findings"]
    opened = office.opened()
    assert [one for _, one in opened] == expected["incidents"]
    if opened:
        cause = office.begins + timedelta(seconds=scenario.steps[0][0])
        assert opened[0][0] - cause <= timedelta(seconds=scenario.within)


def test_there_are_forty_and_each_has_its_expectation() -> None:
    names = [one.name for one in SCENARIOS]
    assert len(names) == len(set(names)) >= 40
    assert set(names) == set(EXPECTED)


def test_whatever_takes_longer_than_a_minute_says_why() -> None:
    assert [one.name for one in SCENARIOS if one.within > 60 and not one.first] == []
