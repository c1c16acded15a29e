"""The PC's own backup password: made once, handed in to its collector alone, replaced by nobody."""

from __future__ import annotations

import signal
import subprocess  # noqa: TID251 - the child is run and killed as the agent runs it
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from agent import escrow, jobs
from agent.jobs import JobError
from agent.link import Ask
from tests.agent import door
from tests.agent.door import Door, eventually
from tests.agent.test_service import running

ASK = {"id": 1, "job": "escrow", "argument": None}
LIES: list[tuple[int, Any]] = [
    (200, {}),
    (200, {"sha256": "00" * 32, "password": "A" * 43}),
    (200, {"sha256": None, "replace": True, "file": "/etc/passwd"}),
    (200, ["A" * 43]),
    (409, {"detail": "make another one"}),
    (500, {}),
]


def child(state: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-m", "agent.escrow", "--agent-state", str(state)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def handed_in(state: Path) -> tuple[int, str]:
    process = child(state)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def kept(state: Path) -> str:
    return (state / escrow.FILE).read_text().strip()


def files(state: Path) -> set[str]:
    return {path.name for path in state.iterdir() if "password" in path.name}


def test_joining_makes_the_password_and_hands_it_in_where_the_collector_wants_one(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        there.escrow = True
        command = [sys.executable, "-m", "agent", "join", "-", "--state", str(state)]
        done = subprocess.run(
            command, input=there.string, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    assert there.deposits == [kept(state)]
    assert escrow.PASSWORD.fullmatch(kept(state))
    assert (state / escrow.FILE).stat().st_mode & 0o777 == 0o600
    assert "handed in" in done.stdout
    assert kept(state) not in done.stdout + done.stderr


@pytest.mark.parametrize("wanted", [False, None])
def test_a_collector_that_wants_none_gets_none_and_none_is_made(
    tmp_path: Path, wanted: bool | None
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        there.escrow = wanted
        command = [sys.executable, "-m", "agent", "join", "-", "--state", str(state)]
        subprocess.run(command, input=there.string, capture_output=True, text=True, check=True)
    assert there.deposits == []
    assert files(state) == set()


def test_a_pc_joins_although_its_password_cannot_be_handed_in_yet(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        there.escrow = True
        there.on_deposit = lambda: (503, {"detail": "the disk is full"})
        command = [sys.executable, "-m", "agent", "join", "-", "--state", str(state)]
        done = subprocess.run(
            command, input=there.string, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "not handed in: the collector does not keep it: the disk is full" in done.stdout
        there.on_deposit = lambda: None
        assert handed_in(state)[0] == escrow.HANDED_IN
    assert set(there.deposits) == {kept(state)}


def test_an_agent_that_joined_before_makes_it_when_it_is_asked(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        there.escrow = True
        door.known(there, state)
        there.asks = [dict(ASK)]
        with running(state) as agent:
            eventually(lambda: there.deposits, 60)
            before = list(there.deposits)
            there.asks = [{**ASK, "id": 2}]
            eventually(lambda: len(there.deposits) > len(before), 60)
            agent.terminate()
            assert agent.stderr is not None
            said = agent.stderr.read().decode()
    assert set(there.deposits) == {kept(state)}
    assert kept(state) not in said


def test_a_collector_that_lies_gets_the_same_password_again_and_changes_nothing(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        there.escrow = True
        door.known(there, state)
        assert handed_in(state)[0] == escrow.HANDED_IN
        first = (state / escrow.FILE).read_bytes()
        before = sorted(path.name for path in state.iterdir())
        for lie in LIES:
            there.on_deposit = lambda lie=lie: lie  # type: ignore[misc] # one lie after the other
            code, said = handed_in(state)
            assert code == escrow.NOT_HANDED_IN, lie
            assert first.decode().strip() not in said
    assert (state / escrow.FILE).read_bytes() == first
    assert sorted(path.name for path in state.iterdir()) == before
    assert set(there.deposits) == {kept(state)}


@pytest.mark.parametrize("argument", ["", "van-ban", "../x", "/etc/passwd", "https://x/"])
def test_the_ask_takes_no_argument(tmp_path: Path, argument: str) -> None:
    with pytest.raises(JobError):
        jobs.start(Ask(1, "escrow", argument), tmp_path, "2026-11-23T12:00:00Z")


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 43, b"A" * 43 + b"\n" + b"B" * 43])
def test_a_file_that_is_damaged_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / escrow.FILE).write_bytes(content)
    with pytest.raises(escrow.EscrowError, match="holds no password that was made here"):
        escrow.own(tmp_path)
    assert (tmp_path / escrow.FILE).read_bytes() == content


def test_a_link_that_leads_nowhere_is_not_followed_to_make_one(tmp_path: Path) -> None:
    (tmp_path / escrow.FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(escrow.EscrowError):
        escrow.own(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_kill_between_making_and_handing_in_leaves_one_password(tmp_path: Path) -> None:
    state = tmp_path / "state"
    waits, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        waits.set()
        goes_on.wait(60)

    with door.opened(tmp_path) as there:
        there.escrow, there.on_deposit = True, hold
        door.known(there, state)
        process = child(state)
        assert waits.wait(60)
        process.send_signal(signal.SIGKILL)  # made, on its way, and not acknowledged
        process.communicate(timeout=60)
        first = kept(state)
        there.on_deposit = lambda: None
        goes_on.set()
        assert handed_in(state)[0] == escrow.HANDED_IN
    assert there.deposits == [first, first]
    assert files(state) == {escrow.FILE}
    assert kept(state) == first


def test_what_a_kill_while_it_was_made_left_behind_is_tidied_away(tmp_path: Path) -> None:
    (tmp_path / f".{escrow.FILE}.abc").write_text("half")
    made = escrow.own(tmp_path)
    assert files(tmp_path) == {escrow.FILE}
    assert escrow.own(tmp_path) == made


def test_of_many_that_make_one_at_the_same_time_all_hand_in_the_same(tmp_path: Path) -> None:
    gate, found = threading.Barrier(8), list[str]()

    def make() -> None:
        gate.wait()
        found.append(escrow.own(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert set(found) == {kept(tmp_path)}
    assert files(tmp_path) == {escrow.FILE}


def test_another_authority_than_the_joined_one_is_handed_nothing(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
    (tmp_path / "other").mkdir()
    with door.opened(tmp_path / "other") as stranger:
        stranger.escrow = True
        redirected(state, there, stranger)
        code, said = handed_in(state)
    assert (code, stranger.deposits, stranger.bytes_read) == (escrow.NOT_HANDED_IN, [], 0)
    assert "certificate verify failed" in said


def redirected(state: Path, there: Door, stranger: Door) -> None:
    """The agent's settings lead to another server, as a name that was taken over does."""
    path = state / "agent.json"
    text = path.read_text().replace(f"127.0.0.1:{there.port}", f"127.0.0.1:{stranger.port}")
    path.write_text(text)
