from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import MutableMapping
from typing import Any

import pytest

from collector.body import LIMIT_BYTES, TRICKLE_BYTES, Bodies, BodyError, unpacked
from collector.buckets import BURST, PER_SECOND, Buckets

Messages = list[MutableMapping[str, Any]]


def received(
    messages: Messages, encoding: str = "", trickle_seconds: float = 10, whole_seconds: float = 30
) -> bytes:
    waiting = iter(messages)

    async def receive() -> MutableMapping[str, Any]:
        found = next(waiting, None)
        if found is None:
            await asyncio.Event().wait()  # a client that sends no more, and stays
        assert found is not None
        return found

    async def story() -> bytes:
        return await Bodies(trickle_seconds, whole_seconds).read(receive, encoding)

    return asyncio.run(story())


def part(content: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_body_in_parts_is_put_together() -> None:
    assert received([part(b"ab", more=True), part(b"c", more=False)]) == b"abc"


@pytest.mark.parametrize("sent_bytes", [1, TRICKLE_BYTES - 1, TRICKLE_BYTES, 2 * TRICKLE_BYTES])
def test_a_body_that_never_ends_is_given_up(sent_bytes: int) -> None:
    with pytest.raises(BodyError) as caught:
        received([part(b"a" * sent_bytes, more=True)], trickle_seconds=0.05, whole_seconds=0.1)
    assert caught.value.status == 408


def test_a_body_that_has_come_far_enough_is_given_the_whole_time() -> None:
    slow: Messages = [part(b"a" * TRICKLE_BYTES, more=True), part(b"b", more=False)]
    assert received(slow, trickle_seconds=0.0)[-1:] == b"b"


def test_a_client_that_goes_away_is_no_batch() -> None:
    with pytest.raises(BodyError) as caught:
        received([part(b"a", more=True), {"type": "http.disconnect"}])
    assert caught.value.status == 400


def test_a_body_that_is_too_large_is_refused_before_its_end() -> None:
    with pytest.raises(BodyError) as caught:
        received([part(b"x" * LIMIT_BYTES, more=True), part(b"y", more=True)])
    assert caught.value.status == 413


def test_the_limit_itself_is_taken() -> None:
    assert len(unpacked(gzip.compress(bytes(LIMIT_BYTES)))) == LIMIT_BYTES
    with pytest.raises(BodyError):
        unpacked(gzip.compress(bytes(LIMIT_BYTES + 1)))


def test_a_bomb_costs_its_fuse_alone() -> None:
    bomb = gzip.compress(bytes(32 * LIMIT_BYTES))
    peaks = []
    tracemalloc.start()
    for _ in range(5):  # what other threads take meanwhile is counted too: the least is its own
        tracemalloc.reset_peak()
        before, _peak = tracemalloc.get_traced_memory()
        with pytest.raises(BodyError) as caught:
            unpacked(bomb)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
        assert caught.value.status == 413
    tracemalloc.stop()
    assert min(peaks) < 4 * LIMIT_BYTES


def test_an_agent_that_runs_wild_empties_its_own_bucket_alone() -> None:
    at = [0.0]
    buckets = Buckets(lambda: at[0])
    taken = sum(buckets.take("a1") for _ in range(1000))
    assert taken == BURST
    assert buckets.take("a2")
    at[0] = 1 / PER_SECOND
    assert buckets.take("a1")
    assert not buckets.take("a1")
