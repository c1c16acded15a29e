from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.counting import Count, Missing, counted, lost, size
from tests.collector.office import NOON


def test_a_number_beyond_the_next_opens_a_gap_and_a_late_one_fills_it() -> None:
    after = counted(Count(), [1, 2, 6], NOON)
    assert after == Count(6, missing=(Missing(3, 5, NOON),))
    halved = counted(after, [4], NOON + timedelta(hours=1))
    assert [(one.from_seq, one.to_seq) for one in halved.missing] == [(3, 3), (5, 5)]
    assert counted(halved, [5, 3], NOON) == Count(6)


def test_what_is_missing_after_a_restore_is_told_from_any_other_gap() -> None:
    after = counted(Count(10, restored=True), [15, 18], NOON)
    assert after.missing == (
        Missing(11, 14, NOON, "restored"),
        Missing(16, 17, NOON, "unknown"),
    )
    assert not after.restored


def test_numbers_of_before_the_count_are_neither_known_nor_missing() -> None:
    before = Count(7, counted_from_seq=8)
    assert not before.knows(5)
    assert counted(before, [5], NOON) == before


def test_a_range_that_is_declared_twice_is_lost_once() -> None:
    missing = counted(Count(), [1, 10], NOON).missing
    assert lost(missing, [(2, 5), (4, 6), (4, 4), (9, 40)]) == 6
    assert lost(missing, []) == 0


@given(st.lists(st.integers(1, 40)), st.lists(st.integers(1, 40)))
def test_the_count_knows_exactly_what_came(first: list[int], then: list[int]) -> None:
    after = counted(counted(Count(), first, NOON), then, NOON)
    came = {*first, *then}
    assert {seq for seq in range(1, 42) if after.knows(seq)} == came
    assert after.highest_seq - size(after.missing) == len(came)
    assert after == counted(Count(), sorted(came), NOON)
