from __future__ import annotations

from pathlib import Path

import pytest

from agent.host import Event
from agent.host.journal import written
from agent.host.live import Live
from agent.host.reader import Reader
from agent.host.recorded import opened
from agent.logs import units as new_units
from agent.masking import record_machine
from agent.parse.syslog import entries
from agent.probes import read
from tests.agent.machines import NOON

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
