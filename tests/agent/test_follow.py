from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from agent.host import Event, Host, Piece
from agent.host.journal import written
from agent.host.live import Live
from agent.host.reader import Reader
from agent.host.recorded import opened
from agent.logs import units as new_units
from agent.logs.follow import Followed, Mark, follow, mark
from agent.masking import record_machine
from agent.parse.journal import Entry
from agent.parse.syslog import entries
from agent.probes import read
from tests.agent.machines import NOON

START = NOON - timedelta(hours=2)


def line(number: int) -> str:
    at = START + timedelta(seconds=number)
    return f"{at.isoformat()} may-01 sshd[7]: line {number}\n"


def told(found: Followed) -> list[int]:
    return [int(one.message.removeprefix("line ")) for one in found.entries]


def keep(text: str) -> tuple[Entry, ...]:
    return entries(text, NOON)


class Raced(Live):
    """A machine on which something happens right after the log was looked at so many times."""

    def __init__(self, looks: int, happens: Callable[[], None]) -> None:
        super().__init__(NOON)
        self.looks, self.happens = looks, happens

    def piece(self, path: str, start: int) -> Piece:
        found = super().piece(path, start)
        self.looks -= 1
        if not self.looks:
            self.happens()
        return found


class Log:
    """A log with its writer, and a reader that notes its mark as the spool does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "auth.log"
        self.written = 0
        self.noted: str = ""
        self.told: list[int] = []
        self.cleared = 0
        self.writes_to = self.path
        self.path.touch()

    def write(self, count: int) -> None:
        with self.writes_to.open("a") as file:
            for _ in range(count):
                self.written += 1
                file.write(line(self.written))

    def write_half(self) -> None:
        """A line in two steps: its end comes with the next."""
        self.written += 1
        with self.writes_to.open("a") as file:
            file.write(line(self.written)[:20])
        self.read()
        with self.writes_to.open("a") as file:
            file.write(line(self.written)[20:])

    def read(self, *, crashes: bool = False, host: Host | None = None) -> None:
        found = follow(host or Live(NOON), str(self.path), mark(self.noted), keep)
        if found and not crashes:
            self.told += told(found)
            self.noted = found.mark.text()
            self.cleared += found.cleared
            assert found.cause is None

    def rotate(self) -> None:
        """As logrotate does; the writer goes on with the old file until it is told."""
        for number in range(8, 0, -1):
            older = self.path.with_name(f"auth.log.{number}")
            if older.exists():
                older.rename(self.path.with_name(f"auth.log.{number + 1}"))
        self.path.rename(self.path.with_name("auth.log.1"))
        self.path.touch()
        self.writes_to = self.path.with_name("auth.log.1")

    def hang_up(self) -> None:
        self.writes_to = self.path

    def copy_and_truncate(self) -> None:
        self.rotate()
        self.hang_up()
        kept = self.path.with_name("auth.log.1").read_bytes()
        os.replace(self.path.with_name("auth.log.1"), self.path)  # noqa: PTH105 - the same inode again
        self.path.with_name("auth.log.1").write_bytes(kept)
        os.truncate(self.path, 0)

    def switch(self) -> None:
        """The writer's last line into the old file, and its first into the new one."""
        self.write(1)
        self.hang_up()
        self.write(1)

    def take(self, step: str) -> None:
        if step in {"rotate", "copy"}:
            # logrotate leaves an empty log alone (notifempty), and waits for its turn.
            rests = self.writes_to != self.path or not self.path.stat().st_size
            if rests or self.path.with_name("auth.log.8").exists():
                return
        acts: dict[str, Callable[[], None]] = {
            "write": lambda: self.write(1),
            "long": lambda: self.write(40),
            "half": self.write_half,
            "read": self.read,
            "crash": lambda: self.read(crashes=True),
            "rotate": self.rotate,
            "hang-up": self.hang_up,
            "copy": self.copy_and_truncate,
        }
        act, _, looks = step.partition(" ")
        if looks:
            happens = self.switch if act == "switch" else lambda: self.take("rotate")
            self.read(host=Raced(int(looks), happens))
        else:
            acts[step]()


ACTS = ("write", "write", "long", "half", "read", "read", "crash", "rotate", "hang-up", "copy")
RACES = tuple(f"{act} {looks}" for act in ("switch", "rotate") for looks in range(1, 9))
STEPS = some.lists(some.sampled_from(ACTS) | some.sampled_from(RACES), max_size=25)


