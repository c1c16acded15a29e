"""The service's whole life, under a real systemd: installed, killed, restarted, updated, removed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess  # noqa: TID251 - tests that boot a system are run, and killed
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.systemd import NAME, SLEEP
from tests.agent.booted import Booted, booted, opened_inside
from tests.agent.door import TOKEN, Door, eventually
from tests.agent.stick import stick as stick  # noqa: PLC0414 - a fixture
from tests.test_wheel import wheel as wheel  # noqa: PLC0414 - a fixture

INSTALL = ("sh", "/media/stick/install.sh")
AGENT = "/usr/local/sbin/wardwatch-agent"
KINDS = {"presence", "load", "security", "hardware", "system", "software", "events"}
MOST_EXPOSED = 4.0
ITS_OWN = ("/proc", "/sys", "/dev", "/run", "/tmp", "/var/tmp", "/media/stick")  # noqa: S108
"""Where something is mounted in there, besides its root."""
ASLEEP = "put-to-sleep.service"
GOES_TO_SLEEP = """\
# As systemd-suspend.service, but for the sleep itself.
[Unit]
DefaultDependencies=no
Requires=sleep.target
After=sleep.target

[Service]
Type=oneshot
ExecStart=/bin/true
"""
LONG_SECONDS = 60
"""For what takes a second on an idle machine."""


def told_presence(there: Door) -> list[str]:
    return [f"{row['state']}: {row['reason']}" for row in there.sections("presence")]


def came_to_say(system: Booted, there: Door, *last: str) -> None:
    """Wait until these are the newest words; else tell what was said instead, and the journal."""
    try:
        eventually(lambda: tuple(told_presence(there)[-len(last) :]) == last, LONG_SECONDS)
    except AssertionError:
        journal = system.ran("journalctl", "--no-pager", f"--unit={NAME}").stdout
        pytest.fail(f"not {last}: {told_presence(there)}\n{journal}")


def on_command_lines(there: Door) -> list[str]:
    """Every command line of this machine that holds the token, at this instant."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue  # it has ended
    return [line for line in lines if TOKEN in line]


def readings(printed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {report["kind"]: report for report in printed}


def unread(report: dict[str, Any]) -> set[str]:
    return {gap["field"] for gap in report["gaps"]}


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["verdict"] for check in report["section"]["checks"]}


def numbered(there: Door) -> None:
    """One epoch, and every number from the first on: none lost, none given twice."""
    assert len({epoch for epoch, _ in there.rows}) == 1
    numbers = sorted(number for _, number in there.rows.copy())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def installed_from_a_read_only_stick_it_reports(system: Booted, there: Door) -> None:
    seen: list[str] = []
    there.on_join = lambda: seen.extend(on_command_lines(there))
    printed = system.told(*INSTALL, paste=f"{there.string}\n", LANG="en_US.UTF-8")
    assert "approved as pc-01" in printed
    assert (len(there.joins), seen) == (1, [])
    assert system.told(AGENT, "service", "status") == "running"
    assert system.shown("UnitFileState") == "enabled"
    eventually(lambda: {row["kind"] for row in there.stored()} == KINDS, LONG_SECONDS)
    assert told_presence(there) == ["started: first start"]


def killed_it_is_started_again_and_no_number_is_lost(system: Booted, there: Door) -> None:
    killed, before = system.shown("MainPID"), len(there.rows)
    system.told("sh", "-c", f"kill -KILL {killed}")
    # Its rest of RestartSec is waited for by what takes a while anyway.
    exposed_little_it_reads_all_that_an_unhardened_root_reads(system, there)
    eventually(lambda: system.shown("NRestarts") == "1", LONG_SECONDS)
    eventually(lambda: system.ran(AGENT, "service", "status").stdout == "running\n", LONG_SECONDS)
    assert system.shown("MainPID") not in {"0", killed}
    eventually(lambda: len(there.rows) >= before + len(KINDS), LONG_SECONDS)
    came_to_say(system, there, "started: restart without a goodbye before")
    numbered(there)


