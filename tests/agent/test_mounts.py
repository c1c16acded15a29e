from __future__ import annotations

import os
import subprocess  # noqa: TID251 - a program in a namespace of its own
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.host.live import KEPT, Live
from agent.host.mounts import AGAIN, Mounts
from tests.agent.door import eventually
from tests.namespaces import apart

if sys.platform == "linux":
    STORY = """
import os, subprocess, sys
from datetime import UTC, datetime
from agent.host.live import Live
place = sys.argv[1].encode()
def there():
    return place in Live(datetime.now(UTC)).read("/proc/self/mounts")
def child():
    number = os.fork()
    if not number:
        os._exit(there())
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
told = [there(), there()]
subprocess.run(["mount", "-t", "tmpfs", "none", place], check=True)
told += [child(), there(), there()]
subprocess.run(["umount", place], check=True)
told += [child(), there(), there()]
print(*map(int, told))
"""

    def test_a_change_of_the_mounts_is_seen_by_the_next_reading_and_by_a_child(
        tmp_path: Path,
    ) -> None:
        """In a mount namespace of its own: nobody else sees the disk that comes and goes."""
        done = subprocess.run(
            [*apart("--mount"), sys.executable, "-c", STORY, str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout.split() == ["0", "0", "1", "1", "1", "0", "0", "0"], done.stderr

    def test_what_is_read_every_minute_is_told_anew_and_opened_once() -> None:
        live = Live(datetime.now(UTC))  # noqa: TID251 - a live machine has the time of now
        before = live.read("/proc/uptime")
        assert all(live.read(path) for path in sorted(KEPT))
        opened = set(Path("/proc/self/fd").iterdir())
        eventually(lambda: live.read("/proc/uptime") != before)
        assert live.read("/proc/stat").startswith(b"cpu ")
        assert live.read("/proc/meminfo").startswith(b"MemTotal:")
        assert set(Path("/proc/self/fd").iterdir()) == opened


def test_a_system_that_tells_of_no_changes_is_read_again_all_the_same(tmp_path: Path) -> None:
    table, reads = tmp_path / "mounts", []
    os.mkfifo(table)  # there is nothing that poll could tell of it

    def read(path: str) -> bytes:
        reads.append(path)
        return b"%d" % len(reads)

    end = os.open(table, os.O_RDWR)
    mounts = Mounts(read, str(table))
    told = [mounts.read() for _ in range(2 * (AGAIN + 1))]
    os.close(end)
    assert told == [b"1"] * (AGAIN + 1) + [b"2"] * (AGAIN + 1)


def test_a_table_that_is_not_there_is_an_error_each_time(tmp_path: Path) -> None:
    mounts = Mounts(lambda path: Path(path).read_bytes(), str(tmp_path / "none"))
    for _ in range(3):
        with pytest.raises(OSError, match="No such file"):
            mounts.read()


def test_a_change_that_could_not_be_read_is_read_by_the_next_reading(tmp_path: Path) -> None:
    table, told = tmp_path / "mounts", [b"old", b"", b"new"]
    os.mkfifo(table)

    def read(_path: str) -> bytes:
        if text := told.pop(0):
            return text
        raise OSError("no memory")

    end = os.open(table, os.O_RDWR)
    mounts = Mounts(read, str(table))
    assert mounts.read() == mounts.read() == b"old"
    os.close(end)  # the last writer is gone: poll tells, until there is another
    with pytest.raises(OSError, match="no memory"):
        mounts.read()
    end = os.open(table, os.O_RDWR)
    assert mounts.read() == b"new"
    os.close(end)


def test_a_table_that_could_not_be_opened_once_is_looked_at_from_then_on(tmp_path: Path) -> None:
    table, told = tmp_path / "mounts", [b"old", b"new"]
    mounts = Mounts(lambda _path: told.pop(0), str(table))
    with pytest.raises(OSError, match="No such file"):
        mounts.read()
    os.mkfifo(table)
    end = os.open(table, os.O_RDWR)
    assert mounts.read() == mounts.read() == b"old"
    os.close(end)
    assert mounts.read() == b"new"
