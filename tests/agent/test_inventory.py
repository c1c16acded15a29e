"""What the inventory tells beside the parts: names of numbers, sources of packages, queues, slots."""

from __future__ import annotations

import io
import json
import struct
import subprocess  # noqa: TID251 - the command is run as it is installed
import sys
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent import probing
from agent.host.recorded import opened
from agent.host.recording import Recording
from agent.parse import cups, dmidecode, locators, pci_ids, repositories, smbios
from agent.probes import PROBES, machine, read
from agent.software.remote import TOOLS, tools
from agent.windows.support import supported_until
from agent.windows.zones import ZONES, zone
from tests.agent.machines import HERE, NOON, samples

DESKTOP = HERE / "facts" / "machines" / "linux-desktop"
LIST = (
    b"8086  Intel Corporation\n\t1502  82579LM\n# a remark\n\t1503  82579V\n"
    b"\t\t17aa 1503  of a subsystem\n8087  Another\n\t0024  Hub\n\t1502  not Intel's\n"
)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("8086", "1503"), ("Intel Corporation", "82579V")),
        (("8086", "0024"), ("Intel Corporation", None)),
        (("8087", "1502"), ("Another", "not Intel's")),
        (("FFFF", "1502"), (None, None)),
        (("17aa", "1503"), (None, None)),
        (("", ""), (None, None)),
    ],
)
def test_a_number_is_named_by_its_own_vendors_list(
    pair: tuple[str, str], told: tuple[str | None, str | None]
) -> None:
    assert pci_ids.names(LIST, [pair]) == {pair: told}


@given(some.binary(max_size=300), some.text(max_size=6), some.text(max_size=6))
def test_any_list_of_names_names_or_does_not(data: bytes, vendor: str, device: str) -> None:
    assert set(pci_ids.names(data, [(vendor, device)])) == {(vendor, device)}


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("http://a:b@mirror.example/debian", "http://mirror.example/debian"),
        ("http://a:p@ss@mirror.example/x@y", "http://mirror.example/x@y"),
        ("https://host?token=abc", "https://host"),
        ("smb://du:mat%20khau@10.0.0.9/in", "smb://10.0.0.9/in"),
        ("hp:/usb/HP?serial=1", "hp:/usb/HP"),
        ("file:/srv/mirror", "file:/srv/mirror"),
    ],
)
def test_an_address_is_told_without_account_and_query(text: str, bare: str) -> None:
    assert locators.bare(text) == bare


@given(some.text(max_size=400))
def test_any_settings_of_packages_and_printers_are_parts(text: str) -> None:
    for parse in (repositories.one_line, repositories.deb822, repositories.yum, cups.queues):
        parts, whole = parse(text)
        assert isinstance(whole, bool)
        assert all(isinstance(part, dict) for part in parts)


def test_a_source_of_packages_that_is_switched_off_or_of_source_code_is_none() -> None:
    assert repositories.one_line("deb-src http://x/ y main\ndeb [trusted=no] http://x/ y\n") == (
        ({"source": "apt", "address": "http://x/", "suite": "y", "signed": True},),
        True,
    )
    assert repositories.one_line("deb cdrom:[Debian 12]/ bookworm main\n") == ((), True)
    assert repositories.deb822("Types: deb\nEnabled: no\nURIs: http://x\nSuites: y\n") == ((), True)
    assert repositories.yum("[a]\nbaseurl=http://x\nenabled=0\n") == ((), True)


@pytest.mark.parametrize(
    "line", ["deb http://only.example", "deb [a=b", "dep http://x/ y", "deb x y"]
)
def test_a_line_that_is_no_source_is_told(line: str) -> None:
    assert repositories.one_line(line) == ((), False)


def test_an_address_goes_on_in_the_next_line() -> None:
    found, whole = repositories.deb822("Types: deb\nURIs: http://x\n https://y\nSuites: z w\n")
    told = [(part["address"], part["suite"]) for part in found]
    assert whole
    assert told == [(place, suite) for place in ("http://x", "https://y") for suite in "zw"]
    torn, kept = repositories.yum("[a]\nbaseurl=http://x\n  http://y\n[b]\nenabled=1\n")
    assert ([part["address"] for part in torn], kept) == (["http://x"], False)


