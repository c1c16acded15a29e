from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.host import LIMIT_BYTES, Key, UnreadableError
from agent.host.live import Live
from agent.host.recorded import Recorded, opened
from agent.host.recording import Recording
from agent.parse import packages, reg
from agent.probes import read, software
from agent.software.remote import tools
from agent.software.source import Source, completeness, merged
from agent.windows import appx
from agent.windows.disks import serial
from agent.windows.software import category, day, described
from tests.agent.machines import NOON
from tests.agent.test_facts import OWN


def test_this_machine_tells_its_packages_and_that_the_list_is_whole() -> None:
    reading = read("software", Live(datetime.now(UTC)))  # noqa: TID251 - live
    if "packages" in reading.section:
        assert all(row["name"] and row["source"] for row in reading.section["packages"])
        assert set(reading.section["sources"].values()) <= {"complete", "partial"}
    else:
        assert {gap.field for gap in reading.gaps} >= {"packages"}


def test_a_list_longer_than_what_is_read_is_told_by_the_program(tmp_path: Path) -> None:
    status = tmp_path / "files/var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_bytes(b"Package: a\nStatus: install ok installed\n\n" + b"x" * LIMIT_BYTES)
    alone = read("software", opened(tmp_path, NOON)).section
    assert alone["sources"] == {"dpkg": "partial"}
    (tmp_path / "commands").mkdir()
    told = "".join(f"Package: p{i}\nStatus: install ok installed\n\n" for i in range(3000))
    (tmp_path / "commands/dpkg-query.txt").write_text(told)
    whole = read("software", opened(tmp_path, NOON)).section
    assert (len(whole["packages"]), whole["sources"]) == (3000, {"dpkg": "complete"})


def test_an_empty_list_is_a_gap_and_not_a_pc_without_software(tmp_path: Path) -> None:
    status = tmp_path / "files/var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_bytes(b"\xff\x00 noise")
    reading = read("software", opened(tmp_path, NOON))
    assert reading.section["sources"] == {"dpkg": "partial"}
    assert {gap.field for gap in reading.gaps} == {"packages", "remote_access"}


@pytest.mark.parametrize("damage", [None, b"", b"\xff\xfe garbage \x80=\n[HKEY_" * 9])
@pytest.mark.parametrize("machine", ["linux-pc", "windows-laptop", "windows-pc"])
def test_no_source_that_is_gone_or_damaged_costs_more_than_itself(
    tmp_path: Path, machine: str, damage: bytes | None
) -> None:
    shutil.copytree(OWN / machine, tmp_path / "pc")
    (tmp_path / "pc/recording.json").write_text(json.dumps({"system": machine.partition("-")[0]}))
    for path in sorted((tmp_path / "pc").rglob("*")):
        if path.is_file() and path.name != "recording.json":
            kept = path.read_bytes()
            path.unlink() if damage is None else path.write_bytes(damage)
            for probe in ("hardware", "software"):
                section = read(probe, opened(tmp_path / "pc", NOON)).section
                assert isinstance(json.loads(json.dumps(section)), dict)
            path.write_bytes(kept)


class Locked(Recorded):
    """A recorded Windows whose policies forbid one program's key."""

    def key(self, path: str) -> Key:
        if "UltraViewer" in path:
            raise UnreadableError(f"access is denied: {path}")
        return super().key(path)


def test_one_key_that_cannot_be_read_makes_its_list_partial_and_no_other() -> None:
    reading = read("software", Locked(OWN / "windows-pc", NOON))
    assert reading.section["sources"]["registry-32"] == "partial"
    assert reading.section["sources"]["registry"] == "complete"
    assert {"packages", "remote_access"} <= {gap.field for gap in reading.gaps}


@pytest.mark.parametrize(("signed_in", "state"), [("3", "complete"), ("4", "partial")])
def test_programs_of_accounts_that_are_not_signed_in_are_not_taken_for_removed(
    tmp_path: Path, signed_in: str, state: str
) -> None:
    profiles = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
    own = f"HKEY_USERS\\S-1-5-21-1-2-{signed_in}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
    keys = (f"{profiles}\\S-1-5-18", f"{profiles}\\S-1-5-21-1-2-3", f"{own}\\Uninstall\\Zalo")
    text = "\n\n".join(f'[{key}]\n"DisplayName"="Zalo"\n"x"="y"' for key in keys)
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry/all.reg").write_text(f"{reg.HEADING}\n\n{text}\n")
    reading = read("software", opened(tmp_path, NOON))
    assert reading.section["sources"] == {"registry-account": state}
    assert [row["name"] for row in reading.section["packages"]] == ["Zalo"]
    assert any("accounts" in gap.cause for gap in reading.gaps) == (state == "partial")


def test_no_key_of_a_product_and_no_account_leaves_the_pc() -> None:
    for machine in ("windows-pc", "windows-laptop", "linux-pc"):
        told = str(read("software", opened(OWN / machine, NOON)))
        assert not any(text in told for text in ("DigitalProductID", "S-1-5-21", "@example.com"))


