"""A PC without a network, as its officer meets it: invitation, reports and answer on one stick."""

from __future__ import annotations

import json
import os
import signal
import subprocess  # noqa: TID251 - the agent is run as the service runs it
import sys
from pathlib import Path

from sqlalchemy import text

from collector.store.database import connect
from tests.console.office import Running, poll, python, quick, up, wardwatch

ASSET = "pc-chu-tich"


def agent(*words: str) -> tuple[int, str]:
    environment = {**os.environ, "WARDWATCH_LANGUAGE": "en"}
    done = python("-m", "agent", *words, env=environment)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def works(state: Path) -> None:
    """Let the agent run until it holds what a start brings; kill -9 is its end."""
    words = (sys.executable, "-P", "-m", "agent", "run", "--state", str(state))
    with subprocess.Popen([*words, "--load-interval", "1"], stderr=subprocess.DEVNULL) as process:
        store = f"sqlite:///{state / 'spool.sqlite'}"
        poll(lambda: (state / "spool.sqlite").exists() and _waiting(store) >= 4)
        process.send_signal(signal.SIGKILL)


def _waiting(url: str) -> int:
    store = connect(url)
    try:
        with store.read() as connection:
            tables = text("SELECT count(*) FROM sqlite_master WHERE name='reports'")
            if not connection.execute(tables).scalar_one():
                return 0
            return int(connection.execute(text("SELECT count(*) FROM reports")).scalar_one())
    finally:
        store.close()


def network(pc: Path, *, port: int) -> None:
    """Which port the PC reaches; on 9 nobody answers, as without a cable."""
    path = pc / "agent.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "collector": f"127.0.0.1:{port}"}), "utf-8")


def stored(office: Running) -> list[tuple[str, int]]:
    store = connect(f"sqlite:///{office.state / 'wardwatch.sqlite'}")
    question = "SELECT epoch, seq FROM reports JOIN agents ON agents.id = agent WHERE asset = :a"
    try:
        with store.read() as connection:
            return [(e, s) for e, s in connection.execute(text(question), {"a": ASSET})]
    finally:
        store.close()


def test_the_stick_goes_there_and_back_and_each_report_is_stored_once(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    pc, stick, old = tmp_path / "pc", tmp_path / "stick", tmp_path / "old"
    stick.mkdir()
    old.mkdir()
    with up(tmp_path / "state", quick(example_inventory_path, tmp_path)) as office:
        there = ("--state", str(office.state))
        made = wardwatch("token", "new", "--asset", ASSET, "--offline", str(stick), *there)
        assert made.returncode == 0, made.stderr
        here = ("--state", str(pc))
        assert agent("join", str(stick), *here)[0] == 0
        assert list(stick.iterdir()) == []
        # The office's lines are pinned by the stick too: the PC may vote once it has a network.
        pins = wardwatch("line", "pins", *there).stdout
        assert json.loads((pc / "line.json").read_bytes()) == json.loads(pins)
        network(pc, port=9)
        works(pc)
        for turn in range(3):
            code, told = agent("export", str(stick), *here)
            assert (code, "reports written to" in told) == (0, True), told
            file = next(stick.glob("wardwatch-reports-*.gz"))
            (old / f"{turn}.gz").write_bytes(file.read_bytes())
            done = wardwatch("import", str(stick), *there)
            assert done.returncode == 0, done.stderr
            assert f"{ASSET}: " in done.stdout
            works(pc)
        assert agent("taken", str(stick), *here)[0] == 0
        # Every file of before once more, by hand and in another order: nothing new, nothing double.
        for turn in (2, 0, 1):
            done = wardwatch("import", str(old / f"{turn}.gz"), *there)
            assert done.stdout.startswith(f"{ASSET}: 0 reports stored"), done.stderr
        agent("export", str(stick), *here)
        assert wardwatch("import", str(stick), *there).returncode == 0
        agent("taken", str(stick), *here)
        rows = stored(office)
        assert len(rows) == len(set(rows))
        numbers = sorted(seq for _, seq in rows)
        assert numbers == list(range(1, len(numbers) + 1))
        # The collector is reached after all: the key that came by stick opens the door.
        network(pc, port=office.port)
        words = (sys.executable, "-P", "-m", "agent", "run", "--state", str(pc))
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
            assert poll(lambda: len(stored(office)) > len(rows))
            process.send_signal(signal.SIGKILL)


def test_a_wrong_file_is_one_sentence_and_the_right_ones_beside_it_are_stored(
    tmp_path: Path, example_inventory_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with up(tmp_path / "state", quick(example_inventory_path, tmp_path)) as office:
        there = ("--state", str(office.state))
        for place in ("none", "stick"):
            done = wardwatch("import", str(tmp_path / place), *there)
            assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        done = wardwatch("token", "new", "--offline", str(stick), *there)
        assert (done.returncode, "needs --asset" in done.stderr) == (2, True)
        wardwatch("token", "new", "--asset", ASSET, "--offline", str(stick), *there)
        agent("join", str(stick), "--state", str(tmp_path / "pc"))
        works(tmp_path / "pc")
        agent("export", str(stick), "--state", str(tmp_path / "pc"))
        (stick / "wardwatch-reports-a0.gz").write_bytes(b"a spreadsheet")
        done = wardwatch("import", str(stick), *there)
        assert done.returncode == 2
        assert "wardwatch-reports-a0.gz: not a whole file" in done.stderr
        assert done.stdout.startswith(f"{ASSET}: joined, ")
        assert stored(office)
