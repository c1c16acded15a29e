"""The service of Windows, as far as any system can tell: what is asked for, and in which word."""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess  # noqa: TID251 - a process that confines itself must be one of its own
import sys
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from types import FrameType

import psutil
import pytest

from agent import closed_list, dozing, windows_install, windows_service
from agent.installing import InstallError
from agent.presence import asleep_seconds, dozed, stopped
from agent.spool import Spool
from agent.windows import job_object
from agent.windows_service import Hosted, word
from tests.agent import door, machines
from tests.agent.door import eventually

PYTHON = PureWindowsPath(r"C:\Program Files\wardwatch-agent\python.exe")
STATE = PureWindowsPath(r"C:\ProgramData\wardwatch-agent")
AT = "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    ("control", "event", "told"),
    [
        (windows_service.STOP, 0, "stopped"),
        (windows_service.SHUTDOWN, 0, "shutdown"),
        (windows_service.PRESHUTDOWN, 0, "shutdown"),
        (windows_service.POWER, windows_service.SUSPEND, "sleep"),
        (windows_service.POWER, windows_service.RESUMED, "started"),
        (windows_service.POWER, 0x0A, None),
        (windows_service.INTERROGATE, 0, None),
        (0x80, 0, None),
    ],
)
def test_each_control_has_its_word(control: int, event: int, told: str | None) -> None:
    assert word(control, event) == told


@pytest.fixture
def interrupts() -> Iterator[list[int]]:
    caught: list[int] = []

    def catch(number: int, _frame: FrameType | None) -> None:
        caught.append(number)

    before = signal.signal(signal.SIGINT, catch)
    yield caught
    signal.signal(signal.SIGINT, before)


def test_a_stop_wakes_the_resident_and_a_sleep_does_not(interrupts: list[int]) -> None:
    said: list[str] = []
    hosted = Hosted(said.append)
    assert hosted.control(windows_service.POWER, windows_service.SUSPEND) == 0
    assert hosted.control(windows_service.INTERROGATE, 0) == 0
    assert hosted.control(0x80, 0) == windows_service.NOT_IMPLEMENTED
    assert interrupts == []
    assert hosted.control(windows_service.PRESHUTDOWN, 0) == 0
    assert said == ["sleep", "shutdown"]
    assert interrupts == [signal.SIGINT]


def test_a_stopping_service_accepts_nothing_and_asks_for_time() -> None:
    stopping = windows_service.status(windows_service.STOP_PENDING)
    assert (stopping.accepted, stopping.wait) == (0, windows_service.STOPPING_MILLISECONDS)
    running = windows_service.status(windows_service.RUNNING)
    assert (running.accepted, running.wait) == (windows_service.ACCEPTED, 0)


def test_the_service_starts_late_runs_our_python_and_comes_back() -> None:
    told = dict(windows_install.steps(Path(str(PYTHON)), Path(str(STATE))))
    create = told["windows-create"]
    assert create[create.index("start=") + 1] == "delayed-auto"
    assert create[create.index("binPath=") + 1] == (
        r'"C:\Program Files\wardwatch-agent\python.exe" -I -m agent service host'
        r' --state "C:\ProgramData\wardwatch-agent"'
    )
    assert told["windows-recovery"][-1].startswith("restart/")
    assert list(told)[-1] == "windows-start"
    assert set(told) <= set(closed_list.MANAGED)


@pytest.mark.parametrize("path", ['C:\\a" & calc "', "C:\\%TEMP%\\a", "C:\\"])
def test_a_path_that_would_end_its_quotes_is_refused(path: str) -> None:
    with pytest.raises(InstallError, match="path"):
        list(windows_install.steps(Path(path), Path("/state")))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("SERVICE_NAME: x\n    TYPE : 10  WIN32\n    STATE : 4  RUNNING\n", "running"),
        ("SERVICE_NAME: x\n    TYP  : 10  WIN32\n    STATUS : 1  BEENDET\n", "stopped"),
        ("", "unknown"),
    ],
)
def test_the_state_is_read_in_any_language(answer: str, told: str) -> None:
    assert windows_install.state(answer) == told


def test_sleep_is_sent_before_the_pc_sleeps_and_waking_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with door.opened(tmp_path) as there:
        door.known(there, state)
        dozing.tell(state, "sleep", AT)
        assert [row["state"] for row in there.sections("presence")] == ["sleep"]
    dozing.tell(state, "started", "2026-11-23T13:30:00Z")
    spool = Spool(state / "spool.sqlite")
    batch = spool.batch(10_000)
    assert batch is not None
    section = json.loads(batch.body)["reports"][0]["section"]
    assert section == {"state": "started", "reason": "resume", "slept_seconds": 5400}
    spool.close()


def test_a_sleep_on_linux_is_told_with_its_length() -> None:
    told = {"state": "started", "reason": "resume", "slept_seconds": 3600}
    assert dozed("started", 3600).section == told
    assert asleep_seconds() >= -1


@pytest.mark.parametrize("said", ["stopped", "shutdown"])
def test_the_manager_s_word_is_the_goodbye(tmp_path: Path, said: str) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    host = machines.machine(machines.NAMES[0])
    assert stopped(host, spool, said).section["state"] == said
    spool.close()


def test_what_a_job_is_told_has_the_sizes_of_windows() -> None:
    """Of 64-bit Windows, as winnt.h lays them out."""
    assert ctypes.sizeof(job_object.Basic) == 64
    assert ctypes.sizeof(job_object.Limits) == 144
    assert job_object.Limits.process_memory_bytes.offset == 112


def test_a_probe_s_child_is_capped_with_all_that_it_starts_and_steps_back() -> None:
    told = job_object.limits(512 * 2**20)
    assert told.basic.flags == 0x2000 | 0x100 | 0x200 | 0x20
    assert told.basic.priority == job_object.BELOW_NORMAL
    assert told.process_memory_bytes == told.job_memory_bytes == 512 * 2**20


def test_the_service_takes_its_children_along_and_gives_its_backups_room() -> None:
    told = job_object.limits(None)
    assert told.basic.flags == job_object.KILL_ON_CLOSE
    assert told.process_memory_bytes == told.job_memory_bytes == 0


PROGRAM = """
import subprocess, sys
from agent.windows.job_object import confine
confine({cap})
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
{then}
"""
"""Its grandchild would outlive it by ten minutes."""


def confined(cap: int | None, then: str) -> tuple[int, str]:
    """Exit code and output of a process that confines itself."""
    program = PROGRAM.format(cap=cap, then=then)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_what_a_confined_process_started_ends_with_it_where_there_are_job_objects() -> None:
    code, told = confined(None, "import os; os._exit(7)")
    if sys.platform != "win32":
        assert code == 1
        assert "only Windows has job objects" in told
        return
    assert code == 7
    eventually(lambda: not psutil.pid_exists(int(told)))


def test_a_confined_process_that_wants_more_memory_is_refused_it() -> None:
    code, told = confined(256 * 2**20, "bytearray(2**30)")
    assert code == 1
    assert ("MemoryError" if sys.platform == "win32" else "only Windows") in told
