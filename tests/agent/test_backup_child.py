from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - the agent is run and killed here for real
from typing import Any

import psutil
import pytest

from agent import underway
from agent.jobs import Job, has_told, receipt_note
from agent.link import Ask, Link
from agent.service import Resident
from agent.settings import Settings
from agent.spool import Spool
from tests.agent import certificates, door
from tests.agent.door import eventually
from tests.agent.test_service import NOON, ended, running


def test_a_pinned_backup_is_run_as_a_child_whose_receipt_comes_by_the_spool(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        _pinned(state, tmp_path / "van-ban")
        there.asks = [{"id": 9, "job": "backup", "argument": "van-ban"}]
        with running(state) as agent:
            eventually(lambda: there.sections("backup"), 60)
            ended(agent)
        receipt = there.sections("backup")[0]
    assert (receipt["set"], receipt["job"]) == ("van-ban", 9)
    assert receipt["ok"] is False
    assert receipt["error"]


def _pinned(state: Path, source: Path) -> None:
    """One pinned set whose repository does not exist."""
    source.mkdir()
    (source / "a.txt").write_text("kế hoạch")
    place = {"repository": str(source / "none"), "password_file": str(source / "none.txt")}
    pins = {"sets": {"van-ban": {"paths": [str(source)], "excludes": [], **place}}}
    (state / "backup.json").write_text(json.dumps(pins))


def test_a_backup_that_is_killed_leaves_a_receipt_that_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        _pinned(state, tmp_path / "van-ban")
        with running(state) as agent:
            eventually(lambda: there.sections("system"), 60)
            there.asks = [{"id": 9, "job": "backup", "argument": "van-ban"}]
            _child(agent, "backup", "run").kill()
            eventually(lambda: there.sections("backup"), 60)
            ended(agent)
        (receipt,) = there.sections("backup")
    assert (receipt["set"], receipt["job"], receipt["ok"]) == ("van-ban", 9, False)
    assert receipt["error"] == "killed by signal 9"


def test_a_load_tells_how_far_a_backup_is_while_it_runs_and_never_else(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        _pinned(state, tmp_path / "van-ban")
        with running(state) as agent:
            eventually(lambda: there.sections("load"), 60)
            there.asks = [{"id": 9, "job": "backup", "argument": "van-ban"}]
            child = _child(agent, "backup", "run")
            eventually(lambda: _told_last(there) == [{"set": "van-ban"}])
            _far(state, job=8)  # of a run before this one, which was killed
            seen = len(there.sections("load"))
            eventually(lambda: len(there.sections("load")) > seen + 1)
            assert _told_last(there) == [{"set": "van-ban"}]
            _far(state, job=9)
            eventually(lambda: "ratio" in _told_last(there)[0])
            (row,) = _told_last(there)
            child.kill()
            eventually(lambda: _told_last(there) is None)
            ended(agent)
        assert "backups" not in there.sections("load")[0]
    assert len(json.dumps(row)) <= 100
    assert row.pop("still_seconds") >= 300
    assert row == {"set": "van-ban", "ratio": 0.423, "bytes": 1_234_567_890}


def _told_last(there: door.Door) -> Any:
    return there.sections("load")[-1].get("backups")


def _far(state: Path, job: int) -> None:
    """What the child keeps of a run that has stood still for five minutes."""
    figures = {"ratio": 0.4231, "files": 3, "bytes": 1_234_567_890}
    kept = {"set": "van-ban", "job": job, **figures, "moved_at": time.monotonic() - 300}
    (state / "whole").write_text(json.dumps(kept))
    (state / "whole").replace(state / underway.place("van-ban"))


def test_a_backup_that_breaks_down_leaves_a_receipt_that_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        _pinned(state, tmp_path / "van-ban")
        # Where it keeps its progress is a folder: it cannot be put away, and nothing expects that.
        (state / underway.place("van-ban")).mkdir()
        there.asks = [{"id": 9, "job": "backup", "argument": "van-ban"}]
        with running(state) as agent:
            eventually(lambda: there.sections("backup"), 60)
            ended(agent)
        (receipt,) = there.sections("backup")
    assert (receipt["set"], receipt["job"], receipt["ok"]) == ("van-ban", 9, False)
    assert receipt["error"] == "ended with exit code 1"


def _child(agent: Popen[bytes], *words: str) -> psutil.Process:
    """A child of the agent whose command line has these words, held still as soon as it is there."""
    listed = Path(f"/proc/{agent.pid}/task/{agent.pid}/children")
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert agent.poll() is None, (agent.stderr.read() if agent.stderr else b"").decode()
        for number in listed.read_text("ascii").split():
            with suppress(psutil.NoSuchProcess):
                one = psutil.Process(int(number))
                if _is_stopped(one) and set(words) <= set(one.cmdline()):
                    return one
                one.resume()
        time.sleep(0.001)
    raise AssertionError("no such child came")


def _is_stopped(one: psutil.Process) -> bool:
    """Stopped now; a child that ended meanwhile is not."""
    one.suspend()
    while one.status() not in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}:
        pass
    return bool(one.status() == psutil.STATUS_STOPPED)


TOLD = """
import sys, time
from itertools import pairwise
from pathlib import Path
from agent import jobs
from agent.spool import Spool

spool = Spool(Path(sys.argv[1]) / "spool.sqlite")
notes = {jobs.receipt_note("van-ban"): "9"}
spool.append("backup", {"set": "van-ban", "ok": True, "job": 9}, at="2026-11-23T12:00:00Z", notes=notes)
print("told", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [9, 10])
def test_a_backup_killed_between_its_receipt_and_its_end_leaves_one_receipt(
    tmp_path: Path, number: int
) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    link = Link(Settings("127.0.0.1:1", "a", "00" * 32, "00" * 32), certificates.authority().pem)
    resident = Resident(tmp_path, spool, link, lambda: datetime.fromisoformat(NOON), ())
    with Popen(
        [sys.executable, "-c", TOLD, str(tmp_path)], stdout=PIPE, start_new_session=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"told\n"
        child.kill()
        child.wait()
        job = Job(Ask(number, "backup", "van-ban"), child, NOON, 0.0, float("inf"))
        resident.running.append(job)
        resident._look_after_jobs()
    batch = spool.batch(1 << 20)
    assert batch is not None
    receipts = [row["section"] for row in json.loads(batch.body)["reports"]]
    # Another ask of the same set was told nothing of yet: its own end is said.
    told = [(row["job"], row["ok"]) for row in receipts]
    assert told == [(9, True)] + [(10, False)] * (number == 10)
    spool.close()


def test_the_child_of_a_backup_notes_its_receipt_with_it(tmp_path: Path) -> None:
    with door.opened(tmp_path) as there:
        door.known(there, tmp_path)
    entry = ["run", "van-ban", "--agent-state", str(tmp_path), "--job", "9"]
    with Popen([sys.executable, "-m", "backup", *entry], stderr=PIPE) as child:
        child.communicate()
    spool = Spool(tmp_path / "spool.sqlite")
    assert (child.returncode, spool.waiting()) == (10, 1)
    assert has_told(Ask(9, "backup", "van-ban"), spool.noted(receipt_note("van-ban")))
    assert not has_told(Ask(8, "backup", "van-ban"), spool.noted(receipt_note("van-ban")))
    assert not has_told(Ask(9, "backup", "van-ban"), spool.noted(receipt_note("ho-so")))
    spool.close()
