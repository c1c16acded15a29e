from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from agent.host.live import Live
from agent.host.recorded import opened
from agent.parse import smbios
from agent.probes import PROBES, read
from tests.agent import machines
from tests.agent.machines import NOON, machine, section, verdicts

GIB = 1024**3


def test_a_debian_pc_tells_what_it_is_made_of() -> None:
    found = section("debian-pc", "hardware")
    assert found["system"]["serial"] == "7XK2P93"
    assert found["system"]["chassis"] == "Desktop"
    assert (found["cpus"][0]["cores"], found["cpus"][0]["threads"]) == (6, 12)
    assert found["cpus"][0]["speed_hertz"] == 2_900_000_000
    disk = found["disks"][0]
    assert (disk["model"], disk["kind"], disk["bus"]) == (
        "Samsung SSD 870 EVO 250GB",
        "ssd",
        "sata",
    )
    assert (disk["serial"], disk["health"]) == ("S6PENX0T123456A", "good")
    assert found["printers"] == [
        {"name": "EPSON L3150 Series", "port": "usb:1-2", "serial": "X5E9043210"}
    ]
    assert [device["model"] for device in found["usb"]] == ["L3150 Series"]
    assert found["graphics"][0]["manufacturer"] == "Intel"
    assert (found["monitors"], found["batteries"]) == ([], [])
    assert found["tpm"] == {"present": True, "version": "2"}


def test_a_machine_without_smbios_has_gaps_and_no_exception() -> None:
    reading = read("hardware", machine("vm-without-dmi"))
    assert "system" not in reading.section
    assert {gap.field for gap in reading.gaps} >= {"system", "memory.slots", "monitors", "usb"}
    assert reading.section["memory"]["total_bytes"] == 4_096_000_000


def test_a_laptop_tells_its_batterys_wear_and_names_placeholders_as_gaps() -> None:
    reading = read("hardware", machine("laptop"))
    battery = reading.section["batteries"][0]
    assert (battery["health_ratio"], battery["cycles"]) == (0.8, 211)
    assert "serial" not in battery
    assert "serial" not in reading.section["system"]
    causes = {gap.field: gap.cause for gap in reading.gaps}
    assert "To be filled by O.E.M." in causes["system.serial"]
    assert "permission denied" in causes["system.uuid"]
    assert "placeholder" in causes["batteries[0].serial"]


def test_system_tells_support_network_and_start() -> None:
    found = section("debian-pc", "system")
    assert found["os"]["supported_until"] == "2028-06-30"
    assert found["boot_at"] == "2025-11-20T00:53:20+00:00"
    assert (found["gateway"], found["dns"]) == ("192.168.10.1", ["192.168.10.1", "8.8.8.8"])
    assert found["network"][0]["speed_bits_per_second"] == 1_000_000_000
    assert section("laptop", "system")["network"][0]["kind"] == "wifi"


def test_load_counts_local_filesystems_real_disks_and_real_interfaces_once() -> None:
    found = section("debian-pc", "load")
    assert [one["mount"] for one in found["filesystems"]] == ["/", "/boot"]
    assert found["disk"] == {"in_bytes_total": 2000 * 512, "out_bytes_total": 1000 * 512}
    assert found["network"] == {"in_bytes_total": 5_000_000, "out_bytes_total": 700_000}
    assert found["cpu"]["busy_seconds_total"] == 133.0
    assert found["memory"]["available_bytes"] == 5_200_000 * 1024


def test_a_well_kept_pc_passes_every_check() -> None:
    assert set(verdicts(machine("debian-pc")).values()) == {"pass"}


def test_a_neglected_machine_fails_and_what_it_cannot_tell_is_unknown() -> None:
    found = verdicts(machine("vm-without-dmi"))
    assert {name for name, verdict in found.items() if verdict == "unknown"} == {
        "idle-accounts",
        "secure-boot",
        "tpm",
    }
    assert "pass" not in found.values()


def test_rules_that_may_not_be_read_are_unknown_and_never_pass() -> None:
    found = verdicts(machine("laptop"))
    assert found["firewall"] == "unknown"
    assert found["secure-boot"] == "unknown"
    assert found["antivirus-signatures"] == "fail"


def test_every_verdict_names_its_source() -> None:
    for name in machines.NAMES:
        for row in section(name, "security")["checks"]:
            assert row["source"]
            assert row.get("observed") or row["reason"]


