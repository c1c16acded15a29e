"""A masked recording: no secret in any spelling, the same verdicts, the same form."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest

from agent.host.recorded import Recorded, opened
from agent.masked_tables import smbios
from agent.masking import record_machine
from agent.parse.smbios import firmware
from agent.probes import PROBES, read
from agent.stand_ins import StandIns
from tests.agent import machines
from tests.agent.machines import NOON

UUID_TEXT = "4c4c4544-0058-4b10-8032-b7c04f503933"
SECRETS = {
    "linux": (
        *("7XK2P93", "S6PENX0T123456A", "X5E9043210", "a4:bb:6d:00:11:22", UUID_TEXT, "pc-vp-01"),
        *("192.168.10.21", "192.168.10.1", "fe80::a6bb:6dff:fe00:1122", "USB00SN7731", "canbo"),
        *("Tran Thi Hoa", "hoatt"),
    ),
    "windows": (
        *("KT-MAY-07", "ubnd-hoamai.local", "PF3XY7Q1", "WD-WX31A8912345", "8C:16:45:AA:BB:07"),
        *(
            "hoa.tran",
            "Trần Thị Hoa",
            "192.168.7.77",
            "VOL9A8B7C6D",
            "1004336348-1177238915-682003330",
        ),
        UUID_TEXT,
    ),
}
WMI = {
    "Win32_ComputerSystem": "Name=KT-MAY-07\nDNSHostName=KT-MAY-07\nDomain=ubnd-hoamai.local\n"
    "UserName=KT-MAY-07\\hoa.tran\nManufacturer=Dell\nModel=OptiPlex\n",
    "Win32_BIOS": "SerialNumber=PF3XY7Q1\nManufacturer=Dell\nSMBIOSBIOSVersion=1.2.3.4\n",
    "Win32_ComputerSystemProduct": f"IdentifyingNumber=PF3XY7Q1\nUUID={UUID_TEXT.upper()}\n",
    "Win32_DiskDrive": "Index=0\nModel=WDC\nSerialNumber=WD-WX31A8912345\nSize=1000\n"
    "PNPDeviceID=SCSI\\DISK&VEN_WDC\\WD-WX31A8912345\n",
    "Win32_NetworkAdapter": "Index=1\nMACAddress=8C:16:45:AA:BB:07\nName=Intel\nPhysicalAdapter=TRUE\n",
    "Win32_NetworkAdapterConfiguration": "Index=1\nMACAddress=8C:16:45:AA:BB:07\n"
    'IPAddress={"192.168.7.77"}\nDefaultIPGateway={"192.168.7.1"}\n',
    "Win32_LogicalDisk": "DeviceID=C:\nDriveType=3\nVolumeSerialNumber=VOL9A8B7C6D\nFileSystem=NTFS\n",
    "Win32_OperatingSystem": "RegisteredUser=Trần Thị Hoa\nCSName=KT-MAY-07\nCaption=Windows 11\n",
}


def spellings(secret: str) -> Iterator[bytes]:
    """One secret in the ways in which a file may hold it."""
    bare = "".join(sign for sign in secret if sign not in ":-. ")
    for text in {secret, bare}:
        for told in {text, text.lower(), text.upper()}:
            for raw in (told.encode(), told.encode("utf-16-le"), told.encode("utf-16-be")):
                yield raw
                yield raw.hex().encode()
                yield raw.hex().upper().encode()
                # Without the signs that depend on what stands before and after it.
                yield base64.b64encode(raw)[: len(raw) // 3 * 4]
            yield quote(told, safe="").encode()


def form(value: Any) -> Any:
    """Keys and counts, and of what kind each value is."""
    if isinstance(value, dict):
        return {key: form(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [form(one) for one in value]
    return type(value).__name__


def synthetic(system: str, folder: Path) -> Recorded:
    """A machine with secrets in sources of every kind."""
    if system == "windows":
        host = machines.copied("windows-kept", folder)
        for name, text in WMI.items():
            (folder / "wmi" / f"{name}.wmi").write_text(text, "utf-8")
        return host
    machines.copied("debian-pc", folder)
    files = folder / "files"
    with (files / "etc/passwd").open("a") as passwd:
        passwd.write("hoatt:x:1001:1001:Tran Thi Hoa,,,:/home/hoatt:/bin/bash\n")
    with (files / "etc/ssh/sshd_config").open("a") as sshd:
        sshd.write("# AllowUsers an hoatt@192.168.10.21, USB%30%30SN7731 USB00SN7731\n")
        sshd.write(
            f"# {b'S6PENX0T123456A'.hex()} {base64.b64encode(b'S6PENX0T123456A').decode()}\n"
        )
    stick = files / "sys/bus/usb/devices/1-9"
    stick.mkdir(parents=True)
    for name, text in (("idVendor", "0951"), ("idProduct", "1666"), ("serial", "USB00SN7731")):
        (stick / name).write_text(f"{text}\n")
    return opened(folder, NOON)


@pytest.mark.parametrize("system", SECRETS)
def test_no_secret_is_in_a_masked_recording_in_any_spelling(tmp_path: Path, system: str) -> None:
    host = synthetic(system, tmp_path / "machine")
    record_machine(host, tmp_path / "plain", masked=False)
    record_machine(host, tmp_path / "masked", masked=True)
    plain, masked = (
        b"".join(
            str(path).encode() + path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        )
        for name in ("plain", "masked")
    )
    for secret in SECRETS[system]:
        assert any(one in plain for one in spellings(secret)), f"never recorded: {secret}"
        found = [one for one in spellings(secret) if one in masked]
        assert not found, secret
    for raw in (UUID(UUID_TEXT).bytes, UUID(UUID_TEXT).bytes_le):
        assert raw not in masked


@pytest.mark.parametrize("name", [*SECRETS, *machines.NAMES])
def test_a_masked_recording_plays_back_in_the_same_form(tmp_path: Path, name: str) -> None:
    host = synthetic(name, tmp_path / "machine") if name in SECRETS else machines.machine(name)
    record_machine(host, tmp_path / "masked", masked=True)
    again = opened(tmp_path / "masked", NOON)
    assert machines.verdicts(again) == machines.verdicts(host)
    for probe in set(PROBES) - {"events"}:  # what happened is left out on purpose
        assert form(read(probe, again).section) == form(read(probe, host).section), probe


def test_a_name_of_two_letters_is_hidden_where_names_stand(tmp_path: Path) -> None:
    host = machines.copied("debian-pc", tmp_path / "machine")
    place = Path("files/proc/sys/kernel/hostname")
    (tmp_path / "machine" / place).write_text("pc\n")
    record_machine(host, tmp_path / "masked", masked=True)
    told = (tmp_path / "masked" / place).read_text()
    assert told != "pc\n"
    assert len(told) == 3
    assert "an" not in (tmp_path / "masked/files/etc/passwd").read_text().split(":")


def test_nobodys_document_and_no_account_stands_among_what_starts_by_itself(tmp_path: Path) -> None:
    host = opened(machines.HERE / "facts" / "machines" / "windows-starts", NOON)
    record_machine(host, tmp_path, masked=True)
    names = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")]
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for secret in ("don xin nghi", "bang luong", "vanthu"):
        assert not any(secret in name for name in names)
        wide = secret.encode("utf-16-le")
        assert not any(secret.encode() in data or wide in data for data in written)
    told = read("software", opened(tmp_path, NOON)).section["autoruns"]
    assert told == read("software", host).section["autoruns"]


def test_the_same_secret_has_the_same_stand_in_and_another_recording_another() -> None:
    one, other = StandIns(b"1" * 32), StandIns(b"2" * 32)
    assert one.of("A4:BB:6D:00:11:22").lower() == one.of("a4:bb:6d:00:11:22")
    assert one.of("a4bb6d001122") == one.of("a4-bb-6d-00-11-22").replace("-", "")
    assert one.of("S6PENX0T123456A") != other.of("S6PENX0T123456A")
    assert one.of("To Be Filled By O.E.M.") == "To Be Filled By O.E.M."
    assert len({one.of(f"n{number}") for number in range(10)}) == 10


def test_addresses_keep_their_kind_and_their_network() -> None:
    stand_ins = StandIns(b"1" * 32)
    first, second = stand_ins.address("192.168.10.21"), stand_ins.address("192.168.10.1")
    assert first != second
    assert first.rpartition(".")[0] == second.rpartition(".")[0]
    assert first.startswith("192.168.")
    for kept in ("127.0.0.1", "0.0.0.0", "::1", "255.255.255.255", "x"):  # noqa: S104 - no server
        assert stand_ins.address(kept) == kept


def test_serials_and_the_uuid_of_an_smbios_table_are_hidden_and_the_rest_is_not() -> None:
    fixed = bytes([1, 27, 0, 1, 1, 2, 0, 3]) + UUID(UUID_TEXT).bytes_le + bytes([6, 0, 0])
    table = fixed + b"Dell\0OptiPlex\0AB12\0\0" + bytes([127, 4, 0, 2, 0, 0])
    before = firmware(table).system
    after = firmware(smbios(table, StandIns(b"1" * 32).of)).system
    assert {name for name in before if before[name] != after[name]} == {"serial", "uuid"}
    assert len(str(after["serial"])) == 4
