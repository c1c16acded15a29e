from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agent.host import Host, Piece
from agent.host.live import Live
from agent.logs.follow import Followed, Mark, follow, mark
from agent.parse.journal import Entry
from agent.parse.syslog import entries
from tests.agent.machines import NOON

START = NOON - timedelta(hours=2)


def line(number: int) -> str:
    at = START + timedelta(seconds=number)
    return f"{at.isoformat()} may-01 sshd[7]: line {number}\n"


def told(found: Followed) -> list[int]:
    return [int(one.message.removeprefix("line ")) for one in found.entries]


def keep(text: str) -> tuple[Entry, ...]:
    return entries(text, NOON)


class Raced(Live):
    """A machine on which something happens right after the log was looked at so many times."""

    def __init__(self, looks: int, happens: Callable[[], None]) -> None:
        super().__init__(NOON)
        self.looks, self.happens = looks, happens

    def piece(self, path: str, start: int) -> Piece:
        found = super().piece(path, start)
        self.looks -= 1
        if not self.looks:
            self.happens()
        return found


class Log:
    """A log with its writer, and a reader that notes its mark as the spool does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "auth.log"
        self.written = 0
        self.noted: str = ""
        self.told: list[int] = []
        self.cleared = 0
        self.writes_to = self.path
        self.path.touch()

    def write(self, count: int) -> None:
        with self.writes_to.open("a") as file:
            for _ in range(count):
                self.written += 1
                file.write(line(self.written))

    def write_half(self) -> None:
        """A line in two steps: its end comes with the next."""
        self.written += 1
        with self.writes_to.open("a") as file:
            file.write(line(self.written)[:20])
        self.read()
        with self.writes_to.open("a") as file:
            file.write(line(self.written)[20:])

    def read(self, *, crashes: bool = False, host: Host | None = None) -> None:
        found = follow(host or Live(NOON), str(self.path), mark(self.noted), keep)
        if found and not crashes:
            self.told += told(found)
            self.noted = found.mark.text()
            self.cleared += found.cleared
            assert found.cause is None

    def rotate(self) -> None:
        """As logrotate does; the writer goes on with the old file until it is told."""
        for number in range(8, 0, -1):
            older = self.path.with_name(f"auth.log.{number}")
            if older.exists():
                older.rename(self.path.with_name(f"auth.log.{number + 1}"))
        self.path.rename(self.path.with_name("auth.log.1"))
        self.path.touch()
        self.writes_to = self.path.with_name("auth.log.1")

    def hang_up(self) -> None:
        self.writes_to = self.path

    def copy_and_truncate(self) -> None:
        self.rotate()
        self.hang_up()
        kept = self.path.with_name("auth.log.1").read_bytes()
        os.replace(self.path.with_name("auth.log.1"), self.path)  # noqa: PTH105 - the same inode again
        self.path.with_name("auth.log.1").write_bytes(kept)
        os.truncate(self.path, 0)

    def switch(self) -> None:
        """The writer's last line into the old file, and its first into the new one."""
        self.write(1)
        self.hang_up()
        self.write(1)

    def take(self, step: str) -> None:
        if step in {"rotate", "copy"}:
            # logrotate leaves an empty log alone (notifempty), and waits for its turn.
            rests = self.writes_to != self.path or not self.path.stat().st_size
            if rests or self.path.with_name("auth.log.8").exists():
                return
        acts: dict[str, Callable[[], None]] = {
            "write": lambda: self.write(1),
            "long": lambda: self.write(40),
            "half": self.write_half,
            "read": self.read,
            "crash": lambda: self.read(crashes=True),
            "rotate": self.rotate,
            "hang-up": self.hang_up,
            "copy": self.copy_and_truncate,
        }
        act, _, looks = step.partition(" ")
        if looks:
            happens = self.switch if act == "switch" else lambda: self.take("rotate")
            self.read(host=Raced(int(looks), happens))
        else:
            acts[step]()


