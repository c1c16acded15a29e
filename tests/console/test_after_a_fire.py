"""The collector's machine burns: what the officer types brings it back, and a PC goes on."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess  # noqa: TID251 - the agent is run as the service runs it
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from collector.store.database import connect
from tests.console.office import Running, children_of, end, poll, python, quick, up, wardwatch

ASSET = "pc-chu-tich"


@pytest.fixture
def elsewhere(tmp_path: Path, example_inventory_path: Path) -> Path:
    """The example office, its repository on a disk that is not the collector's."""
    path = quick(example_inventory_path, tmp_path)
    told, count = re.subn(
        r"path: repositories/kho-chinh", f"path: {tmp_path / 'disk'}", path.read_text("utf-8")
    )
    assert count == 1
    path.write_text(told, "utf-8")
    return path


@contextmanager
def reporting(pc: Path) -> Iterator[None]:
    """An agent process of another PC, killed at the end."""
    words = (sys.executable, "-P", "-m", "agent", "run", "--state", str(pc))
    with subprocess.Popen([*words, "--load-interval", "1"], stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)


def join(office: Running, pc: Path) -> None:
    made = wardwatch("token", "new", "--asset", ASSET, "--state", str(office.state))
    assert made.returncode == 0, made.stderr
    string = re.search(r"wardwatch:\S+", made.stdout)
    assert string, made.stdout
    told = re.sub(r"^wardwatch:[^/]+/", f"wardwatch:127.0.0.1:{office.port}/", string[0])
    done = python("-m", "agent", "join", "-", "--state", str(pc), input=told)
    assert done.returncode == 0, done.stderr


def numbers(office: Running) -> list[int]:
    """The numbers of the PC's stored reports, in order."""
    store = connect(f"sqlite:///{office.state / 'wardwatch.sqlite'}")
    question = (
        "SELECT seq FROM reports JOIN agents ON agents.id = agent WHERE asset = :a ORDER BY seq"
    )
    try:
        with store.read() as connection:
            return [row.seq for row in connection.execute(text(question), {"a": ASSET})]
    finally:
        store.close()


def told(office: Running) -> tuple[str, dict[str, Any]]:
    """The PC's agent, and what `wardwatch agents` counts of its reports."""
    listed = office.json("agents", "list")
    (agent,) = [one["id"] for one in listed["agents"] if one["asset"] == ASSET]
    return agent, listed["numbers"][agent]


def test_the_recovery_sheet_and_the_repository_are_all_that_it_takes(
    tmp_path: Path, elsewhere: Path
) -> None:
    pc, state = tmp_path / "pc", tmp_path / "state"
    with up(state, elsewhere) as office:
        join(office, pc)
        with reporting(pc):
            poll(lambda: len(numbers(office)) >= 3)
            poll((tmp_path / "disk" / "config").exists)
            here = ("--state", str(state))
            kept = wardwatch("backup", "state", *here)
            assert kept.returncode == 0, kept.stderr
            stored = max(numbers(office))
            # Taken in after the copy, and let go of by the PC: gone with the old disk.
            poll(lambda: max(numbers(office)) >= stored + 3)
        sheet = wardwatch("backup", "key", *here).stdout
        agent, _ = told(office)
        port = office.port
        office.stop()
    shutil.rmtree(state)
    elsewhere.unlink()

    repository = re.search(r"repository +(\S+)", sheet)
    key = re.search(r"key +(\S+)", sheet)
    assert repository
    assert key
    typed = tmp_path / "typed-in"
    typed.write_text(key[1] + "\n", "ascii")
    fresh = ("--password-file", str(typed), "--state", str(tmp_path / "fresh"))
    back = wardwatch("restore-state", repository[1], *fresh)
    assert back.returncode == 0, back.stderr
    assert "agents go on without joining" in back.stdout

    with up(tmp_path / "fresh", tmp_path / "fresh" / "inventory.yaml", port) as again:
        before = numbers(again)
        with reporting(pc):
            poll(lambda: max(numbers(again)) > max(before))
            poll(lambda: told(again)[1]["missing_restored"] > 0)
        same, counted = told(again)
        assert same == agent
        seqs = numbers(again)
        # The gap is just what lies between: nothing stored is called missing, nothing missing hid.
        assert len(seqs) == len(set(seqs)) == counted["stored"]
        assert counted["missing"] == counted["missing_restored"] == max(seqs) - len(seqs)


def test_a_renewed_authority_and_a_cut_connection_lose_no_report_and_need_no_joining(
    tmp_path: Path, elsewhere: Path
) -> None:
    pc, here = tmp_path / "pc", ("--state", str(tmp_path / "state"))
    with up(tmp_path / "state", elsewhere, more=("--without-agent",)) as office:
        join(office, pc)
        certificate = office.state / "ca" / "server.pem"
        before = certificate.read_bytes()
        assert office.json("ca", "show")["state"] == "valid"
        with reporting(pc):
            poll(lambda: len(numbers(office)) >= 3)
            renewed = wardwatch("ca", "renew", *here)
            assert renewed.returncode == 0, renewed.stderr
            assert office.json("ca", "show")["life"]["pin"] in renewed.stdout
            # What a kept connection was cut by: the process that served it.
            end(children_of(office.process.pid)[0], signal.SIGKILL)
            poll(lambda: certificate.exists() and certificate.read_bytes() != before)
            last = max(numbers(office))
            poll(lambda: max(numbers(office)) >= last + 3)
            poll(lambda: told(office)[1]["missing"] == 0)
        _, counted = told(office)
        assert counted["accepted"] == counted["stored"] + counted["declared_lost"]
        assert counted["declared_lost"] == 0
        assert len(office.json("agents", "list")["agents"]) == 1
        assert wardwatch("ca", "show", "--state", str(tmp_path / "none")).returncode == 2


def test_what_cannot_bring_it_back_is_said_in_one_sentence_and_changes_nothing(
    tmp_path: Path, elsewhere: Path
) -> None:
    state, disk = tmp_path / "state", tmp_path / "disk"
    with up(state, elsewhere, more=("--without-agent",)) as office:
        poll((disk / "config").exists)
        assert wardwatch("backup", "state", "--state", str(state)).returncode == 0
        office.stop()
    key, wrong = state / "passwords" / "kho-chinh", tmp_path / "wrong"
    wrong.write_text("not-the-key\n", "ascii")
    full = tmp_path / "full"
    full.mkdir()
    (full / "here-before").write_text("kept", "ascii")
    damaged = tmp_path / "damaged"
    shutil.copytree(disk, damaged)
    for pack in (damaged / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(b"\x00" * pack.stat().st_size)
    new = tmp_path / "new"
    for source, password, folder, words in (
        (disk, wrong, new, "wrong password"),
        (damaged, key, new, "restic"),
        (tmp_path / "nowhere", key, new, "restic"),
        (disk, tmp_path / "no-key", new, "no-key"),
        (disk, key, full, "is not empty"),
    ):
        done = wardwatch(
            *("restore-state", str(source), "--password-file", str(password)),
            *("--state", str(folder)),
        )
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "not-the-key" not in done.stderr
        assert not new.exists() or not list(new.iterdir())
    assert [path.name for path in full.iterdir()] == ["here-before"]
