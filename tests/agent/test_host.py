from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.host import LIMIT_BYTES, UnreadableError
from agent.host.live import Live
from agent.host.processes import Processes
from agent.host.recorded import RecordingError, opened
from agent.host.spelling import meant, safe
from agent.masking import record_machine
from agent.probes import PROBES, read
from tests.agent import machines
from tests.agent.door import eventually
from tests.agent.machines import NOON, machine


@pytest.mark.parametrize("name", machines.NAMES)
def test_a_recording_of_a_machine_plays_back_as_the_same_machine(tmp_path: Path, name: str) -> None:
    record_machine(machine(name), tmp_path / "again", masked=False)
    again = opened(tmp_path / "again", NOON)
    for probe in PROBES:
        assert read(probe, again).section == read(probe, machine(name)).section


def test_a_masked_recording_holds_no_serial_no_address_and_no_account(tmp_path: Path) -> None:
    record_machine(machine("debian-pc"), tmp_path / "masked", masked=True)
    everything = b"".join(
        path.read_bytes() for path in (tmp_path / "masked").rglob("*") if path.is_file()
    )
    secrets = (b"7XK2P93", b"S6PENX0T123456A", b"X5E9043210", b"a4:bb:6d:00:11:22", b"pc-vp-01")
    for secret in (*secrets, b"an,binh", b"/home/an", b"4c4c4544-0058"):
        assert secret not in everything
    again = opened(tmp_path / "masked", NOON)
    assert machines.verdicts(again) == machines.verdicts(machine("debian-pc"))
    assert read("hardware", again).section["system"]["model"] == "OptiPlex 3080"


def test_this_machine_can_be_recorded_and_played_back(tmp_path: Path) -> None:
    assert record_machine(Live(NOON), tmp_path / "here", masked=True) > 10
    again = opened(tmp_path / "here", NOON)
    live = read("hardware", Live(NOON)).section
    assert read("hardware", again).section["memory"] == live["memory"]
    facts = json.loads((tmp_path / "here" / "recording.json").read_text())
    assert facts["system"] == "linux"


def test_a_live_file_that_is_not_there_is_absent_and_one_that_is_a_folder_is_unreadable() -> None:
    with pytest.raises(UnreadableError) as gone:
        Live(NOON).read("/none")
    assert gone.value.absent
    with pytest.raises(UnreadableError) as folder:
        Live(NOON).read("/etc")
    assert not folder.value.absent
    assert folder.value.cause == "is a directory: /etc"


def test_a_recording_cannot_be_left_by_its_paths(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "recording").mkdir()
    host = opened(tmp_path / "recording", NOON)
    with pytest.raises(UnreadableError):
        host.read("/../../secret")


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
def test_what_is_no_recording_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "recording.json").write_text(text)
    with pytest.raises(RecordingError):
        opened(tmp_path, NOON)
    with pytest.raises(RecordingError, match="no such folder"):
        opened(tmp_path / "none", NOON)


def test_wrong_facts_of_a_recording_are_gaps(tmp_path: Path) -> None:
    facts = {"links": 1, "space": {"/": {"total_bytes": "x"}}, "addresses": [], "at": "never"}
    (tmp_path / "recording.json").write_text(json.dumps(facts))
    mounts = tmp_path / "files/proc/self/mounts"
    mounts.parent.mkdir(parents=True)
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    host = opened(tmp_path, NOON)
    assert host.at == NOON
    for probe in PROBES:
        read(probe, host)
    assert {gap.cause for gap in read("load", host).gaps} >= {"badly recorded: /"}


def test_no_recorded_name_is_one_that_windows_cannot_keep(tmp_path: Path) -> None:
    record_machine(machine("debian-pc"), tmp_path / "again", masked=False)
    for folder in (machines.OWN, tmp_path):
        names = {path.name for path in folder.rglob("*")}
        assert not {name for name in names if set(name) & set('<>:"|?*\\')}
    listed = opened(tmp_path / "again", NOON).names("/sys/bus/pci/devices")
    assert "0000:00:02.0" in listed


@pytest.mark.parametrize("name", ["0000:00:02.0", "a%3Ab", "50%", "x\\x2dy", "plain", '<"|?*>'])
def test_a_name_is_spelled_safely_and_read_back(name: str) -> None:
    assert not set(safe(name)) & set('<>:"|?*\\')
    assert meant(safe(name)) == name


def test_a_recording_that_spells_names_as_they_are_is_read_too(tmp_path: Path) -> None:
    card = tmp_path / "files/sys/bus/pci/devices/0000:00:02.0"
    card.mkdir(parents=True)
    (card / "class").write_text("0x030000\n")
    host = opened(tmp_path, NOON)
    assert host.names("/sys/bus/pci/devices") == ("0000:00:02.0",)
    assert host.read("/sys/bus/pci/devices/0000:00:02.0/class") == b"0x030000\n"


def test_a_file_larger_than_the_limit_is_unreadable_and_never_cut(tmp_path: Path) -> None:
    place = tmp_path / "files/etc/hosts"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"#" * LIMIT_BYTES)
    recorded = opened(tmp_path, NOON)
    assert len(recorded.read("/etc/hosts")) == len(Live(NOON).read(str(place))) == LIMIT_BYTES
    place.write_bytes(b"#" * LIMIT_BYTES + b"\n")
    for host, path in ((recorded, "/etc/hosts"), (Live(NOON), str(place))):
        with pytest.raises(UnreadableError, match="larger than") as told:
            host.read(path)
        assert not told.value.absent


def test_padding_hides_no_redirection_in_the_hosts_file(tmp_path: Path) -> None:
    place = tmp_path / "files/etc/hosts"
    place.parent.mkdir(parents=True)
    place.write_text("127.0.0.1 localhost\n" + "#\n" * LIMIT_BYTES + "203.0.113.9 bank.example\n")
    assert machines.verdicts(opened(tmp_path, NOON))["hosts-file"] == "unknown"


def test_processes_are_counted_as_they_are_listed() -> None:
    counted = Processes()
    for _ in range(2):  # from the list, then from the links alone
        eventually(
            lambda: (
                counted.count()
                == sum(map(str.isdigit, (path.name for path in Path("/proc").iterdir())))
            )
        )


def test_where_the_links_say_nothing_processes_are_listed_each_time(tmp_path: Path) -> None:
    for name in ("1", "23", "tty", "sys"):
        (tmp_path / name).mkdir()
    (tmp_path / "self").symlink_to("1")
    (tmp_path / "uptime").touch()
    counted = Processes(str(tmp_path))
    assert counted.count() == 2
    (tmp_path / "456").mkdir()
    assert counted.count() == 3
    # As /proc of a namespace of its own has it: more links than folders.
    hidden = Processes(str(tmp_path), links=7)
    (tmp_path / "456").rmdir()
    assert [hidden.count(), hidden.count()] == [2, 2]
