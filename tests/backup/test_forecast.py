"""What a whole set will take: pure, from rows that are made up here by a known cost."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from backup.forecast import HALF_LIFE, Cost, Forecast, Measured, fitted, forecast
from tests.backup.place import NOON

MIB = 1024 * 1024
COST = Cost(open_seconds=0.8, file_seconds=0.0007, byte_seconds=1 / (120 * MIB))


def took(name: str, files: int, size: int, ratio: float = 1.0, days: float = 0) -> Measured:
    at = NOON - timedelta(days=days)
    return Measured(name, at, files, size, COST.of(files, size) * ratio)


OTHERS = (
    took("a", 10, 900 * MIB),
    took("b", 20_000, 300 * MIB),
    took("c", 1_500, 20 * MIB),
    took("d", 300, 5 * MIB),
)


def test_the_costs_that_made_the_measurements_are_found_again() -> None:
    found = fitted(OTHERS)
    assert found.open_seconds == pytest.approx(COST.open_seconds)
    assert found.file_seconds == pytest.approx(COST.file_seconds)
    assert found.byte_seconds == pytest.approx(COST.byte_seconds)


def test_no_cost_is_below_zero_however_the_measurements_lie() -> None:
    chance = random.Random(3)
    for _ in range(200):
        past = [
            took(f"{number}", chance.randrange(1, 9_000), chance.randrange(10**9), ratio)
            for number, ratio in enumerate(chance.uniform(0.2, 5) for _ in range(5))
        ]
        found = fitted(past)
        assert min(found.open_seconds, found.file_seconds, found.byte_seconds) >= 0
        assert found.of(1, 1) + found.of(9_000, 10**9) > 0


def test_sets_of_one_shape_are_fitted_although_they_do_not_tell_the_costs_apart() -> None:
    past = [took("a", 100, 10 * MIB, days=day) for day in range(4)]
    assert fitted(past).of(100, 10 * MIB) == pytest.approx(COST.of(100, 10 * MIB))


def test_before_the_first_whole_restore_the_drill_bounds_it() -> None:
    drill = Measured("van-ban", NOON, 50, MIB, 0.9, whole=False)
    assert forecast("van-ban", 9_000, MIB, [drill], 160.0) == Forecast(160.0, "bound")
    assert forecast("van-ban", 9_000, MIB, [], None) is None


def test_others_speak_for_a_set_only_where_they_are_enough() -> None:
    assert forecast("x", 500, 50 * MIB, OTHERS[:2], 99.0) == Forecast(99.0, "bound")
    found = forecast("x", 500, 50 * MIB, OTHERS, 99.0)
    assert found is not None
    assert found.basis == "others"
    assert found.seconds == pytest.approx(COST.of(500, 50 * MIB))


def test_its_own_restores_say_how_far_a_set_is_from_the_others() -> None:
    own = took("x", 1_000, 100 * MIB, ratio=2.0)
    found = forecast("x", 1_000, 100 * MIB, (*OTHERS, own), 99.0)
    assert found is not None
    assert found.basis == "restored"
    assert found.seconds == pytest.approx(own.seconds)


def test_a_set_that_grew_is_scaled_by_its_files_and_bytes() -> None:
    own = took("x", 1_000, 100 * MIB)
    found = forecast("x", 8_000, 300 * MIB, (*OTHERS, own), None)
    assert found is not None
    assert found.seconds == pytest.approx(COST.of(8_000, 300 * MIB))


def test_of_its_own_restores_the_newest_weighs_most() -> None:
    slow, fast = (took("x", 1_000, 100 * MIB, ratio) for ratio in (2.0, 0.5))
    early = {"at": NOON - timedelta(days=30)}

    def seconds(newer: Measured, older: Measured) -> float:
        past = (*OTHERS, newer, Measured(**{**vars(older), **early}))
        found = forecast("x", 1_000, 100 * MIB, past, None)
        assert found is not None
        return found.seconds

    middle = COST.of(1_000, 100 * MIB)
    assert seconds(slow, fast) > middle > seconds(fast, slow)


def test_what_was_measured_on_the_machine_before_fades() -> None:
    old = [Measured(**{**vars(one), "seconds": one.seconds * 10}) for one in OTHERS]
    aged = [Measured(**{**vars(one), "at": NOON - 20 * HALF_LIFE}) for one in old]
    cost = fitted([*OTHERS, *aged])
    assert cost.of(500, 50 * MIB) == pytest.approx(COST.of(500, 50 * MIB), rel=0.01)