def test_slots_and_the_largest_memory_are_in_the_table() -> None:
    slot = struct.pack("<BBHBBBBB", 9, 9, 1, 1, 0xA5, 8, 4, 3) + b"PCIEX16_1\0\0"
    array = struct.pack("<BBHBBBIHH", 16, 15, 2, 3, 3, 3, 33554432, 0xFFFE, 2) + b"\0\0"
    video = struct.pack("<BBHBBBIHH", 16, 15, 3, 3, 4, 3, 1024, 0xFFFE, 1) + b"\0\0"
    large = struct.pack("<BBHBBBIHHQ", 16, 23, 4, 3, 3, 3, 0x80000000, 0xFFFE, 2, 1 << 42)
    found = smbios.firmware(slot + array + video)
    assert found.expansion == ({"name": "PCIEX16_1", "in_use": True},)
    assert found.memory_maximum_bytes == 32 * 1024**3
    assert smbios.firmware(large + b"\0\0").memory_maximum_bytes == 1 << 42


def test_the_text_of_the_firmware_tells_the_same() -> None:
    text = samples("dmidecode")["own/desktop"].read_text("utf-8")
    text += (
        "\nHandle 0x0090, DMI type 9, 17 bytes\nSystem Slot Information\n"
        "\tDesignation: J6B2\n\tCurrent Usage: Available\n"
        "\nHandle 0x0091, DMI type 16, 15 bytes\nPhysical Memory Array\n"
        "\tUse: System Memory\n\tMaximum Capacity: 64 GB\n"
    )
    found = dmidecode.firmware(text)
    assert found.expansion[-1] == {"name": "J6B2", "in_use": False}
    assert (found.memory_maximum_bytes or 0) >= 64 * 1024**3


@pytest.mark.parametrize(
    ("named", "brand"),
    [
        ("QEMU Standard PC", "KVM"),
        ("Microsoft Corporation Virtual Machine", "Hyper-V"),
        ("Microsoft Corporation Surface Pro 7", None),
        ("innotek GmbH VirtualBox", "VirtualBox"),
        ("Dell Inc. OptiPlex 3080", None),
    ],
)
def test_a_hypervisor_is_known_by_what_it_writes_into_its_machines(
    named: str, brand: str | None
) -> None:
    assert machine.brand(named) == brand


def test_every_zone_of_windows_leads_to_one_that_exists() -> None:
    assert set(ZONES.values()) <= available_timezones()
    assert zone(" se asia standard TIME ") == "Asia/Ho_Chi_Minh"
    assert zone("SE Asia Standard Time_dstoff") is None
    assert zone("Nowhere Standard Time") is None


@pytest.mark.parametrize(
    ("build", "edition", "ends"),
    [
        ("19044", "EnterpriseS", date(2027, 1, 12)),
        ("19044", "IoTEnterpriseS", date(2032, 1, 13)),
        ("26100", "IoTEnterpriseS", date(2034, 10, 10)),
        ("26100", "EnterpriseS", date(2029, 10, 9)),
        ("17763", "IoTEnterpriseS", date(2029, 1, 9)),
        ("22631", "ServerRdsh", date(2026, 11, 10)),
        ("22631", "Professional", date(2025, 11, 11)),
        ("28000", "Core", date(2028, 3, 14)),
        ("28000", "Education", date(2029, 3, 13)),
        ("99999", "Professional", None),
    ],
)
def test_support_ends_by_the_edition(build: str, edition: str, ends: date | None) -> None:
    assert supported_until(build, edition, "Client") == ends


@pytest.mark.parametrize("label", TOOLS)
def test_a_tool_is_found_at_the_start_of_a_word_alone(label: str) -> None:
    for mark in TOOLS[label]:
        assert label in tools([f"x {mark.upper()} 7"])
        assert label not in tools([f"x{mark}"])
        assert label in tools([f"x{mark}", f"x {mark}"])


def test_several_sections_come_from_one_process_a_line_each() -> None:
    command = [sys.executable, "-I", "-m", "agent", "probe", "system", "hardware", "--json"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert "os" in first["section"]
    assert "memory" in second["section"]


def test_the_short_way_takes_names_alone_and_tells_the_same() -> None:
    assert probing.plain(["probe", "system", "--json"]) == ("system",)
    for words in (["probe"], ["probe", "nothing"], ["run"], ["probe", "system", "--notes", "{}"]):
        assert probing.plain(words) == ()
    out = io.StringIO()
    with redirect_stdout(out):
        probing.tell(("hardware",), opened(DESKTOP, NOON))
    assert json.loads(out.getvalue())["section"] == read("hardware", opened(DESKTOP, NOON)).section


def test_a_recording_holds_no_password_of_an_address(tmp_path: Path) -> None:
    recording = Recording(opened(DESKTOP, NOON), tmp_path / "copy")
    sections = {name: PROBES[name](recording).section for name in ("hardware", "software")}
    recording.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    assert b"ricoh" in kept
    assert b"mat-khau" not in kept
    assert b"officer:secret" not in kept
    again = opened(tmp_path / "copy", NOON)
    assert {name: read(name, again).section for name in sections} == sections