def exposed_little_it_reads_all_that_an_unhardened_root_reads(system: Booted, there: Door) -> None:
    analysed = system.told("systemd-analyze", "security", "--no-pager", NAME)
    found = re.search(r"exposure level for .*: ([0-9.]+)", analysed)
    assert found, analysed
    assert float(found[1]) <= MOST_EXPOSED
    bare = readings(json.loads(system.told(AGENT, "report", "--json"))["reports"])
    sent = readings(there.stored())
    for kind in KINDS - {"presence"}:
        assert unread(sent[kind]) <= unread(bare[kind]), kind
    assert verdicts(sent["security"]) == verdicts(bare["security"])
    assert sent["hardware"]["section"] == bare["hardware"]["section"]


def a_pc_that_goes_to_sleep_says_so_before_it_sleeps(system: Booted, there: Door) -> None:
    system.told("sh", "-c", f"cat >/run/systemd/system/{ASLEEP}", paste=GOES_TO_SLEEP)
    system.told("systemctl", "daemon-reload")
    system.told("systemctl", "start", ASLEEP)
    # Nothing is waited for here: where the system sleeps, the word is at the collector.
    assert told_presence(there)[-1] == "sleep: the system goes to sleep"
    assert system.shown("ActiveState") == "active"
    numbered(there)


def a_pc_whose_agent_was_stopped_does_not_pass_for_one_that_sleeps(
    system: Booted, there: Door
) -> None:
    system.told("systemctl", "start", ASLEEP)  # it sleeps all the same
    assert system.ran("systemctl", "is-failed", SLEEP).stdout == "inactive\n"
    assert told_presence(there)[-1] == "stopped: SIGTERM"


def stopped_it_says_so_and_started_it_goes_on(system: Booted, there: Door) -> None:
    system.told("systemctl", "stop", NAME)
    came_to_say(system, there, "stopped: SIGTERM")
    assert system.ran(AGENT, "service", "status").stdout == "stopped\n"
    a_pc_whose_agent_was_stopped_does_not_pass_for_one_that_sleeps(system, there)
    system.told("systemctl", "start", NAME)
    came_to_say(system, there, "stopped: SIGTERM", "started: restart")
    numbered(there)


def a_system_that_restarts_says_shutdown_and_brings_it_back(system: Booted, there: Door) -> None:
    before = system.first
    system.ran("systemctl", "--no-wall", "reboot")
    eventually(lambda: system.first not in {0, before} and system.is_up(), LONG_SECONDS)
    came_to_say(system, there, "shutdown: the system goes down", "started: restart")
    assert system.told(AGENT, "service", "status") == "running"
    numbered(there)


def an_update_runs_at_once_and_the_pc_stays_joined(system: Booted, there: Door) -> None:
    before = system.shown("MainPID")
    key = system.told("cat", "/var/lib/wardwatch-agent/agent.json")
    assert "Đã cập nhật" in system.told(*INSTALL, LANG="vi_VN.UTF-8")
    assert system.shown("MainPID") not in {"0", before}
    assert system.told("cat", "/var/lib/wardwatch-agent/agent.json") == key
    came_to_say(system, there, "stopped: SIGTERM", "started: update")
    assert len(there.joins) == 1
    numbered(there)


def its_journal_holds_no_secret(system: Booted, there: Door) -> None:
    kept = json.loads(system.told("cat", "/var/lib/wardwatch-agent/agent.json"))
    journal = system.told("journalctl", "--no-pager", "--output=export")
    assert f"Started {NAME}" in journal
    assert kept["secret"] not in journal
    assert TOKEN not in journal


