"""The spool under real faults: killed at a thousand steps, torn, shortened, flipped, and wrong clocks."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.spool import Spool, SpoolError
from agent.spool_rescue import recovered

NOON = "2026-11-23T12:00:00Z"
SEEDS = 1000


MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@pytest.fixture
def swift(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory: a killed process leaves the same in it, and no disk is waited for."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as folder:
        yield Path(folder)


def reports(spool: Spool) -> list[dict[str, Any]]:
    batch = spool.batch(1 << 30)
    return json.loads(batch.body)["reports"] if batch else []


def _works(path: Path, step: int, told: int) -> None:
    """Append and acknowledge; die at that step of SQLite's programs, told or not."""
    left = [step]

    def count() -> int:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    spool = Spool(path)
    spool._file.set_progress_handler(count, 1)
    for number in range(40):
        seq = spool.append("load", {"number": number}, at=NOON)
        os.write(told, f"+{seq}\n".encode())
        if number % 5 == 4:
            os.write(told, f"-{seq - 2}\n".encode())
            spool.acknowledge(spool.epoch, [seq - 2])
        elif number % 5 == 2:
            os.write(told, f"-{seq - 1}\n".encode())
            spool.strike(spool.epoch, [seq - 1])


def _killed(path: Path, step: int) -> list[str]:
    """What the child had been told before it died."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _works(path, step, there)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here) as pipe:
        told = pipe.read().split()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the step was never reached: the seed killed nothing"
    return told


def test_kill_9_at_a_thousand_steps_loses_and_invents_nothing(swift: Path) -> None:
    """One spool lives through them all: each death begins where the last one left it."""
    path = swift / "spool.sqlite"
    Spool(path).close()
    chance = random.Random(20261124)
    accepted: set[int] = set()
    stored: set[int] = set()
    maybe_deleted: set[int] = set()
    for seed in range(SEEDS):
        for word in _killed(path, chance.randrange(1, 900)):
            if word[0] == "+":
                accepted.add(int(word[1:]))
            else:
                maybe_deleted.add(int(word[1:]))
        if seed % 25 == 24:
            spool = Spool(path)
            held = [row["seq"] for row in reports(spool)]
            assert accepted - stored - maybe_deleted <= set(held)
            assert max(accepted, default=0) <= spool.accepted()
            assert len(held) == len(set(held))
            spool.acknowledge(spool.epoch, held)
            stored |= set(held)
            spool.close()
    assert len(accepted) > SEEDS


def test_an_acknowledgement_and_its_deletion_are_one_whenever_it_dies(swift: Path) -> None:
    """Accepted = stored by the tally + still there: a death between the two would break the sum."""
    chance = random.Random(7)
    path = swift / "spool.sqlite"
    for _ in range(60):
        _killed(path, chance.randrange(1, 1500))
        spool = Spool(path)
        assert spool.accepted() == int(spool.noted("stored") or 0) + spool.waiting()
        spool.close()


def _image(folder: Path) -> tuple[Path, int]:
    """The spool's two files as a power cut finds them: nothing of the log is in the file yet."""
    live = folder / "live"
    live.mkdir()
    spool = Spool(live / "spool.sqlite")
    spool._file.execute("PRAGMA wal_autocheckpoint=0")
    for number in range(12):
        spool.append("load", {"number": number, "text": "x" * 300}, at=NOON)
    image = folder / "image"
    image.mkdir()
    for name in ("spool.sqlite", "spool.sqlite-wal"):
        shutil.copy(live / name, image / name)
    count = spool.accepted()
    spool.close()
    return image, count


def _damages(log: bytes) -> Iterator[bytes]:
    """Shortened at every sector, each sector not written, two sectors in the other order."""
    for place in range(0, len(log), 512):
        yield log[:place]
        yield log[:place] + bytes(512) + log[place + 512 :]
        first, second = log[place : place + 512], log[place + 512 : place + 1024]
        yield log[:place] + second + first + log[place + 1024 :]


def test_a_torn_or_reordered_write_ends_in_what_was_there_before_it(tmp_path: Path) -> None:
    image, count = _image(tmp_path)
    log = (image / "spool.sqlite-wal").read_bytes()
    lengths = set()
    every = list(_damages(log))
    chosen = random.Random(5).sample(every[1:], 90)
    for number, damaged in enumerate([every[0], log, *chosen]):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(image / "spool.sqlite", folder / "spool.sqlite")
        (folder / "spool.sqlite-wal").write_bytes(damaged)
        spool = recovered(folder / "spool.sqlite", NOON)
        rows = reports(spool)
        seqs = [row["seq"] for row in rows]
        assert seqs == list(range(1, len(seqs) + 1))
        assert all(row["section"]["number"] == row["seq"] - 1 for row in rows)
        assert spool.append("load", {}, at=NOON) == len(seqs) + 1
        lengths.add(len(seqs))
        spool.close()
        shutil.rmtree(folder)
    assert {0, count} <= lengths


def test_a_folder_that_is_none_and_a_place_that_is_taken_are_told(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="cannot open the spool"):
        Spool(tmp_path / "none" / "spool.sqlite")
    (tmp_path / "spool.sqlite").mkdir()
    with pytest.raises(SpoolError, match="cannot open the spool"):
        recovered(tmp_path / "spool.sqlite", NOON)


def test_no_clock_changes_the_order_or_costs_a_report(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    clocks = ("2026-11-23", "2036-11-23", "2026-11-22", "2028-02-29", "1970-01-01", "2026-11-24")
    for day in clocks:
        for number in range(3):
            spool.append("load", {"day": day, "number": number}, at=f"{day}T23:59:59Z")
    told = [(row["section"]["day"], row["section"]["number"]) for row in reports(spool)]
    assert told == [(day, number) for day in clocks for number in range(3)]
    spool.close()


def test_a_laptop_back_after_three_months_tells_all_of_it_in_order(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    spool._file.execute("PRAGMA synchronous=OFF")  # the order is asked for, not the disk's patience
    days = [f"2026-{month:02}-{day:02}" for month in (8, 9, 10) for day in range(1, 31)]
    for day in days:
        for hour in range(24):
            spool.append("load", {"hour": hour}, at=f"{day}T{hour:02}:00:00Z")
        spool.append("events", [{"kind": "logon-failed"}], at=f"{day}T23:00:00Z")
    seqs: list[int] = []
    while batch := spool.batch(64 * 1024):
        seqs += batch.seqs
        assert spool.acknowledge(batch.epoch, batch.seqs) == len(batch.seqs)
        assert len(batch.body) <= 64 * 1024
    assert seqs == list(range(1, len(days) * 25 + 1))
    assert spool.noted("stored") == str(len(seqs))
    spool.close()
