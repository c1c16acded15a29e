from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from collector.batch import Batch, Stored
from collector.mailbox import Mailbox
from collector.writer import GROUP, Job, WriterError
from tests.collector.office import NOON


class Desk:
    """A writer that answers from other threads: how many are new is the batch's own number."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self.groups: list[list[str]] = []
        self.leaving: asyncio.Future[Stored] | None = None

    def take(self, jobs: Sequence[Job]) -> None:
        listed = list(jobs)
        self.groups.append([batch.agent for batch, _ in listed])
        if self.leaving is not None:
            self.leaving.cancel()
        for job in listed:
            self._threads.submit(self._answer, job)

    def wait_worded(self, seconds: float) -> bool:
        return seconds > 0

    def _answer(self, job: Job) -> None:
        batch, receipt = job
        if not receipt.set_running_or_notify_cancel():
            return
        if batch.agent == "broken":
            receipt.set_exception(ZeroDivisionError("ward"))
        else:
            receipt.set_result(Stored(approved=True, new=int(batch.agent)))


def batch(agent: int | str) -> Batch:
    return Batch(str(agent), "e", NOON, ())


def test_every_result_reaches_its_own_waiter_from_any_thread() -> None:
    async def story(box: Mailbox) -> list[int]:
        waiting = []
        for number in range(1500):
            waiting.append(box.stored(batch(number)))
            if number % 400 == 399:
                await waiting[-1]  # some come while others are under way
        return [stored.new for stored in await asyncio.gather(*waiting)]

    with ThreadPoolExecutor(4) as threads:
        desk = Desk(threads)
        assert asyncio.run(story(Mailbox(desk))) == list(range(1500))
    assert max(map(len, desk.groups)) == GROUP
    assert [agent for group in desk.groups for agent in group] == [str(n) for n in range(1500)]


def test_an_error_is_raised_where_it_is_awaited_and_the_next_group_goes() -> None:
    async def story(box: Mailbox) -> int:
        with pytest.raises(ZeroDivisionError, match="ward"):
            await box.stored(batch("broken"))
        return (await box.stored(batch(7))).new

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(story(Mailbox(Desk(threads)))) == 7


def test_a_waiter_who_leaves_takes_the_work_back_and_disturbs_nobody() -> None:
    async def story(box: Mailbox) -> int:
        leaving, staying = box.stored(batch(1)), box.stored(batch(2))
        leaving.cancel()
        return (await staying).new

    with ThreadPoolExecutor(1) as threads:
        desk = Desk(threads)
        assert asyncio.run(story(Mailbox(desk))) == 2
    assert desk.groups == [["2"]]


def test_a_group_whose_waiters_all_left_does_not_hold_up_the_next() -> None:
    async def story(box: Mailbox, desk: Desk) -> int:
        desk.leaving = box.stored(batch(1))  # hangs up when the group is already with the writer
        with pytest.raises(asyncio.CancelledError):
            await desk.leaving
        return (await box.stored(batch(2))).new

    with ThreadPoolExecutor(1) as threads:
        desk = Desk(threads)
        assert asyncio.run(story(Mailbox(desk), desk)) == 2
    assert desk.groups == [["1"], ["2"]]


def test_more_than_there_is_room_for_is_sent_away_at_once() -> None:
    async def story(box: Mailbox) -> int:
        taken = [box.stored(batch(number)) for number in range(3)]
        with pytest.raises(WriterError) as caught:
            box.stored(batch(3))
        assert caught.value.cause == "crowded"
        return sum(stored.new for stored in await asyncio.gather(*taken))

    with ThreadPoolExecutor(1) as threads:
        assert asyncio.run(story(Mailbox(Desk(threads), room=3))) == 3
