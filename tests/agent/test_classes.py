from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

import agent
from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.host.recorded import Recorded, opened
from agent.windows import queries
from agent.windows.classes import SUPERCLASS, devices, maker, rows, usb_id
from tests.agent.machines import NOON

CLASS = re.compile(r'"((?:Win32|MSFT|CIM|MSStorage|Battery|SoftwareL|OfficeS)\w+)"')


def test_every_class_that_a_part_asks_for_is_in_the_closed_list() -> None:
    folder = Path(str(files(agent))) / "windows"
    asked = {name for path in folder.glob("*.py") for name in CLASS.findall(path.read_text())}
    # The superclass is read from recordings alone: live, each class answers for itself.
    assert asked - set(queries.QUERIES) == {SUPERCLASS}


def _recorded(folder: Path, wmi: Mapping[str, str]) -> Recorded:
    (folder / "wmi").mkdir()
    for name, text in wmi.items():
        (folder / "wmi" / f"{name}.wmi").write_text(text)
    return opened(folder, NOON)


def test_a_class_that_is_not_there_is_looked_for_in_the_superclass(tmp_path: Path) -> None:
    text = "CreationClassName=Win32_Printer\nName=A\n\nCreationClassName=Win32_Bus\nName=B\n"
    reader = Reader(_recorded(tmp_path, {SUPERCLASS: text}))
    assert [row["Name"] for row in devices(reader, "Win32_Printer", "printers") or ()] == ["A"]
    assert devices(reader, "Win32_DiskDrive", "disks") == ()
    assert reader.gaps == []


def test_a_class_that_is_nowhere_is_a_gap_and_not_an_empty_list(tmp_path: Path) -> None:
    reader = Reader(_recorded(tmp_path, {}))
    assert devices(reader, "Win32_Printer", "printers") is None
    assert rows(reader, "Win32_BIOS", "bios") is None
    assert [gap.field for gap in reader.gaps] == ["printers", "bios"]


class Refusing(Recorded):
    """A recorded Windows that lets nobody read its devices."""

    def wmi(self, name: str, namespace: str = "") -> tuple[Mapping[str, str], ...]:
        raise UnreadableError(f"permission denied: WMI {name} {namespace}".strip())


def test_a_class_that_refuses_is_told_with_its_own_cause(tmp_path: Path) -> None:
    reader = Reader(Refusing(tmp_path, NOON))
    assert devices(reader, "Win32_Printer", "printers") is None
    assert rows(reader, "Win32_BIOS", "bios") is None
    assert all("permission denied" in gap.cause for gap in reader.gaps)
    assert len(reader.gaps) == 2


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("USB\\VID_03F0&PID_6004\\MY26K1K34C2L", "MY26K1K34C2L"),
        ("USB\\VID_046D&PID_C03E\\6&DF2EE03&0&6", None),
    ],
)
def test_a_serial_that_windows_made_up_is_none(text: str, serial: str | None) -> None:
    known = usb_id(text)
    assert known is not None
    assert known.serial == serial
    assert not known.function


def test_a_function_of_a_composite_device_is_no_device_of_its_own() -> None:
    known = usb_id("USB\\VID_046D&PID_08C9&MI_00\\7&E16BD72&0&0000")
    assert known is not None
    assert known.function
    assert usb_id("USB\\ROOT_HUB20\\4&3113F1A8&0") is None


def test_a_stand_in_for_the_maker_is_left_out_in_every_language() -> None:
    microsoft = {"Manufacturer": "Microsoft", "DeviceID": "USB\\VID_04F9&PID_002B\\J5J1"}
    assert maker({"Manufacturer": "(Périphériques système standard)"}) is None
    assert maker(microsoft) is None
    assert maker({**microsoft, "DeviceID": "USB\\VID_045E&PID_0745\\5&1"}) == "Microsoft"
    assert maker({"Manufacturer": "Canon"}) == "Canon"