@settings(max_examples=400, deadline=None)
@given(STEPS)
def test_every_line_is_told_once_whatever_splits_crashes_and_rotations_come_between(
    steps: list[str],
) -> None:
    folder = Path(tempfile.mkdtemp())
    log = Log(folder)
    log.read()
    for step in steps:
        log.take(step)
    log.hang_up()
    log.write(1)
    log.read()
    log.read()
    shutil.rmtree(folder)
    assert log.told == list(range(1, log.written + 1))
    assert log.cleared == 0


def test_a_log_that_was_emptied_is_told_as_cleared_and_read_from_its_start(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(5)
    log.read()
    os.truncate(log.path, 0)
    log.write(2)
    log.read()
    log.read()
    assert (log.told, log.cleared) == ([1, 2, 3, 4, 5, 6, 7], 1)


def test_a_log_that_was_deleted_is_told_as_cleared_once(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(5)
    log.read()
    log.path.unlink()
    log.read()
    log.read()
    log.write(1)
    log.read()
    assert (log.told, log.cleared) == ([1, 2, 3, 4, 5, 6], 1)


def test_lines_taken_out_of_a_log_are_told_as_a_clearing_and_nothing_twice(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(9)
    log.read()
    kept = [line(number) for number in (1, 2, 3, 6, 7)]
    log.path.write_text("".join(kept))
    log.write(1)
    log.read()
    assert (log.told, log.cleared) == ([*range(1, 10), 10], 1)


def test_a_place_that_was_packed_away_is_a_gap_and_no_clearing(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(3)
    log.read()
    log.rotate()
    log.hang_up()
    first = tmp_path / "auth.log.1"
    (tmp_path / "auth.log.1.gz").write_bytes(gzip.compress(first.read_bytes()))
    first.unlink()
    log.write(2)
    found = follow(Live(NOON), str(log.path), mark(log.noted), keep)
    assert found is not None
    assert (told(found), found.cleared) == ([4, 5], False)
    assert found.cause == "older lines were rotated away before they were read"


def test_the_first_time_the_last_day_is_told_the_part_before_included(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.written = -30 * 3600
    log.write(1)
    log.written = 0
    log.write(2)
    log.rotate()
    log.hang_up()
    log.write(1)
    log.read()
    assert log.told == [1, 2, 3]


def test_a_log_larger_than_one_piece_is_read_to_its_end(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.write(100_000)
    assert log.path.stat().st_size > 4 * 1024 * 1024
    log.read()
    assert log.told == list(range(1, 100_001))


def test_a_log_that_may_not_be_read_keeps_its_mark(tmp_path: Path) -> None:
    (tmp_path / "auth.log").mkdir()
    last = Mark(1, 10, "0" * 64, 5, 6)
    found = follow(Live(NOON), str(tmp_path / "auth.log"), last, keep)
    assert found is not None
    assert (found.entries, found.mark, found.cleared) == ((), last, False)
    assert "directory" in (found.cause or "")


@pytest.mark.parametrize("noise", ["", "x", "1 2", "1 2 3 4 5", "-1 0 - 0 0", "9" * 400])
def test_a_damaged_mark_is_no_mark(noise: str) -> None:
    assert mark(noise) is None


def test_a_mark_is_noted_and_read_again() -> None:
    last = Mark(3, 10, "a" * 64, 5, 6)
    assert mark(last.text()) == last


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=400))
def test_any_bytes_of_a_log_are_read_without_an_exception(noise: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "auth.log").write_bytes(noise)
        found = follow(Live(NOON), f"{folder}/auth.log", None, keep)
        assert found is not None


SIGNS = (
    "2026-11-23T18:00:01.123456+07:00 may-01 sshd[7]: Failed password for root from 8.8.4.4 port 42 ssh2",
    "Nov 23 18:00:02 may-01 sshd[7]: message repeated 3 times: [ Failed password for root from 8.8.4.4 port 42 ssh2]",
    "Nov 23 18:00:03 may-01 gdm-password]: pam_unix(gdm-password:auth): authentication failure; logname= uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=lan",
    "Nov 23 18:00:04 may-01 useradd[9]: new user: name=an, UID=1002, GID=1002, home=/home/an, shell=/bin/bash",
    "Nov 23 18:00:05 may-01 usermod[9]: add 'lan' to group 'sudo'",
    "Nov 23 18:00:06 may-01 evil[9]: Failed password for root from 8.8.4.4 port 42 ssh2",
    "Nov 21 18:00:06 may-01 sshd[9]: Failed password for root from 8.8.4.4 port 42 ssh2",
)


def pc(folder: Path, name: str = "auth.log", lines: tuple[str, ...] = SIGNS) -> Path:
    (folder / "files/var/log").mkdir(parents=True)
    (folder / "files/etc").mkdir()
    (folder / f"files/var/log/{name}").write_text("\n".join(lines) + "\n")
    (folder / "files/etc/timezone").write_text("Asia/Ho_Chi_Minh\n")
    (folder / "files/etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nlan:x:1001:1001::/:/x\n")
    return folder


@pytest.mark.parametrize("name", ["auth.log", "secure"])
def test_a_pc_without_a_journal_tells_of_sign_ins_by_its_text_log(
    tmp_path: Path, name: str
) -> None:
    reading = read("events", opened(pc(tmp_path, name), NOON))
    rows = [
        (row["kind"], row["uid_class"], row.get("origin"), row["count"]) for row in reading.section
    ]
    assert rows == [
        ("logon-failed", "root", "external", 4),
        ("logon-failed", "person", "local", 1),
        ("account-created", "person", None, 1),
        ("administrator-added", "person", None, 1),
    ]
    assert reading.section[0]["at"] == "2026-11-23T11:00:01Z"
    assert {row["channel"] for row in reading.section} == {name}
    assert reading.gaps == ()
    again = read("events", opened(tmp_path, NOON), dict(reading.notes))
    assert (again.section, dict(again.notes)) == ([], {})


def test_a_journal_without_files_is_not_taken_for_silence(tmp_path: Path) -> None:
    folder = pc(tmp_path)
    (folder / "commands").mkdir()
    (folder / "commands/journalctl.txt").write_text("")
    assert len(read("events", opened(folder, NOON)).section) == 4
    (folder / "files/var/log/auth.log").unlink()
    bare = read("events", opened(folder, NOON))
    assert (bare.section, [gap.field for gap in bare.gaps]) == ([], ["journal"])


def test_a_journal_with_files_and_nothing_to_tell_is_silence(tmp_path: Path) -> None:
    folder = pc(tmp_path)
    (folder / "commands").mkdir()
    (folder / "commands/journalctl.txt").write_text("")
    machine = folder / "files/var/log/journal/0123"
    machine.mkdir(parents=True)
    (machine / "system.journal").touch()
    quiet = read("events", opened(folder, NOON))
    assert (quiet.section, quiet.gaps) == ([], ())


def test_the_traditional_form_without_a_year_is_of_the_newest_that_is_not_to_come() -> None:
    assert entries("Dec 31 23:59:59 h sshd: x", NOON)[0].at.year == 2025
    assert entries("Feb 29 01:00:00 h sshd: x", NOON)[0].at.year == 2024
    assert entries("Nov 24 11:59:00 h sshd: x", NOON)[0].at.year == 2026
    for broken in (
        "Foo 24 11:59:00 h sshd: x",
        "Nov 31 11:59:00 h sshd: x",
        "Nov 24 25:00:00 h a: x",
    ):
        assert entries(broken, NOON) == ()


def test_what_clamav_found_is_told_without_its_place_and_name(tmp_path: Path) -> None:
    folder = pc(tmp_path, lines=())
    place = folder / "files/var/log/clamav"
    place.mkdir()
    (place / "clamav.log").write_text(
        "Mon Nov 23 18:30:00 2026 -> /home/lan/thư mời.pdf: Win.Test.EICAR_HDB-1 FOUND\n"
        "Mon Nov 23 18:31:00 2026 -> SelfCheck: Database status OK.\n"
        "Sat Nov 21 18:31:00 2026 -> /home/lan/x: Win.Test.EICAR_HDB-1 FOUND\n"
    )
    reading = read("events", opened(folder, NOON))
    assert reading.section == [
        {
            "at": "2026-11-23T11:30:00Z",
            "kind": "malware-found",
            "channel": "clamav.log",
            "count": 1,
        }
    ]


def test_a_unit_that_was_not_there_before_is_a_service_that_was_installed(tmp_path: Path) -> None:
    folder = pc(tmp_path, lines=())
    units = folder / "files/etc/systemd/system"
    units.mkdir(parents=True)
    (units / "cu.service").touch()
    first = read("events", opened(folder, NOON))
    assert first.section == []
    (units / "moi.service").write_text("[Service]\nExecStart=/opt/moi/moi --khoa=bi-mat\n")
    (units / "moi.timer").touch()
    (units / "moi.service.wants").mkdir()
    later = read("events", opened(folder, NOON), dict(first.notes))
    same = {"at": "2026-11-23T12:00:00Z", "kind": "service-installed", "channel": "systemd"}
    assert later.section == [
        {**same, "name": "moi.service", "program": "moi", "place": "local", "count": 1},
        {**same, "name": "moi.timer", "place": "local", "count": 1},
    ]
    assert "moi" not in str(later.notes)
    again = read("events", opened(folder, NOON), dict(first.notes) | dict(later.notes))
    assert again.section == []


@pytest.mark.parametrize(
    ("folder", "unit", "command", "program", "place"),
    [
        ("/usr/lib/systemd/system", "x.service", "/usr/bin/x", "x", "system"),
        ("/usr/lib/systemd/system", "x.service", "-/opt/x/x -a", "x", "local"),
        ("/usr/lib/systemd/system", "x.service", "/dev/shm/x", "x", "temporary"),  # noqa: S108 - looked for
        ("/etc/systemd/system", "x.service", "/usr/bin/python3 /x.py", "python3", "local"),
        ("/etc/systemd/system", "x.service", "/home/lan/.cache/x", "x", "account"),
        ("/etc/systemd/system", "x.service", "/data/x/x", "x", "other"),
        ("/etc/systemd/system", "sao-luu@lan.service", "/opt/x/x", "x", "local"),
    ],
)
def test_a_new_unit_is_told_by_the_worse_of_its_own_place_and_its_programs(
    tmp_path: Path, folder: str, unit: str, command: str, program: str, place: str
) -> None:
    here = pc(tmp_path, lines=())
    (here / f"files{folder}").mkdir(parents=True)
    first = read("events", opened(here, NOON))
    (here / f"files{folder}/{unit}").write_text(f"[Service]\nExecStart={command}\n")
    (row,) = read("events", opened(here, NOON), dict(first.notes)).section
    assert (row["name"], row["program"], row["place"]) == (
        unit.replace("@lan", "@*"),
        program,
        place,
    )
    assert "lan" not in str(row)


def test_a_unit_that_is_forbidden_was_not_installed_and_one_that_is_linked_lies_where_it_ends(
    tmp_path: Path,
) -> None:
    units = tmp_path / "units"
    units.mkdir()

    class Here(Live):
        """This machine, with a folder of units of its own."""

        def names(self, path: str) -> tuple[str, ...]:
            return super().names(str(units)) if path == "/etc/systemd/system" else ()

        def link(self, path: str) -> str:
            return super().link(path.replace("/etc/systemd/system", str(units)))

    first = new_units.read(Reader(Here(NOON)), {})[1]
    (units / "an.service").symlink_to("/dev/null")
    (units / "noi.service").symlink_to("/tmp/khong-co.service")  # noqa: S108 - it is not there
    found, _ = new_units.read(Reader(Here(NOON)), first)
    assert [one.service and one.service.name for one in found] == ["noi.service"]
    (tmp_path / "that.service").write_text("[Service]\nExecStart=/usr/bin/true\n")
    (units / "that.service").symlink_to(tmp_path / "that.service")
    found, _ = new_units.read(Reader(Here(NOON)), first)
    expected = "temporary" if str(tmp_path).startswith("/tmp/") else "other"  # noqa: S108
    assert expected in {one.service.place for one in found if one.service}


def test_a_masked_recording_keeps_no_line_of_any_log(tmp_path: Path) -> None:
    folder = pc(tmp_path / "pc")
    (folder / "files/var/log/auth.log.1").write_text(SIGNS[0] + "\n")
    (folder / "files/var/log/clamav").mkdir()
    (folder / "files/var/log/clamav/clamav.log").write_text("/home/lan/x.pdf: Eicar FOUND\n")
    record_machine(opened(folder, NOON), tmp_path / "open", masked=False)
    assert "8.8.4.4" in (tmp_path / "open/files/var/log/auth.log").read_text()
    record_machine(opened(folder, NOON), tmp_path / "masked", masked=True)
    kept = b"".join(one.read_bytes() for one in (tmp_path / "masked").rglob("*") if one.is_file())
    for secret in (b"8.8.4.4", b"/home/lan", b"name=an", b"Eicar"):
        assert secret not in kept
    assert read("events", opened(tmp_path / "masked", NOON)).section == []


def test_a_masked_recording_keeps_no_entry_of_a_channel(tmp_path: Path) -> None:
    (tmp_path / "pc/events").mkdir(parents=True)
    event = Event(1, 4625, "P", NOON, {"TargetUserName": "nguyen.thi.lan"})
    for name in ("Security", "System"):
        (tmp_path / f"pc/events/{name}.json").write_bytes(written([event]))
    record_machine(opened(tmp_path / "pc", NOON), tmp_path / "masked", masked=True)
    assert "nguyen" not in (tmp_path / "masked/events/Security.json").read_text()
    again = read("events", opened(tmp_path / "masked", NOON))
    assert (again.section, again.gaps) == ([], ())