def test_a_recording_keeps_the_key_of_no_product_and_plays_back_the_same(tmp_path: Path) -> None:
    original = opened(OWN / "windows-laptop", NOON)
    recording = Recording(original, tmp_path)
    told = software.probe(recording)
    recording.close()
    assert b"a4,00,00,00" not in (tmp_path / "registry/read.reg").read_bytes().replace(b"\0", b"")
    again = read("software", opened(tmp_path, NOON)).section
    assert again["licences"] == told.section["licences"]


def test_a_package_in_two_lists_is_told_once_by_the_first() -> None:
    one, other = {"name": "Zalo", "version": "1"}, {"name": "Zalo", "version": "2"}
    sources = (Source("a", (one,)), Source("b", (other, one), complete=False))
    assert merged(sources) == [{**one, "source": "a"}, {**other, "source": "b"}]
    assert completeness(sources) == {"a": "complete", "b": "partial"}


@pytest.mark.parametrize(
    ("values", "name", "kind"),
    [
        ({}, "Zalo", "application"),
        ({"SystemComponent": 1}, "Runtime", "system_component"),
        ({"SystemComponent": 0}, "Runtime", "application"),
        ({"ParentKeyName": "Office"}, "Service Pack 2", "update"),
        ({"ReleaseType": "Security Update"}, "x", "security_update"),
        ({"ReleaseType": "Hotfix"}, "x", "hotfix"),
        ({}, "Security Update for Windows (KB2345678)", "security_update"),
        ({}, "Hotfix KB2345678", "hotfix"),
        ({}, "KB Home", "application"),
    ],
)
def test_programs_are_told_apart_from_parts_and_updates(
    values: dict[str, str | int], name: str, kind: str
) -> None:
    assert category(values, name) == kind


def test_an_entry_without_a_name_is_none_and_noise_behind_a_version_is_cut() -> None:
    assert described({"SystemComponent": 1}) is None
    assert described({"DisplayName": "A", "DisplayVersion": "1.2\x00\x07zz"}) == {
        "name": "A",
        "version": "1.2",
        "category": "application",
    }


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("20210724", "2021-07-24"),
        ("7/24/2021", "2021-07-24"),
        ("24/7/2021", None),
        ("20211324", None),
        ("24.07.2021", None),
        ("", None),
    ],
)
def test_a_day_is_read_or_left_out(written: str, read_as: str | None) -> None:
    assert day(written) == read_as


def test_tools_of_remote_control_are_known_by_their_names_alone() -> None:
    names = ("TeamViewer 15 Host", "UltraViewer version 6", "rustdesk", "tvnserver", "x11vnc")
    assert tools(names) == ["RustDesk", "TeamViewer", "UltraViewer", "VNC"]
    assert tools(("Microsoft Teams", "Viewer for PDF", "color-oraya", "libvncserver1")) == []


def test_snap_without_its_heading_and_rpm_without_tabs_tell_nothing() -> None:
    torn = packages.Listing((), is_whole=False)
    assert packages.snap("error: cannot communicate with server\n") == torn
    assert packages.snap("") == packages.Listing(())
    assert packages.rpm("error: rpmdb open failed\n") == torn
    known = packages.rpm("a\t1\t(none)\t99999999999999999\n")
    assert known == packages.Listing(({"name": "a", "version": "1"},))


def test_an_entry_without_its_name_is_told_as_a_list_that_is_not_whole() -> None:
    assert not packages.dpkg("Package: a\nStatus: install ok insta\n\n").is_whole
    assert not packages.dpkg("Status: install ok installed\nVersion: 1\n").is_whole
    assert packages.dpkg("Package: a\nStatus: deinstall ok config-files\n").is_whole
    assert not packages.rpm("\t1\t(none)\t1717400000\n").is_whole
    assert not packages.flatpak("\t24.8\tflathub\n").is_whole


def test_apps_without_a_publishers_id_keep_their_own_publisher() -> None:
    text = "NAME: A\nPUBLISHER: One\n\nNAME: B\nPUBLISHER: Two\n"
    assert [row["publisher"] for row in appx.printed(text)] == ["One", "Two"]


@pytest.mark.parametrize(
    ("written", "adapter", "label"),
    [
        ("  WD-WCC6Y0123456 ", "", "WD-WCC6Y0123456"),
        ("ACE4_2E61_9000_7804.", "FJ68N1   _0000", "FJ68N1"),
        ("ACE4_2E61_9000_7804.", "", "ACE4_2E61_9000_7804."),
        ("S6PENX0T123456A", "other_0000", "S6PENX0T123456A"),
        # Each pair of letters turned round, in hexadecimal, filled up with blanks.
        ("20202020202057202d4443575641343134393736", "", "WD-WCAV149467"),
        (
            "6177c38f910a83560899e28ee97c620400112233",
            "",
            "6177c38f910a83560899e28ee97c620400112233",
        ),
    ],
)
def test_the_serial_on_the_label_is_found_in_what_windows_writes(
    written: str, adapter: str, label: str
) -> None:
    assert serial(written, {"AdapterSerialNumber": adapter}) == label