def _files(name: str) -> list[str]:
    folder = machines.OWN / name
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.mark.parametrize("damage", ["gone", "empty", "noise"])
@pytest.mark.parametrize("name", machines.NAMES)
def test_no_source_taken_away_or_damaged_raises_or_turns_a_verdict_into_a_pass(
    tmp_path: Path, name: str, damage: str
) -> None:
    before = verdicts(machine(name))
    host = machines.copied(name, tmp_path / "copy")
    for file in _files(name):
        if file == "recording.json":
            continue
        path = host.folder / file
        original = path.read_bytes()
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(b"" if damage == "empty" else b"\xff\x00\xfe garbage \x80" * 7)
        for probe in PROBES:
            read(probe, host)
        after = verdicts(host)
        turned = {one for one in after if after[one] == "pass" and before.get(one) != "pass"}
        assert not turned, file
        path.write_bytes(original)


@pytest.mark.parametrize("name", sorted(machines.samples("dmidecode")))
def test_a_dmidecode_text_alone_is_played_back_as_a_machine(tmp_path: Path, name: str) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    shutil.copyfile(machines.samples("dmidecode")[name], commands / "dmidecode.txt")
    found = read("hardware", opened(tmp_path, NOON)).section
    expected = DMIDECODE.get(name, {})
    assert {key: _at(found, key) for key in expected} == expected


def _at(found: Any, path: str) -> Any:
    for part in path.split("."):
        found = found[int(part)] if part.isdigit() else found.get(part)
        if found is None:
            return None
    return found


