"""The door to Windows: WMI, registry and counters, recorded, played back and told live."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.host import Entries, Event, UnreadableError, Value
from agent.host.live import Live
from agent.host.recorded import Recorded, opened
from agent.masking import record_machine
from agent.parse import reg, wmi
from agent.parse.texts import decoded, marked
from agent.probes import read
from agent.windows import counters, queries
from tests.agent import machines
from tests.agent.machines import NOON

NETWORK = machines.HERE / "facts" / "machines" / "windows-11-network"
HEADING = "Windows Registry Editor Version 5.00\n\n"
NAMES = st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,20}\Z")
WORDS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=30)
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    st.integers(0, 2**64 - 1),
    st.binary(max_size=80),
    st.lists(WORDS.filter(bool), max_size=4).map(tuple),
)


def _keys(text: str) -> dict[str, dict[str, Value]]:
    return dict(reg.keys(marked(HEADING + text)))


@given(st.binary(max_size=2000))
def test_any_bytes_are_instances_or_none(data: bytes) -> None:
    for row in wmi.instances(data):
        assert all(isinstance(value, str) for value in row.values())


@given(st.lists(st.dictionaries(NAMES, WORDS, min_size=1, max_size=5), max_size=4))
def test_instances_are_written_and_read_back(rows: list[dict[str, str]]) -> None:
    assert list(wmi.instances(wmi.written(rows))) == rows


@pytest.mark.parametrize(
    "data",
    [
        "Name=a\r\nSize=1\r\n\r\n\r\nName=b\r\nSize=2\r\n".encode("utf-16"),
        b"\xff\xfe" + "\ufeff\r\nName=a\r\nSize=1\r\n\r\nName=b\r\nSize=2".encode("utf-16-le"),
        b"\r\r\n\r\r\nName=a\r\r\nSize=1\r\r\n\r\r\nName=b\r\r\nSize=2\r\r\n",
        b"\xef\xbb\xbfName=a\nSize=1\nName=b\nSize=2\n",
        "\r\nName=a\r\nSize=1\r\n\r\nName=b\r\nSize=2\r\n".encode("utf-16-le"),
    ],
)
def test_a_class_is_read_however_it_was_exported(data: bytes) -> None:
    assert wmi.instances(data) == ({"Name": "a", "Size": "1"}, {"Name": "b", "Size": "2"})


def test_a_value_keeps_its_equals_signs_and_its_ampersands() -> None:
    (row,) = wmi.instances(b"PNPDeviceID=PCI\\VEN_8086&amp;DEV_A0F0\nA=b=c\n")
    assert row == {"PNPDeviceID": "PCI\\VEN_8086&DEV_A0F0", "A": "b=c"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("{}", ()),
        ('{"192.168.1.5","fe80::1"}', ("192.168.1.5", "fe80::1")),
        ("{0,25}", ("0", "25")),
        ('{"a \\"b\\"","c"}', ('a "b"', "c")),
        ("plain", ("plain",)),
        ("{1AD600CD-7F09-42CD-8E84-2FA8B7E4FAA6}", ("{1AD600CD-7F09-42CD-8E84-2FA8B7E4FAA6}",)),
    ],
)
def test_a_list_is_taken_apart(text: str, parts: tuple[str, ...]) -> None:
    assert wmi.items(text) == parts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("20241011083022.500000+120", datetime(2024, 10, 11, 6, 30, 22, tzinfo=UTC)),
        ("20241011083022.000000-420", datetime(2024, 10, 11, 15, 30, 22, tzinfo=UTC)),
        ("20241399083022.500000+120", None),
        ("20241011083022.500000+999", datetime(2024, 10, 10, 15, 51, 22, tzinfo=UTC)),
        ("00010101000000.000000+840", None),
        ("", None),
    ],
)
def test_a_moment_of_wmi_is_told_in_utc(text: str, told: datetime | None) -> None:
    assert wmi.moment(text) == told


def _windows(folder: Path, exported: str) -> Recorded:
    (folder / "registry").mkdir(parents=True)
    (folder / "registry" / "all.reg").write_bytes(marked(HEADING + exported))
    return opened(folder, NOON)


def test_a_class_is_found_however_its_file_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "wmi").mkdir()
    (tmp_path / "wmi" / "Win32_Bios.wmi").write_bytes(b"Name=x\n")
    host = opened(tmp_path, NOON)
    assert host.wmi("Win32_BIOS") == ({"Name": "x"},)
    with pytest.raises(UnreadableError) as problem:
        host.wmi("Win32_Processor")
    assert problem.value.absent


def test_what_powershell_tells_has_the_form_of_a_recording() -> None:
    row = {
        "Name": "Mạng LAN",
        "Empty": None,
        "On": True,
        "Off": False,
        "Size": 512110190592,
        "IPAddress": ["192.168.1.5", 'a"b'],
        "Metrics": [0, 25],
    }
    (told,) = wmi.told([row])
    assert told == {
        "Name": "Mạng LAN",
        "Empty": "",
        "On": "TRUE",
        "Off": "FALSE",
        "Size": "512110190592",
        "IPAddress": '{"192.168.1.5","a\\"b"}',
        "Metrics": "{0,25}",
    }
    assert wmi.items(told["IPAddress"]) == ("192.168.1.5", 'a"b')
    assert wmi.instances(wmi.written([told])) == (told,)


def test_each_class_of_a_batch_answers_for_itself() -> None:
    lines = [
        {"class": "Win32_OperatingSystem", "problem": None, "rows": [{"BuildNumber": "26200"}]},
        {"class": "MSFT_NetAdapter", "problem": "InvalidNamespace", "rows": []},
        {"class": "Win32_NetworkAdapter", "problem": "AccessDenied", "rows": []},
        {"class": "Win32_Unasked", "problem": None, "rows": []},
    ]
    output = b"\r\n".join(json.dumps(line).encode() for line in lines) + b'\r\n{"class": "Win'
    found = queries.answers(queries.batch("MSFT_NetAdapter"), output)
    assert found["Win32_OperatingSystem"] == ({"BuildNumber": "26200"},)
    absent, denied = found["MSFT_NetAdapter"], found["Win32_NetworkAdapter"]
    silent = found["Win32_NetworkAdapterConfiguration"]
    assert isinstance(absent, UnreadableError)
    assert absent.absent
    assert isinstance(denied, UnreadableError)
    assert (denied.absent, "permission denied" in denied.cause) == (False, True)
    assert isinstance(silent, UnreadableError)
    assert "did not end within" in silent.cause
    assert "Win32_Unasked" not in found


@given(st.binary(max_size=500))
def test_any_output_of_powershell_is_answers(data: bytes) -> None:
    names = queries.batch("Win32_OperatingSystem")
    assert set(queries.answers(names, data)) == set(names)


def test_scripts_are_made_of_the_list_alone() -> None:
    with pytest.raises(UnreadableError):
        queries.batch("Win32_Process'; Remove-Item C:\\ -Recurse #")
    for name, query in queries.QUERIES.items():
        assert name.replace("_", "").isalnum()
        assert "'" not in query.namespace + query.where
        assert len(queries.script(queries.batch(name))) < 8000  # a command line's 32,767 is far


def _asked() -> set[tuple[str, str]]:
    """Classes with their namespaces that the probes ask for, on every recording of our own."""
    asked: set[tuple[str, str]] = set()

    class Listening(Recorded):
        def wmi(self, name: str, namespace: str = "root\\cimv2") -> Any:
            asked.add((name, namespace.lower()))
            return super().wmi(name, namespace)

    for folder in (*machines.OWN.glob("windows*"), NETWORK):
        found = opened(folder, NOON)
        for probe in ("hardware", "security", "software", "system"):
            read(probe, Listening(found.folder, found.at, found.facts))
    return asked


SELDOM = frozenset({"CIM_LogicalDevice", "OfficeSoftwareProtectionProduct"})
"""Of recordings of others and of Windows 7: live, the class that they stand in for is there."""


def test_every_class_that_a_probe_asks_for_is_in_the_list_with_its_namespace() -> None:
    for name, namespace in _asked():
        if name not in SELDOM:
            assert queries.QUERIES[name].namespace.lower() == namespace, name


def test_a_windows_machine_is_recorded_and_played_back_as_the_same(tmp_path: Path) -> None:
    host = opened(NETWORK, NOON)
    record_machine(host, tmp_path / "again", masked=False)
    again = opened(tmp_path / "again", NOON)
    assert again.system == "windows"
    for probe in ("hardware", "security", "system"):
        assert read(probe, again).section == read(probe, host).section
    assert (tmp_path / "again" / "wmi" / "Win32_OperatingSystem.wmi").is_file()
    assert (tmp_path / "again" / "registry" / "read.reg").is_file()


def test_a_masked_windows_recording_holds_no_address_and_no_name(tmp_path: Path) -> None:
    record_machine(opened(NETWORK, NOON), tmp_path / "masked", masked=True)
    texts = [decoded(path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()]
    for secret in ("A4:BB:6D:00:11:22", "vp-01", "ubnd.example"):
        assert not any(secret.lower() in text.lower() for text in texts)
    section = read("system", opened(tmp_path / "masked", NOON)).section
    assert section["os"]["name"] == "Windows 11 Pro"
    assert re.fullmatch("[0-9a-f]{2}(:[0-9a-f]{2}){5}", section["network"][0]["mac"])


def test_counters_are_played_back_and_their_absence_is_a_gap(tmp_path: Path) -> None:
    section = {"cpu": {"cores": 4, "busy_seconds_total": 10.0, "seconds_total": 40.0}}
    facts = {"system": "windows", "counters": section}
    (tmp_path / "recording.json").write_text(json.dumps(facts))
    reading = read("load", opened(tmp_path, NOON))
    assert reading.section == section
    assert {gap.field for gap in reading.gaps} >= {"memory", "filesystems"}
    bare = read("load", opened(NETWORK, NOON))
    assert bare.section == {}
    assert {gap.cause for gap in bare.gaps} == {"not recorded: counters"}


def test_psutil_tells_what_load_is_made_of() -> None:
    found = counters.section(datetime.now(UTC))  # noqa: TID251 - live
    assert found["cpu"]["seconds_total"] >= found["cpu"]["busy_seconds_total"] > 0
    assert found["memory"]["total_bytes"] >= found["memory"]["available_bytes"] > 0
    assert found["uptime_seconds"] > 0
    assert found["processes"] > 1


def test_what_only_windows_has_is_absent_elsewhere() -> None:
    host = Live(NOON)
    for ask in (
        lambda: host.wmi("Win32_BIOS"),
        lambda: host.key("HKLM\\SOFTWARE"),
        lambda: host.events("Security", 0),
        host.counters,
    ):
        if sys.platform != "win32":
            with pytest.raises(UnreadableError) as problem:
                ask()
            assert problem.value.absent


def test_recorded_events_are_those_after_the_bookmark(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    rows = [
        {
            "record_id": number,
            "event_id": 4625,
            "provider": "P",
            "at": NOON.isoformat(),
            "data": {"a": "b"},
        }
        for number in (3, 1, 2)
    ]
    (tmp_path / "events" / "Security.json").write_text(json.dumps(rows))
    host = opened(tmp_path, NOON)
    assert [event.record_id for event in host.events("Security", 1).events] == [2, 3]
    assert host.events("Security", 2) == Entries((Event(3, 4625, "P", NOON, {"a": "b"}),))
    (tmp_path / "events" / "Security.json").write_text("[{}]")
    with pytest.raises(UnreadableError, match="badly recorded"):
        host.events("Security", 0)