def uninstalled_it_leaves_nothing(system: Booted, there: Door, untouched: frozenset[str]) -> None:
    assert "Đã gỡ hết" in system.told(*INSTALL, "--uninstall")
    came_to_say(system, there, "stopped: SIGTERM")
    assert system.shown("LoadState") == "not-found"
    assert NAME not in system.told("systemctl", "list-units", "--all", "--no-pager")
    # A folder of the system's own is seen as changed once something was in it; nothing is now.
    left = {line for line in system.changed() - untouched if not Path(line[2:]).is_dir()}
    # The journal keeps what was said, as the system's own settings want it.
    assert left == set()
    found = system.told("find", "/run", "/tmp", "/var/tmp", "-iname", "*wardwatch*")  # noqa: S108
    assert found == ""
    lines = system.told("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "wardwatch-agent" not in lines


def test_the_service_is_installed_killed_restarted_updated_and_removed(
    stick: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One story, since each chapter stands on the one before."""
    folder = tmp_path_factory.mktemp("booted")
    with booted(folder, stick) as system, opened_inside(system, tmp_path) as there:
        untouched = system.changed()
        installed_from_a_read_only_stick_it_reports(system, there)
        killed_it_is_started_again_and_no_number_is_lost(system, there)
        a_pc_that_goes_to_sleep_says_so_before_it_sleeps(system, there)
        stopped_it_says_so_and_started_it_goes_on(system, there)
        a_system_that_restarts_says_shutdown_and_brings_it_back(system, there)
        an_update_runs_at_once_and_the_pc_stays_joined(system, there)
        its_journal_holds_no_secret(system, there)
        uninstalled_it_leaves_nothing(system, there, untouched)


def test_the_machine_that_it_was_booted_on_is_as_it_was(
    stick: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a start empties and sets anew is not this machine's, and nothing is left of it."""
    old = tmp_path / "old"  # systemd-tmpfiles would take it for litter
    old.write_text("mine")
    os.utime(old, (0, 0))
    name, folder = socket.gethostname(), tmp_path_factory.mktemp("another")
    with booted(folder, stick) as one:
        one.told("rm", "-f", str(old))
        assert one.ran("touch", "/media/stick/x").returncode != 0
        assert one.ran("cp", "/bin/true", "/media/stick").returncode != 0
        assert one.told("hostname") == one.name
        mounted = {line.split()[1] for line in one.told("cat", "/proc/mounts").splitlines()}
        assert [path for path in mounted if not path.startswith(ITS_OWN) and path != "/"] == []
        assert len(one.told("ls", "/proc").split()) < len(os.listdir("/proc"))  # noqa: PTH208
        one.told("sh", "-c", "echo changed >/etc/hostname; rm -r /etc/apt")
        one.ran("systemctl", "--no-wall", "poweroff")
        assert one.around.wait(LONG_SECONDS) == 0
    assert old.read_text() == "mine"
    assert socket.gethostname() == name
    assert Path("/etc/hostname").read_text() != "changed\n"
    assert Path("/etc/apt").is_dir()
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    assert list(folder.iterdir()) == []
    assert not list(Path("/sys/fs/cgroup").rglob(one.name))


KILLED = """
import os, signal, sys, tempfile
from pathlib import Path
from tests.agent.booted import booted

folder = Path(tempfile.mkdtemp(dir=sys.argv[1]))
with booted(folder, Path(sys.argv[1])) as one:
    print(one.name, flush=True)
    if sys.argv[2:]:
        one.around.kill()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def of_a_killed_run(folder: Path, *more: str) -> str:
    """The name of a system whose tests were killed, with what keeps it or without."""
    command = [sys.executable, "-c", KILLED, str(folder), *more]
    done = subprocess.run(
        command,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=2 * LONG_SECONDS,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.strip()


def groups(name: str) -> list[Path]:
    return list(Path("/sys/fs/cgroup").rglob(name))


def running(name: str) -> list[str]:
    """Processes whose control groups name that system."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cgroup"):
        try:
            if name in path.read_text():
                found.append(path.parent.name)
        except OSError:
            continue  # it has ended
    return found


def test_tests_that_are_killed_leave_no_system_behind(tmp_path: Path) -> None:
    name = of_a_killed_run(tmp_path)
    eventually(lambda: not running(name) and not groups(name), LONG_SECONDS)


def test_what_was_left_where_even_the_keeper_was_killed_is_swept_by_the_next(
    tmp_path: Path,
) -> None:
    name = of_a_killed_run(tmp_path, "and its keeper")
    eventually(lambda: not running(name), LONG_SECONDS)
    with booted(tmp_path, tmp_path) as one:  # or another one's tests, beside these, have swept it
        assert not groups(name)
        assert running(one.name)
