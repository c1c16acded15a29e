from __future__ import annotations

import asyncio

import pytest

from collector.deadline import Deadline


async def never() -> None:
    await asyncio.Event().wait()


def test_a_wait_past_its_time_is_a_timeout_and_the_task_goes_on() -> None:
    async def story() -> str:
        with pytest.raises(TimeoutError):
            await Deadline(0.01, 0.01).within(never())
        await asyncio.sleep(0)  # it is not cancelled any more
        return "went on"

    assert asyncio.run(story()) == "went on"


def test_what_comes_in_time_is_handed_over_and_leaves_no_timer() -> None:
    async def story() -> tuple[int, object]:
        deadline = Deadline(30, 0.01)
        found = await deadline.within(asyncio.sleep(0, 7))
        for _ in range(3000):
            if deadline._timer is None:
                break
            await asyncio.sleep(0.01)
        return found, deadline._timer

    assert asyncio.run(story()) == (7, None)


def test_each_task_has_its_own_time() -> None:
    async def story() -> list[object]:
        deadline = Deadline(0.05, 0.01)
        waits = [asyncio.create_task(deadline.within(never())) for _ in range(5)]
        prompt = asyncio.create_task(deadline.within(asyncio.sleep(0, "prompt")))
        found = await asyncio.gather(*waits, prompt, return_exceptions=True)
        return [type(one) if isinstance(one, Exception) else one for one in found]

    assert asyncio.run(story()) == [TimeoutError] * 5 + ["prompt"]


def test_a_task_that_somebody_cancels_is_cancelled() -> None:
    async def story() -> bool:
        task = asyncio.create_task(Deadline(30).within(never()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    assert asyncio.run(story())


def test_an_error_of_what_is_awaited_comes_through() -> None:
    async def broken() -> None:
        raise ZeroDivisionError("ward")

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Deadline(30).within(broken()))
