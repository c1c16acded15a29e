from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from collector.mailbox import Mailbox


def test_every_result_reaches_its_own_waiter_from_any_thread() -> None:
    async def story() -> list[int]:
        box = Mailbox[int]()
        posted: list[Future[int]] = [Future() for _ in range(1000)]
        waiting = [box.arrival(one) for one in posted]
        with ThreadPoolExecutor(4) as threads:
            for number, one in enumerate(posted):
                threads.submit(one.set_result, number)
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(story()) == list(range(1000))


def test_an_error_is_raised_where_it_is_awaited() -> None:
    async def story() -> None:
        posted: Future[int] = Future()
        waiting = Mailbox[int]().arrival(posted)
        posted.set_exception(ZeroDivisionError("ward"))
        await waiting

    with pytest.raises(ZeroDivisionError, match="ward"):
        asyncio.run(story())


def test_what_is_there_already_is_handed_out_too() -> None:
    async def story() -> int:
        posted: Future[int] = Future()
        posted.set_result(7)
        return await Mailbox[int]().arrival(posted)

    assert asyncio.run(story()) == 7


def test_a_waiter_who_leaves_takes_the_work_back_and_disturbs_nobody() -> None:
    async def story() -> tuple[bool, int]:
        box = Mailbox[int]()
        left: Future[int] = Future()
        stayed: Future[int] = Future()
        leaving, staying = box.arrival(left), box.arrival(stayed)
        leaving.cancel()
        await asyncio.sleep(0)
        stayed.set_result(7)
        return left.cancelled(), await staying

    assert asyncio.run(story()) == (True, 7)
