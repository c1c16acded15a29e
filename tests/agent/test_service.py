from __future__ import annotations

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

from agent.spool import Spool
from tests.agent import door
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
