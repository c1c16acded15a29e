"""The store on a disk that is full, read-only or locked: an honest answer, and nothing damaged."""

from __future__ import annotations

import subprocess  # noqa: TID251 - a small real disk is mounted in a namespace of its own
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from collector.ingest import STATUS, understood
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.writer import Writer, WriterError
from tests.collector.office import NOON, body, enrol, report
from tests.namespaces import apart

SMALL_DISK = """
import sqlite3, subprocess, sys
from pathlib import Path

folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=True)

from collector.ingest import STATUS, understood
from collector.store.columns import METADATA
from collector.store.database import connect
from collector.writer import Writer, WriterError
from tests.collector.office import NOON, body, enrol, report

store = connect(f"sqlite:///{folder}/wardwatch.sqlite")
METADATA.create_all(store.engine)
agent, _ = enrol(store)
stored, refused = [], None
with Writer(store) as writer:
    for seq in range(1, 200):
        sent = body(report(seq, "software", {"text": "x" * 50_000}))
        try:
            writer.submit(understood(agent, sent, NOON)[0]).result(30)
            stored.append(seq)
        except WriterError as error:
            refused = error
            break
    assert refused is not None and refused.cause == "disk-full", refused
    assert STATUS[refused.cause] == 507
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT seq FROM reports ORDER BY seq").all()
        highest = connection.exec_driver_sql("SELECT highest_seq FROM epochs").scalar_one()
    assert [row.seq for row in found] == stored and highest == stored[-1], (found, highest)
    subprocess.run(["mount", "-o", "remount,size=8m", str(folder)], check=True)
    again = body(report(seq, "software", {"text": "x" * 50_000}))
    assert writer.submit(understood(agent, again, NOON)[0]).result(30).new == 1
store.close()
check = sqlite3.connect(folder / "wardwatch.sqlite").execute("PRAGMA integrity_check")
assert check.fetchall() == [("ok",)]
print(f"refused after {len(stored)}")
"""


def test_a_full_disk_is_told_as_507_and_takes_reports_in_again_once_there_is_room(
    tmp_path: Path,
) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [*apart("--mount"), sys.executable, "-c", SMALL_DISK, str(tmp_path)],
        cwd=root,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.startswith(b"refused after ")


@pytest.mark.parametrize("pragma", ["query_only=ON", "busy_timeout=0"])
def test_a_database_that_takes_nothing_now_keeps_the_agent_waiting(
    tmp_path: Path, pragma: str
) -> None:
    """Read-only, and locked by another process: 503, the agent comes again."""
    url = f"sqlite:///{tmp_path}/wardwatch.sqlite"
    store, other = connect(url), connect(url)
    METADATA.create_all(store.engine)
    agent, _ = enrol(store)
    batch, _ = understood(agent, body(report(1)), NOON)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"PRAGMA {pragma}")
        connection.exec_driver_sql("BEGIN")  # the pool hands this very connection to the writer
    held = other.write() if pragma == "busy_timeout=0" else nullcontext()
    with held, Writer(store) as writer, pytest.raises(WriterError) as told:
        writer.submit(batch).result(30)
    assert (told.value.cause, STATUS[told.value.cause]) == ("down", 503)
    store.engine.dispose()
    with Writer(store) as writer:
        assert writer.submit(batch).result(30).new == 1
    store.close()
    other.close()
