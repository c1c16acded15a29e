"""A certificate near its end: serving ends by itself, and is started again at once."""

from __future__ import annotations

import asyncio
import subprocess  # noqa: TID251 - real children for the supervisor
import sys
from datetime import timedelta
from pathlib import Path

from collector.authority import Authority
from console.renewal import watch
from console.supervisor import HEALTHY_SECONDS, Kept
from tests.collector.office import NOON


def child(code: int) -> subprocess.Popen[bytes]:
    ended = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])
    ended.wait()
    return ended


def test_serving_is_asked_to_end_once_the_certificate_is_near_its_end(tmp_path: Path) -> None:
    Authority.open(tmp_path, (), NOON)
    looks = iter([NOON, NOON + timedelta(days=200), NOON + timedelta(days=370)])

    async def watched() -> bool:
        stop = asyncio.Event()
        await watch(tmp_path, (), lambda: next(looks), stop, look_seconds=0.01)
        return stop.is_set()

    assert asyncio.run(watched())
    assert list(looks) == []


def test_the_watch_ends_with_serving(tmp_path: Path) -> None:
    Authority.open(tmp_path, (), NOON)

    async def watched() -> None:
        stop = asyncio.Event()
        watching = asyncio.create_task(watch(tmp_path, (), lambda: NOON, stop))
        stop.set()
        await watching

    asyncio.run(watched())


def test_who_ended_well_after_a_healthy_life_starts_again_at_once() -> None:
    kept = Kept("serving", lambda: child(0), child(0), started_at=0.0)
    kept.look(HEALTHY_SECONDS)
    assert kept.due_at == HEALTHY_SECONDS


def test_who_ends_well_right_after_its_start_waits_like_one_that_failed() -> None:
    kept = Kept("serving", lambda: child(0), child(0), started_at=0.0)
    kept.look(1.0)
    assert kept.due_at == 2.0


def test_who_failed_waits_longer_each_time() -> None:
    kept = Kept("serving", lambda: child(3), child(3), started_at=0.0)
    kept.look(HEALTHY_SECONDS)
    assert kept.due_at == HEALTHY_SECONDS + 1.0
    kept.look(HEALTHY_SECONDS + 1.0)
    kept.look(HEALTHY_SECONDS + 1.5)
    assert kept.due_at == HEALTHY_SECONDS + 3.5
