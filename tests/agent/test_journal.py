from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from agent.host.recorded import opened
from agent.parse import journal
from agent.probes import read
from agent.report import Reading
from tests.agent.machines import NOON
from tests.agent.test_events import kinds

BOOT = "b" * 32


def line(number: int, program: str, message: str, boot: str = BOOT) -> str:
    at = int((NOON - timedelta(minutes=30)).timestamp()) + number
    cursor = f"s={'a' * 32};i={number:x};b={boot};m={number:x};t={at:x};x={number:x}"
    row = {"__CURSOR": cursor, "__REALTIME_TIMESTAMP": str(at * 1_000_000), "_COMM": program}
    return json.dumps({**row, "MESSAGE": message})


def linux(folder: Path, lines: list[str], notes: dict[str, str] | None = None) -> Reading:
    (folder / "commands").mkdir(parents=True)
    for name in ("journalctl", "journalctl-from"):
        (folder / "commands" / f"{name}.txt").write_text("\n".join(lines))
    random = folder / "files/proc/sys/kernel/random"
    random.mkdir(parents=True)
    (random / "boot_id").write_text(f"{BOOT[:8]}-{BOOT[8:]}\n")
    (folder / "files/etc").mkdir()
    passwd = (
        "root:x:0:0::/root:/bin/sh\nlan:x:1001:1001::/home/lan:/bin/sh\nwww:x:33:33::/:/bin/sh\n"
    )
    (folder / "files/etc/passwd").write_text(passwd)
    return read("events", opened(folder, NOON), notes)


def rows(reading: Reading) -> list[tuple[Any, ...]]:
    names = ("kind", "uid_class", "origin", "count")
    return [tuple(row.get(name) for name in names) for row in reading.section]


def test_the_journal_tells_of_logons_accounts_and_administrators(tmp_path: Path) -> None:
    pam = "pam_unix(sudo:auth): authentication failure; logname=lan uid=1001 euid=0 tty=/dev/pts/0 ruser=lan rhost=  user=lan"
    new = "new user: name=an, UID=1002, GID=1002, home=/home/an, shell=/bin/bash, from=/dev/pts/0"
    reading = linux(
        tmp_path,
        [
            line(1, "sshd", "Failed password for root from 8.8.4.4 port 4242 ssh2"),
            line(2, "sshd", "Failed password for invalid user oracle from 8.8.4.4 port 4243 ssh2"),
            line(3, "sshd", "Accepted password for lan from 192.168.10.5 port 4244 ssh2"),
            line(4, "sshd", "Failed password for lan from 192.168.10.5 port 4245 ssh2"),
            line(5, "sshd", "Accepted password for lan from 192.168.10.5 port 4246 ssh2"),
            line(6, "sudo", pam),
            line(7, "useradd", new),
            line(8, "usermod", "add 'lan' to group 'sudo'"),
            line(9, "usermod", "add 'lan' to shadow group 'sudo'"),
            line(10, "gpasswd", "user www added by root to group wheel"),
            line(11, "usermod", "add 'lan' to group 'audio'"),
            line(12, "evil", "Failed password for root from 8.8.4.4 port 4242 ssh2"),
        ],
    )
    assert rows(reading) == [
        ("logon-failed", "root", "external", 1),
        ("logon-failed", "unknown", "external", 1),
        ("logon-failed", "person", "internal", 1),
        ("logon-after-failures", "person", None, 1),
        ("logon-failed", "person", "local", 1),
        ("account-created", "person", None, 1),
        ("administrator-added", "person", None, 1),
        ("administrator-added", "system", None, 1),
    ]


def test_the_journal_is_read_on_from_its_last_entry(tmp_path: Path) -> None:
    old = [line(1, "useradd", "new user: name=an, UID=1002, GID=1002, home=/, shell=/bin/sh")]
    first = linux(tmp_path / "1", old)
    again = linux(tmp_path / "2", old, dict(first.notes))
    assert again.section == []
    later = linux(
        tmp_path / "3", [*old, line(2, "usermod", "add 'lan' to group 'sudo'")], dict(first.notes)
    )
    assert kinds(later) == ["administrator-added"]


def test_a_journal_whose_newest_entry_is_gone_within_the_day_was_cleared(tmp_path: Path) -> None:
    first = linux(tmp_path / "1", [line(1, "usermod", "add 'lan' to group 'sudo'")])
    later = linux(tmp_path / "2", [], dict(first.notes))
    assert kinds(later) == ["log-cleared"]
    once = linux(tmp_path / "3", [], dict(later.notes))
    assert once.section == []


def test_a_journal_kept_in_memory_ends_with_its_boot_and_was_not_cleared(tmp_path: Path) -> None:
    before = line(1, "usermod", "add 'lan' to group 'sudo'", boot="c" * 32)
    first = linux(tmp_path / "1", [before])
    assert linux(tmp_path / "2", [], dict(first.notes)).section == []


def test_a_pc_without_a_journal_has_a_gap(tmp_path: Path) -> None:
    reading = read("events", opened(tmp_path, NOON))
    assert (reading.section, [gap.field for gap in reading.gaps]) == ([], ["journal"])


@settings(max_examples=200, deadline=None)
@given(some.binary(max_size=300))
def test_any_bytes_of_a_journal_are_entries_or_nothing(noise: bytes) -> None:
    found = tuple(journal.entries(noise.decode("utf-8", "replace")))
    list(journal.happenings(found, {}))


@settings(max_examples=200, deadline=None)
@given(some.text(max_size=120))
def test_any_message_is_told_without_an_exception(message: str) -> None:
    for program in ("sshd", "sudo", "useradd", "gpasswd"):
        found = tuple(journal.entries(line(1, program, message)))
        list(journal.happenings(found, {}))
