from __future__ import annotations

import json
import os
import resource
import select
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from agent import heavy, survey
from agent.forked import OUTPUT_BYTES, Forked, Say
from agent.heavy import Heavy, Told
from agent.limits import limit
from agent.report import Gap
from agent.survey import Task
from tests.agent.door import eventually

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def over(child: Forked) -> tuple[bytes, ...]:
    """All that it said, once it is over."""
    eventually(child.ended)
    return child.lines()


def test_a_child_says_line_by_line_and_its_cost_is_known() -> None:
    def work(say: Say) -> None:
        for number in range(3):
            say(str(number).encode())

    child = Forked(work, 30)
    assert over(child) == (b"0", b"1", b"2")
    assert child.cause is None
    assert child.cpu_seconds > 0
    assert child.fileno() == -1


def test_news_wakes_whoever_waits_for_it() -> None:
    child = Forked(lambda say: say(b"here"), 30)
    assert select.select([child.fileno()], [], [], 30)[0]
    assert over(child) == (b"here",)


def test_a_child_that_hangs_dies_at_its_deadline_with_all_that_it_started() -> None:
    def work(say: Say) -> None:
        say(str(os.fork()).encode())
        time.sleep(600)

    child = Forked(work, 600)
    lines: list[bytes] = []

    def is_heard() -> bool:
        lines.extend(child.lines())
        return bool(lines)

    eventually(is_heard)
    child.deadline_seconds, child.end = 0.5, time.monotonic()
    eventually(child.ended)
    assert child.cause == "did not end within 0.5 s"
    grandchild = max(int(line) for line in lines)
    eventually(lambda: not psutil.pid_exists(grandchild) or _is_dead(grandchild))


def _is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_can_be_stopped_at_once_and_twice() -> None:
    child = Forked(lambda _say: time.sleep(600), 600)
    child.stop()
    child.stop()
    assert child.ended()
    assert child.cause == "stopped together with the agent"


def test_a_child_that_dies_says_by_which_signal() -> None:
    child = Forked(lambda _say: os.kill(os.getpid(), signal.SIGKILL), 30)
    assert over(child) == ()
    assert child.cause == "killed by signal 9"


def test_a_child_that_never_stops_talking_is_ended() -> None:
    def work(say: Say) -> None:
        while True:
            say(b"x" * 100_000)

    child = Forked(work, 60)
    said = sum(map(len, over(child)))
    assert "printed more than" in (child.cause or "")
    assert said < 2 * OUTPUT_BYTES


def test_a_child_holds_no_file_of_its_parent(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("accepted")
    with (tmp_path / "spool").open() as file:

        def work(say: Say) -> None:
            held = {Path(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")}  # noqa: PTH208
            links = [str(one.readlink()) for one in held if one.is_symlink()]
            say(json.dumps([link for link in links if "spool" in link]).encode())

        assert over(Forked(work, 30)) == (b"[]",)
        assert file.read() == "accepted"


def test_a_child_that_breaks_down_runs_nothing_of_its_parent(tmp_path: Path) -> None:
    def work(_say: Say) -> None:
        raise RuntimeError("broken")

    try:
        child = Forked(work, 30)
        assert over(child) == ()
    finally:
        with (tmp_path / "ran").open("a") as file:
            file.write("once ")
    assert child.cause == "exit code 3"
    assert (tmp_path / "ran").read_text() == "once "


def told(reading: Heavy) -> list[Told]:
    found: list[Told] = []

    def is_over() -> bool:
        found.extend(reading.news())
        return reading.is_over

    eventually(is_over, 60)
    return found


def test_one_child_tells_several_sections_one_after_the_other() -> None:
    reading = Heavy((Task("hardware", 1), Task("system", 1)), NOON, None, {})
    hardware, system = told(reading)
    assert (hardware.task.kind, system.task.kind) == ("hardware", "system")
    assert not system.taken.reading.gaps or system.taken.reading.section.text != "{}"
    assert all(one.taken.cpu_seconds > 0 for one in (hardware, system))
    assert hardware.taken.digest != system.taken.digest
    assert psutil.Process().children() == []  # none is left behind as a zombie


def test_a_section_that_hangs_costs_itself_alone_and_a_fresh_child_reads_the_rest() -> None:
    hanging = Task("hardware", 1, deadline_seconds=0.001)
    reading = Heavy((hanging, Task("system", 1)), NOON, None, {})
    psutil.Process(reading._child._pid).suspend()  # type: ignore[attr-defined]
    hardware, system = told(reading)
    assert hardware.taken.reading.section == {}
    assert "did not end within 0.001 s" in hardware.taken.reading.gaps[0].cause
    assert json.loads(system.taken.reading.section.text)["os"]["family"] == "linux"


def test_a_child_killed_in_its_work_costs_the_section_that_it_was_at() -> None:
    reading = Heavy((Task("security", 1), Task("system", 1)), NOON, None, {})
    psutil.Process(reading._child._pid).kill()  # type: ignore[attr-defined]
    security, system = told(reading)
    assert security.taken.reading.gaps == (
        Gap("security", "the probe's child: killed by signal 9"),
    )
    assert json.loads(system.taken.reading.section.text)["os"]["family"] == "linux"


def test_a_child_that_needs_too_much_memory_gets_none_and_its_parent_has_all() -> None:
    most_bytes = psutil.Process().memory_info().vms + 64 * 1024 * 1024

    def work(say: Say) -> None:
        limit(most_bytes)
        try:
            say(str(len(bytearray(1024 * 1024 * 1024))).encode())
        except MemoryError:
            say(b"MemoryError")

    assert over(Forked(work, 30)) == (b"MemoryError",)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != most_bytes


def test_a_section_that_was_looked_at_names_the_files_that_it_rests_on() -> None:
    sources = heavy.finished(Task("system", 1), NOON).taken.sources
    assert sources is not None
    assert "/etc/os-release" in sources.paths
    assert not [path for path in sources.paths if path.startswith("/proc/uptime")]
    assert survey.Sources((), sources.mark) != sources
