from __future__ import annotations

from collector.buckets import BURST, FULL_SECONDS, PER_SECOND, Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_burst_and_fills_up_again() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    assert [buckets.take("a") for _ in range(int(BURST) + 1)] == [True] * int(BURST) + [False]
    clock.now = 1.0
    assert sum(buckets.take("a") for _ in range(20)) == PER_SECOND
    assert buckets.take("b"), "another's bucket is its own"


def test_a_flood_of_names_gives_nobody_a_full_bucket() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    for _ in range(int(BURST)):
        buckets.take("a")
    for number in range(50_000):
        buckets.take(f"s{number}")
    assert not buckets.take("a")


def test_who_is_silent_until_the_bucket_is_full_is_forgotten() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    for number in range(1_000):
        buckets.take(f"s{number}")
    clock.now = FULL_SECONDS
    for _ in range(600):
        buckets.take("a")
    assert len(buckets) == 1
