from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
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
from tests.namespaces import apart

NOON = "2026-11-23T12:00:00Z"


@contextmanager
def running(state: Path, load: float = 0.2, before: tuple[str, ...] = ()) -> Iterator[Popen[bytes]]:
    command = [*before, sys.executable, "-m", "agent", "run", "--state", str(state)]
    rhythm = ["--load-interval", str(load), "--security-interval", "3600"]
    with Popen([*command, *rhythm], stderr=PIPE) as agent:
        try:
            yield agent
        finally:
            if agent.poll() is None:
                agent.kill()


def ended(agent: Popen[bytes]) -> float:
    """Seconds from SIGTERM to its end."""
    start = time.monotonic()
    agent.send_signal(signal.SIGTERM)
    agent.wait(30)
    return time.monotonic() - start


def test_it_starts_reports_every_section_and_says_goodbye(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state) as agent:
            kinds = {"presence", "load", "security", "hardware", "system"}
            eventually(lambda: kinds <= {row["kind"] for row in there.stored()}, 60)
            eventually(lambda: len(there.sections("load")) >= 3)
            ended(agent)
            assert agent.returncode == 0
        said = there.sections("presence")
        assert said == [
            {"state": "started", "reason": "first start"},
            {"state": "stopped", "reason": "SIGTERM"},
        ]
        spool = Spool(state / "spool.sqlite")
        assert spool.waiting() == 0
        assert spool.accepted() == len(there.rows)
        spool.close()
        assert there.sections("security")[0]["checks"]


