from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.host.recorded import Recorded, opened
from agent.presence import BOOT_KEY, NOTE, slept_seconds, stopped, why_started
from agent.report import Reading
from agent.spool import Spool
from tests.agent.machines import NOON

AT = "2026-11-23T12:00:00Z"


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened_spool = Spool(tmp_path / "spool.sqlite")
    yield opened_spool
    opened_spool.close()


def linux(folder: Path, boot: str, *, stopping: bool = False) -> Recorded:
    place = folder / boot
    (place / "files/proc/sys/kernel/random").mkdir(parents=True, exist_ok=True)
    (place / "files/proc/sys/kernel/random/boot_id").write_text(f"{boot}\n")
    (place / "commands").mkdir(exist_ok=True)
    (place / "commands/systemctl.txt").write_text("stopping\n" if stopping else "running\n")
    return opened(place, NOON)


def windows(folder: Path, boot: int) -> Recorded:
    place = folder / f"windows-{boot}"
    (place / "registry").mkdir(parents=True)
    path = BOOT_KEY.replace("HKLM", "HKEY_LOCAL_MACHINE")
    text = f'Windows Registry Editor Version 5.00\r\n\r\n[{path}]\r\n"BootId"=dword:{boot:08x}\r\n'
    (place / "registry/boot.reg").write_text(text, newline="")
    return opened(place, NOON)


def kept(spool: Spool, reading: Reading) -> str:
    """The reason, of a word that was spooled with its note."""
    spool.append("presence", reading.section, at=AT, notes=reading.notes)
    reason: str = reading.section["reason"]
    return reason


def test_a_start_tells_why_by_the_word_before(tmp_path: Path, spool: Spool) -> None:
    one, two = linux(tmp_path, "one"), linux(tmp_path, "two")
    assert kept(spool, why_started(one, spool, "v1")) == "first start"
    assert kept(spool, why_started(one, spool, "v1")) == "restart without a goodbye before"
    kept(spool, stopped(one, spool))
    assert kept(spool, why_started(one, spool, "v1")) == "restart"
    kept(spool, stopped(one, spool))
    assert kept(spool, why_started(one, spool, "v2")) == "update"
    kept(spool, stopped(one, spool))
    assert kept(spool, why_started(one, spool, "v2")) == "restart"
    kept(spool, stopped(linux(tmp_path, "one", stopping=True), spool))
    assert kept(spool, why_started(two, spool, "v2")) == "boot"
    assert kept(spool, why_started(one, spool, "v2")) == "boot without a goodbye before"


def test_windows_tells_its_starts_by_its_own_count(tmp_path: Path, spool: Spool) -> None:
    kept(spool, why_started(windows(tmp_path, 7), spool, "v1"))
    kept(spool, stopped(windows(tmp_path / "b", 7), spool, "shutdown"))
    assert kept(spool, why_started(windows(tmp_path, 8), spool, "v1")) == "boot"
    kept(spool, stopped(windows(tmp_path / "b", 8), spool, "stopped"))
    assert kept(spool, why_started(windows(tmp_path / "c", 8), spool, "v1")) == "restart"


def test_the_goodbyes_differ(tmp_path: Path, spool: Spool) -> None:
    up, down = linux(tmp_path, "one"), linux(tmp_path, "two", stopping=True)
    told = [stopped(up, spool), stopped(down, spool), stopped(up, spool, "stopped")]
    assert [one.section for one in [*told, stopped(up, spool, "shutdown")]] == [
        {"state": "stopped", "reason": "SIGTERM"},
        {"state": "shutdown", "reason": "the system goes down"},
        {"state": "stopped", "reason": "the service was stopped"},
        {"state": "shutdown", "reason": "the system goes down"},
    ]


def test_a_word_that_was_never_spooled_is_not_remembered_either(
    tmp_path: Path, spool: Spool
) -> None:
    host = linux(tmp_path, "one")
    why_started(host, spool, "v1")
    assert spool.noted(NOTE) is None
    assert why_started(host, spool, "v1").section["reason"] == "first start"


def test_the_note_of_an_older_agent_is_understood(tmp_path: Path, spool: Spool) -> None:
    spool.note(NOTE, "one stopped")
    assert why_started(linux(tmp_path, "one"), spool).section["reason"] == "restart"
    spool.note(NOTE, "noise")
    reason = why_started(linux(tmp_path, "one"), spool).section["reason"]
    assert reason == "boot without a goodbye before"


def test_what_is_installed_now_is_known_by_its_files(tmp_path: Path, spool: Spool) -> None:
    host = linux(tmp_path, "one")
    kept(spool, why_started(host, spool))
    kept(spool, stopped(host, spool))
    assert kept(spool, why_started(host, spool)) == "restart"
    batch = spool.batch(1 << 20)
    assert batch is not None
    assert len(json.loads(batch.body)["reports"]) == 3


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-11-23T11:00:00Z", 3600.0),
        (AT, 0.0),
        ("2026-11-23T12:00:01Z", None),
        ("", None),
        (None, None),
        ("yesterday", None),
        ("2026-11-23T11:00:00", None),
    ],
)
def test_a_sleep_is_as_long_as_the_clock_says(since: str | None, expected: float | None) -> None:
    assert slept_seconds(since, AT) == expected
