from __future__ import annotations

import multiprocessing
import signal
import sqlite3
import sys
import textwrap
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - processes are killed here for real

import pytest

from agent.spool import Spool, SpoolError
from tests.agent.test_spool import NOON, reports


def _appends(path: Path, count: int) -> None:
    spool = Spool(path)
    for number in range(count):
        spool.append("load", {"number": number}, at=NOON)
    spool.close()


def test_four_processes_append_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    Spool(path).close()
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_appends, args=(path, 25)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    spool = Spool(path)
    assert [row["seq"] for row in reports(spool)] == list(range(1, 101))
    spool.close()


WRITER = """
    import sys
    from pathlib import Path
    from agent.spool import Spool
    spool = Spool(Path(sys.argv[1]))
    while True:
        seq = spool.append("load", {"text": "x" * 300}, at="2026-11-23T12:00:00Z")
        print(seq, flush=True)
        if seq % 7 == 0:
            spool.acknowledge(spool.epoch, [seq - 3])
"""


@pytest.mark.parametrize("after", [1, 8, 15, 40, 111])
def test_kill_9_at_any_moment_loses_nothing_that_was_accepted(tmp_path: Path, after: int) -> None:
    path = tmp_path / "spool.sqlite"
    with Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=PIPE) as writer:
        assert writer.stdout is not None
        accepted = 0
        for line in writer.stdout:
            accepted = int(line)
            if accepted >= after:
                writer.send_signal(signal.SIGKILL)
                break
        rest = writer.stdout.read().split()
    accepted = max([accepted, *(int(word) for word in rest if word.isdigit())])
    spool = Spool(path)
    seqs = {row["seq"] for row in reports(spool)}
    stored = {seq - 3 for seq in range(7, accepted + 2, 7)}
    assert set(range(1, accepted + 1)) - seqs <= stored
    spool.close()


def test_it_waits_for_another_writer_and_says_so_when_that_takes_too_long(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    spool._file.execute("PRAGMA busy_timeout=50")
    with pytest.raises(SpoolError, match="locked"):
        spool.append("load", {}, at=NOON)
    other.execute("ROLLBACK")
    other.close()
    assert spool.append("load", {}, at=NOON) == 1
    spool.close()
