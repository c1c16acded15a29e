"""The agent as a service of systemd: its unit, its words, and what becomes of it when it is killed."""

from __future__ import annotations

import json
import re
import shlex
import signal
import socket
import subprocess  # noqa: TID251 - systemd's own checks, and the service's own command, run here
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent import windows_install
from agent.__main__ import main
from agent.installing import InstallError, Place, act
from agent.systemd import BOOTED, FOLDER, NAME, SLEEP, sleep_unit, unit
from agent.windows_service import Hosted, ServiceError
from tests.agent import door
from tests.agent.door import eventually

PYTHON, STATE = Path("/opt/wardwatch-agent/bin/python"), Path("/var/lib/wardwatch-agent")
DEPLOY = Path(__file__).parents[2] / "deploy/linux"
MOST_EXPOSED = 4.0
LEAST_EXPOSED = 3.0


def analysed(*words: str) -> str:
    command = ["systemd-analyze", "--no-pager", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def test_the_units_that_are_handed_out_are_those_that_the_agent_writes() -> None:
    assert (DEPLOY / NAME).read_text("ascii") == unit(PYTHON, STATE)
    assert (DEPLOY / SLEEP).read_text("ascii") == sleep_unit(PYTHON, STATE)


def test_systemd_takes_every_line_of_the_units(tmp_path: Path) -> None:
    paths = [tmp_path / NAME, tmp_path / SLEEP]
    for path, text in zip(paths, (unit, sleep_unit), strict=True):
        path.write_text(text(Path(sys.executable), tmp_path), "ascii")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "wardwatch" not in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("name", "text", "most"), [(NAME, unit, MOST_EXPOSED), (SLEEP, sleep_unit, LEAST_EXPOSED)]
)
def test_the_units_are_exposed_little(
    tmp_path: Path, name: str, text: Callable[[Path, Path], str], most: float
) -> None:
    path = tmp_path / name
    path.write_text(text(PYTHON, STATE), "ascii")
    told = analysed("security", "--offline=true", str(path))
    found = re.search(r"exposure level for .*: ([0-9.]+)", told)
    assert found, told
    assert float(found[1]) <= most


@pytest.mark.parametrize(
    "path", ["/a b", '/a"b', "/a\nExecStart=/bin/sh", "relative", "/%n", "/a$b"]
)
def test_a_path_that_systemd_would_read_otherwise_is_refused(path: str) -> None:
    with pytest.raises(InstallError, match="path"):
        unit(Path(path), STATE)
    for text in (unit, sleep_unit):
        with pytest.raises(InstallError, match="path"):
            text(PYTHON, Path(path))


def test_it_is_installed_into_a_tree_and_removed_without_a_trace(tmp_path: Path) -> None:
    place = Place(PYTHON, STATE, tmp_path)
    assert act("status", place) == "not installed"
    assert "starts with the system" in act("install", place)
    for wanted in (f"multi-user.target.wants/{NAME}", f"sleep.target.wants/{SLEEP}"):
        assert (tmp_path / FOLDER / wanted).is_symlink()
    assert (tmp_path / FOLDER / NAME).read_text("ascii") == unit(PYTHON, STATE)
    assert act("status", place) == "stopped"
    assert (tmp_path / FOLDER / SLEEP).read_text("ascii") == sleep_unit(PYTHON, STATE)
    act("install", place)  # again: an update
    act("remove", place)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
    assert act("remove", place) == "not installed"


def test_what_an_older_version_or_half_a_removal_left_is_removed_too(tmp_path: Path) -> None:
    place = Place(PYTHON, STATE, tmp_path)
    act("install", place)
    (tmp_path / FOLDER / NAME).unlink()
    assert "removed" in act("remove", place)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
    act("install", place)
    (tmp_path / FOLDER / SLEEP).unlink()
    assert "removed" in act("remove", place)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("in the way")
    with pytest.raises(InstallError, match="cannot write"):
        act("install", Place(PYTHON, STATE, tmp_path))


def test_where_systemd_does_not_run_nothing_is_half_done(tmp_path: Path) -> None:
    class Here(Place):
        @property
        def is_live(self) -> bool:
            return True

    assert not (tmp_path / BOOTED).exists()
    with pytest.raises(InstallError, match="does not run"):
        act("install", Here(PYTHON, STATE, tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_pc_that_has_not_joined_gets_no_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--state", str(tmp_path / "none"), "--root", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["wardwatch-agent", "service", "install", *words])
    assert main() == 2
    assert "not joined yet" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_service_tells_systemd_that_it_lives_and_is_started_again_when_killed(
    tmp_path: Path,
) -> None:
    """By the unit's own command line, under a small supervisor: what Restart=always does."""
    state, words = tmp_path / "state", tmp_path / "notify"
    with door.opened(tmp_path) as there, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        door.known(there, state)
        told.bind(str(words))
        told.settimeout(30)
        line = re.search("^ExecStart=(.+)$", unit(Path(sys.executable), state), re.MULTILINE)
        assert line
        for number, end in enumerate((signal.SIGKILL, signal.SIGTERM), 1):
            command = [*shlex.split(line[1]), "--load-interval", "0.2"]
            environment = {"NOTIFY_SOCKET": str(words), "HOME": str(state)}
            with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as service:
                assert told.recv(100) == b"READY=1"
                assert told.recv(100) == b"WATCHDOG=1"
                eventually(lambda: len(there.sections("presence")) >= number)  # noqa: B023
                service.send_signal(end)
                service.wait(30)
            left: set[bytes] = set()
            while not {b"STOPPING=1"} & left and end is signal.SIGTERM:
                left.add(told.recv(100))
            told.setblocking(False)
            while True:
                try:
                    told.recv(100)
                except BlockingIOError:
                    break
            told.settimeout(30)
        said = [row["state"] for row in there.sections("presence")]
    assert said == ["started", "started", "stopped"]
    assert "without a goodbye" in json.dumps(there.sections("presence")[1])


def test_the_service_of_windows_is_refused_here_in_one_sentence() -> None:
    with pytest.raises(ServiceError, match="only Windows"):
        Hosted(lambda _word: None).run(lambda: None)
    with pytest.raises(InstallError, match="the system that runs"):
        windows_install.install(Place(Path("/python"), Path("/state"), Path("/mnt")))