DMIDECODE: dict[str, dict[str, Any]] = {
    "own/desktop": {
        "system.manufacturer": None,
        "system.model": "H410M-HDV",
        "system.serial": None,
        "system.uuid": None,
        "cpus.0.cores": 4,
        "memory.total_bytes": 8 * GIB,
        "memory.slots.0.serial": "7E2B91C4",
        "memory.slots.1.capacity_bytes": 0,
    },
    "own/old-desktop": {
        "cpus": [{"name": "Pentium III", "manufacturer": "Intel", "speed_hertz": 733_000_000}],
        "memory.total_bytes": GIB // 4,
        "memory.slots": [
            {"locator": "DIMM1", "capacity_bytes": GIB // 4, "type": "SDRAM"},
            {"locator": "DIMM2", "capacity_bytes": 0},
        ],
        "batteries": [],
    },
    "dell-r620": {"system.serial": "3FHW8Z1", "cpus.1.cores": 8, "bios.date": "12/06/2019"},
    "dell-r640-1": {"system.model": "PowerEdge R640", "memory.slots.0.type": "DDR4"},
    "freebsd-8.1": {"system.serial": "CNF01207X6", "batteries.0.energy_design_joules": 15840},
    "lenovo-thinkpad": {"system.chassis": "Notebook", "memory.total_bytes": 8 * GIB},
    "openbsd-3.7": {"bios.version": "4.51 PG", "system.serial": None},
    "rhel-2.1": {"system.serial": "KBKGW40", "system.chassis": "Mini Tower"},
    "rhel-4.3": {"system.serial": "KDMAH1Y", "memory.total_bytes": 2 * GIB},
    "surface-go-2": {"system.model": "Surface Go 2"},
    "windows-7.2": {"system.serial": None, "board.serial": "MF7097G05100710"},
    "windows-xp": {"system.serial": "HLG964J", "memory.slots.0.capacity_bytes": 2 * GIB},
    "S3000AHLX": {"system.serial": None, "cpus.0.speed_hertz": 2_400_000_000},
}


@pytest.mark.parametrize("name", sorted(machines.samples("smartctl")))
def test_a_smartctl_text_alone_is_played_back_as_a_disk(tmp_path: Path, name: str) -> None:
    (tmp_path / "commands").mkdir()
    shutil.copyfile(machines.samples("smartctl")[name], tmp_path / "commands" / "smartctl.txt")
    disks = read("hardware", opened(tmp_path, NOON)).section.get("disks")
    expected = {
        "own/nvme": ("50026B7785AAAAAA", 500_107_862_016, "ssd", "failing"),
        "sample1": ("DFW1W11002SE002B3117", 128_035_676_160, "ssd", None),
        "sample2": (None, None, "unknown", None),
        "sample3": ("3LM0L0FJ00009733Y46W", None, "unknown", None),
        "sample4": None,  # an enclosure is no disk
    }[name]
    found = disks and tuple(disks[0].get(key) for key in ("serial", "size_bytes", "kind", "health"))
    assert found == expected


def test_defender_in_passive_mode_does_not_protect(tmp_path: Path) -> None:
    samples = [tmp_path / "own.json"]
    passive = {"realTimeProtectionEnabled": {"value": False}, "passiveModeEnabled": {"value": True}}
    healthy = {"healthy": True, "licensed": True, "definitionsUpdatedMinutesAgo": 20}
    samples[0].write_text(json.dumps({**passive, **healthy, "appVersion": "101"}))
    recorded = machines.recordings() / "linux"
    samples += sorted(recorded.glob("antivirus-mdatp-*.json")) if recorded.is_dir() else []
    for number, sample in enumerate(samples):
        folder = tmp_path / str(number) / "commands"
        folder.mkdir(parents=True)
        shutil.copyfile(sample, folder / "mdatp.json")
        found = verdicts(opened(folder.parent, NOON))
        assert (found["antivirus"], found["antivirus-signatures"]) == ("fail", "pass")


def test_the_firmwares_own_table_is_read_where_it_may_be(tmp_path: Path) -> None:
    table = tmp_path / "files/sys/firmware/dmi/tables/DMI"
    table.parent.mkdir(parents=True)
    table.write_bytes(dmi_table())
    found = read("hardware", opened(tmp_path, NOON)).section
    assert found["system"]["serial"] == "VN-0042"
    assert found["system"]["uuid"] == "33221100-5544-7766-8899-aabbccddeeff"
    assert found["system"]["chassis"] == "Mini Tower"
    assert found["memory"]["slots"][0] == {
        "locator": "DIMM1",
        "capacity_bytes": 8 * GIB,
        "type": "DDR4",
        "speed_hertz": 2_666_000_000,
        "manufacturer": "Kingston",
        "serial": "7E2B91C4",
    }


def dmi_table() -> bytes:
    """An SMBIOS table of four structures, as a maker would write it."""
    system = bytearray(27)
    system[4:8] = bytes([1, 2, 0, 3])
    system[8:24] = bytes(range(0, 256, 17))
    slot = bytearray(40)
    slot[12:14] = (8192).to_bytes(2, "little")
    slot[16], slot[18], slot[23], slot[24] = 1, 26, 2, 3
    slot[21:23] = (2666).to_bytes(2, "little")
    rows = (
        (1, system, ("FPT Elead", "T10", "VN-0042")),
        (3, bytearray([0, 0, 0, 0, 0, 0x86]), ()),
        (17, slot, ("DIMM1", "Kingston", "7E2B91C4")),
        (127, bytearray(4), ()),
    )
    table = b""
    for number, (kind, data, texts) in enumerate(rows):
        data[0:4] = bytes([kind, len(data), number, 0])
        strings = b"".join(text.encode() + b"\0" for text in texts) or b"\0"
        table += bytes(data) + strings + b"\0"
    return table


def test_a_processor_that_the_firmware_keeps_off_is_not_counted() -> None:
    def table(status: int) -> bytes:
        data = bytearray(26)
        data[0:4] = bytes([4, len(data), 0, 0])
        data[5], data[20:22], data[24] = 3, (2000).to_bytes(2, "little"), status
        return bytes(data) + b"\0\0" + b"\x7f\x04\x00\x00\0\0"

    counts = {status: len(smbios.firmware(table(status)).cpus) for status in (0x41, 0x42, 0x43, 0)}
    assert counts == {0x41: 1, 0x42: 0, 0x43: 0, 0: 0}


def test_the_walk_over_the_table_ends_at_its_end_mark() -> None:
    kinds = [one.kind for one in smbios.structures(dmi_table() + b"\x01\x04\x00\x00\0\0")]
    assert kinds == [1, 3, 17]


def test_this_machine_is_read_live_without_an_exception() -> None:
    host = Live(NOON)
    found = read("load", host).section
    assert found["cpu"]["seconds_total"] >= found["cpu"]["busy_seconds_total"] > 0
    assert found["memory"]["total_bytes"] >= found["memory"]["available_bytes"] > 0
    assert read("system", host).section["boot_at"]
    assert read("hardware", host).section["cpus"]


def test_a_recording_of_another_system_is_one_gap_and_no_linux_guess(tmp_path: Path) -> None:
    (tmp_path / "recording.json").write_text('{"system": "plan9"}')
    reading = read("hardware", opened(tmp_path, NOON))
    assert reading.section == {}
    assert reading.gaps[0].cause == "this version does not read plan9"