def test_with_the_collector_down_it_goes_on_and_sends_all_of_it_later(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as gone:
        door.known(gone, state)
    with running(state) as agent:
        eventually(lambda: _waiting(state) >= 4, 60)
        assert ended(agent) < 5
        assert agent.returncode == 0
    with door.opened(tmp_path, gone.authority) as there:
        door.known(there, state)
        with running(state) as agent:
            eventually(lambda: "restart" in str(there.sections("presence")), 60)
            ended(agent)
        seqs = sorted(seq for _, seq in there.rows)
        assert seqs == list(range(1, len(seqs) + 1))


def _waiting(state: Path) -> int:
    if not (state / "spool.sqlite").exists():
        return 0
    spool = Spool(state / "spool.sqlite")
    try:
        return spool.waiting()
    finally:
        spool.close()


def test_an_agent_killed_hard_says_at_its_next_start_that_no_goodbye_was_said(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state) as agent:
            eventually(lambda: there.sections("load"), 60)
            agent.kill()
            agent.wait(10)
        with running(state) as agent:
            eventually(lambda: len(there.sections("presence")) == 2, 60)
            ended(agent)
        assert there.sections("presence")[1]["reason"] == "restart without a goodbye before"


def test_an_acknowledgement_lost_after_the_commit_doubles_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        there.losing_answers = 2
        with running(state) as agent:
            eventually(lambda: there.batches >= 5, 60)
            ended(agent)
        spool = Spool(state / "spool.sqlite")
        assert spool.accepted() == len(there.rows) + spool.waiting()
        assert int(spool.noted("stored") or 0) == len(there.rows)
        spool.close()


def test_one_report_that_is_refused_for_ever_does_not_hold_up_the_others(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        spool = Spool(state / "spool.sqlite")
        for number in range(20):
            spool.append("load", {"number": number, "poison": number == 11}, at=NOON)
        spool.close()
        there.refuse = lambda rows: any(
            row["kind"] == "load" and row["section"].get("poison") for row in rows
        )
        with running(state) as agent:
            eventually(lambda: there.sections("loss"), 60)
            eventually(lambda: {"number": 19, "poison": False} in there.sections("load"), 60)
            ended(agent)
        loss = there.sections("loss")[0]
        assert (loss["from_seq"], loss["to_seq"], loss["count"]) == (12, 12, 1)
        assert "refused" in loss["cause"]


def test_an_agent_that_is_not_approved_yet_keeps_what_it_reads(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        there.refusals = [(403, {"Retry-After": "1"})]
        with running(state) as agent:
            eventually(lambda: len(there.sections("load")) >= 2, 60)
            ended(agent)
        assert min(seq for _, seq in there.rows) == 1


def test_only_what_is_in_the_table_is_done_and_what_is_asked_twice_is_done_once(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state) as agent:
            eventually(lambda: there.sections("system"), 60)
            there.asks = [
                {"id": 3, "job": "backup", "argument": "not-pinned"},
                {"id": 3, "job": "backup", "argument": "not-pinned"},
                {"id": 4, "job": "report-now"},
                {"id": 5, "job": "shell", "argument": "id"},
            ]
            eventually(lambda: len(there.sections("system")) >= 2, 60)
            ended(agent)
        receipts = there.sections("backup")
    assert len(receipts) == 1
    assert receipts[0]["ok"] is False
    assert receipts[0]["job"] == 3
    assert "pinned" in receipts[0]["error"]


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


SLOW = "/etc/group"
"""The security section alone reads it, and every Linux system has it."""


def _slowly(pipe: Path) -> tuple[str, ...]:
    """Words before a program that sees a pipe in place of that file: whoever opens it waits."""
    os.mkfifo(pipe)
    script = f'mount --bind "$0" {SLOW} && exec "$@"'
    return (*apart("--mount"), "sh", "-c", script, str(pipe))


@contextmanager
def _read_slowly(pipe: Path) -> Iterator[None]:
    """From where the probe's child waits for what is in the pipe, until it is let go."""
    found: list[int] = []
    # Opens only once somebody reads (ENXIO of open(2)), so that the child is there by then.
    eventually(lambda: _opened(pipe, found), 60)
    try:
        yield
    finally:
        pipe.unlink()
        os.close(found[0])


def _opened(pipe: Path, found: list[int]) -> bool:
    with suppress(OSError):
        found.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    return bool(found)


def test_loads_keep_their_second_and_are_sent_while_a_slow_probe_is_read(tmp_path: Path) -> None:
    state, pipe = tmp_path / "state", tmp_path / "pipe"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state, load=1, before=_slowly(pipe)) as agent:
            with _read_slowly(pipe):
                before = len(there.sections("load"))
                eventually(lambda: len(there.sections("load")) >= before + 6, 60)
                assert not there.sections("security")
            eventually(lambda: there.sections("security"), 60)
            ended(agent)
        assert there.sections("security")[-1]["checks"]
        loads = [row["at"] for row in there.stored() if row["kind"] == "load"]
    seconds = sorted(datetime.fromisoformat(at).timestamp() for at in loads)
    between = [after - before for before, after in pairwise(seconds)]
    assert statistics.median(between) == 1.0


def test_a_probe_that_never_ends_holds_up_no_goodbye(tmp_path: Path) -> None:
    state, pipe = tmp_path / "state", tmp_path / "pipe"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with running(state, before=_slowly(pipe)) as agent, _read_slowly(pipe):
            assert ended(agent) < 5
            assert agent.returncode == 0
        assert there.sections("presence")[-1]["state"] == "stopped"


def test_sigterm_ends_it_within_five_seconds_though_the_collector_hangs(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
    with socket.create_server(("127.0.0.1", there.port)) as silent, running(state) as agent:
        connection, _ = silent.accept()
        assert ended(agent) < 5
        assert agent.returncode == 0
        connection.close()
    assert _waiting(state) >= 2


def test_a_resident_stays_small_and_loads_nothing_that_is_heavy(tmp_path: Path) -> None:
    state = tmp_path / "state"
    listing = tmp_path / "modules"
    program = (
        "import sys, signal;"
        f"tell = lambda *_: open({str(listing)!r}, 'w').write(' '.join(sys.modules));"
        "signal.signal(signal.SIGUSR1, tell);"
        f"sys.argv = ['agent', 'run', '--state', {str(state)!r}, '--load-interval', '0.2'];"
        "import agent.__main__ as m; sys.exit(m.main())"
    )
    with door.opened(tmp_path) as there:
        door.known(there, state)
        with Popen([sys.executable, "-c", program]) as agent:
            eventually(lambda: there.sections("system"), 60)
            agent.send_signal(signal.SIGUSR1)
            eventually(lambda: listing.exists() and listing.read_text())
            ended(agent)
    loaded = {name.partition(".")[0] for name in listing.read_text().split()}
    assert {"ssl", "sqlite3"} <= loaded
    heavy = {"asyncio", "requests", "cryptography", "psutil", "pysnmp", "msgspec"}
    # Of the standard library, each half a mebibyte and more.
    heavy |= {"argparse", "dataclasses", "http", "inspect", "logging", "subprocess", "tempfile"}
    assert not loaded & heavy


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