ACTS = ("write", "write", "long", "half", "read", "read", "crash", "rotate", "hang-up", "copy")
RACES = tuple(f"{act} {looks}" for act in ("switch", "rotate") for looks in range(1, 9))
STEPS = some.lists(some.sampled_from(ACTS) | some.sampled_from(RACES), max_size=25)


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_every_line_is_told_once_whatever_splits_crashes_and_rotations_come_between(
    steps: list[str],
) -> None:
    folder = Path(tempfile.mkdtemp())
    log = Log(folder)
    log.read()
    for step in steps:
        log.take(step)
    log.hang_up()
    log.write(1)
    log.read()
    log.read()
    shutil.rmtree(folder)
    assert log.told == list(range(1, log.written + 1))
    assert log.cleared == 0


def test_a_log_that_was_emptied_is_told_as_cleared_and_read_from_its_start(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(5)
    log.read()
    os.truncate(log.path, 0)
    log.write(2)
    log.read()
    log.read()
    assert (log.told, log.cleared) == ([1, 2, 3, 4, 5, 6, 7], 1)


def test_a_log_that_was_deleted_is_told_as_cleared_once(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(5)
    log.read()
    log.path.unlink()
    log.read()
    log.read()
    log.write(1)
    log.read()
    assert (log.told, log.cleared) == ([1, 2, 3, 4, 5, 6], 1)


def test_lines_taken_out_of_a_log_are_told_as_a_clearing_and_nothing_twice(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(9)
    log.read()
    kept = [line(number) for number in (1, 2, 3, 6, 7)]
    log.path.write_text("".join(kept))
    log.write(1)
    log.read()
    assert (log.told, log.cleared) == ([*range(1, 10), 10], 1)


def test_a_place_that_was_packed_away_is_a_gap_and_no_clearing(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(3)
    log.read()
    log.rotate()
    log.hang_up()
    first = tmp_path / "auth.log.1"
    (tmp_path / "auth.log.1.gz").write_bytes(gzip.compress(first.read_bytes()))
    first.unlink()
    log.write(2)
    found = follow(Live(NOON), str(log.path), mark(log.noted), keep)
    assert found is not None
    assert (told(found), found.cleared) == ([4, 5], False)
    assert found.cause == "older lines were rotated away before they were read"


def test_the_first_time_the_last_day_is_told_the_part_before_included(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.written = -30 * 3600
    log.write(1)
    log.written = 0
    log.write(2)
    log.rotate()
    log.hang_up()
    log.write(1)
    log.read()
    assert log.told == [1, 2, 3]


def test_a_log_larger_than_one_piece_is_read_to_its_end(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(100_000)
    assert log.path.stat().st_size > 4 * 1024 * 1024
    log.read()
    assert log.told == list(range(1, 100_001))


def test_a_log_that_may_not_be_read_keeps_its_mark(tmp_path: Path) -> None:
    (tmp_path / "auth.log").mkdir()
    last = Mark(1, 10, "0" * 64, 5, 6)
    found = follow(Live(NOON), str(tmp_path / "auth.log"), last, keep)
    assert found is not None
    assert (found.entries, found.mark, found.cleared) == ((), last, False)
    assert "directory" in (found.cause or "")


@pytest.mark.parametrize("noise", ["", "x", "1 2", "1 2 3 4 5", "-1 0 - 0 0", "9" * 400])
def test_a_damaged_mark_is_no_mark(noise: str) -> None:
    assert mark(noise) is None


def test_a_mark_is_noted_and_read_again() -> None:
    last = Mark(3, 10, "a" * 64, 5, 6)
    assert mark(last.text()) == last


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=400))
def test_any_bytes_of_a_log_are_read_without_an_exception(noise: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "auth.log").write_bytes(noise)
        found = follow(Live(NOON), f"{folder}/auth.log", None, keep)
        assert found is not None
