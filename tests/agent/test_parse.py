from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from agent.parse import (
    dmidecode,
    edid,
    lines,
    mdatp,
    module_makers,
    monitor_serials,
    network,
    smartctl,
    smbios,
    sshd,
    support,
    upower,
)
from agent.parse.placeholders import is_placeholder
from tests.agent import machines
from tests.agent.test_probes import dmi_table

EDID = {
    "own/dell-p2419h": ("Dell", "DELL P2419H", "6FKZ1Q2", 12, 2021),
    "own/acer-label": ("Acer", "V226HQL", "LXPEE01452707f0c4202", 12, 2021),
    "own/numbered": ("Samsung", "SAM4055", "00001234", None, 2021),
    "EV2785": ("EIZO", "EV2785", "68056070", 28, 2020),
    "acer-b247y": ("Acer", "B247Y", "TJYEE0061171bcd58521", 17, 2021),
    "lcd.acer-b226hql": ("Acer", "Acer B226HQL", "LXPEE01452707f0c4202", 27, 2015),
    "crt.iiyama-410pro": ("Iiyama", "IVM1740", None, 38, 2000),
    "lcd.dell-U2413": ("Dell", "DELL U2413", "84K96386ACRL", 32, 2013),
    "lcd.hp-l1950": ("HP", "HP L1950", "CNK7420237", 42, 2007),
    "lcd.lenovo-w500": ("Lenovo", "LEN4055", None, None, 2007),
    "lcd.samsung-s24e450": ("Samsung", "S24E450", "ZZHAH4ZKA00739", 42, 2018),
    "lcd.philips-241b-vga": ("Philips", "PHL 241B4", "AU11738005933", 38, 2017),
    "lcd.lg.tv.22MT44DP-PZ": ("LG Electronics", "2D FHD LG TV", None, 1, 2013),
}


@pytest.mark.parametrize("name", sorted(machines.samples("edid")))
def test_every_monitor_tells_maker_model_and_age(name: str) -> None:
    found = edid.monitor(machines.samples("edid")[name].read_bytes())
    assert found["manufacturer"]
    assert found["model"]
    keys = ("manufacturer", "model", "serial", "made_week", "made_year")
    if name in EDID:
        assert tuple(found.get(key) for key in keys) == EDID[name]


def test_a_masked_edid_has_a_right_checksum_and_no_serial() -> None:
    data = machines.samples("edid")["own/dell-p2419h"].read_bytes()
    assert edid.monitor(edid.masked(data))["serial"] == "MASKED"
    assert b"6FKZ1Q2" not in edid.masked(data)


def test_a_damaged_edid_is_an_error_with_its_reason() -> None:
    data = machines.samples("edid")["own/dell-p2419h"].read_bytes()
    for damaged, reason in (
        (data[:100], "100 bytes"),
        (b"x" + data[1:], "header"),
        (data[:60] + b"x" + data[61:], "checksum"),
    ):
        with pytest.raises(edid.EdidError, match=reason):
            edid.monitor(damaged)


@pytest.mark.parametrize("name", sorted(machines.samples("batteries")))
def test_batteries_of_the_pc_count_and_those_of_a_mouse_do_not(name: str) -> None:
    text = machines.samples("batteries")[name].read_text()
    found = upower.batteries(text) or dmidecode.firmware(text).batteries
    ratios = {"own/upower.txt": 0.8, "infos_1.txt": 0.7623, "infos_3.txt": 0.8351}
    if name in ratios:
        assert [one["health_ratio"] for one in found] == [ratios[name]]
    counts = {"infos_4.2.txt": 0, "enumerate_2.txt": 0}
    assert len(found) == counts.get(name, 1)


@pytest.mark.parametrize(
    "text",
    [
        "To be filled by O.E.M.",
        "Default string",
        "00000000",
        "System Serial Number",
        "  ",
        "N/A",
        "Not Specified",
        "None",
        "FFFFFFFF",
        "0x00000000",
        "03000200-0400-0500-0006-000700080009",
        "xxxxxxxx",
        "...",
        "<BAD INDEX>",
        "OEM",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_placeholders_are_known(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["7XK2P93", "82KT", "0VFG3T", "Dell Inc.", "HP", "5", "A1", "3659"]
)
def test_real_values_are_no_placeholders(text: str) -> None:
    assert not is_placeholder(text)


@given(some.binary(max_size=400))
def test_any_bytes_are_a_monitor_or_an_error(data: bytes) -> None:
    for candidate in (data, edid.HEADER + data):
        try:
            edid.monitor(candidate)
        except edid.EdidError:
            continue


@given(some.binary(min_size=120, max_size=120))
def test_any_bytes_with_a_right_checksum_are_a_monitor(data: bytes) -> None:
    block = bytearray(edid.HEADER + data)
    block[127] = -sum(block[:127]) % 256
    assert edid.monitor(bytes(block))["model"]
    edid.masked(bytes(block))


@given(some.binary(max_size=600), some.integers(0, 200), some.binary(max_size=8))
def test_any_table_is_firmware(noise: bytes, place: int, patch: bytes) -> None:
    smbios.firmware(noise)
    table = bytearray(dmi_table())
    table[place : place + len(patch)] = patch
    smbios.firmware(bytes(table))


TEXTS = some.one_of(
    some.text(max_size=500),
    some.lists(
        some.sampled_from(
            [
                "Handle 0x1",
                "DMI type 17, 9 bytes",
                "Memory Device",
                "\tSize: 9 GB",
                "Size: No Module",
                "Speed: 9 MT/s",
                "Device: x Version: y",
                "User Capacity: 1.2,3 bytes",
                "Serial Number: 1",
                "native-path: BAT0",
                "power supply: yes",
                "percentage: 1,5%",
                "energy-full: 1 Wh",
                "energy-full-design: 0 Wh",
                "Type:",
                "Match all",
                "Include /x",
                "permitrootlogin yes",
                "nameserver ::1%x",
                "eth0 00000000 0100A8C0 1 0 0 z",
                "0: 00000000:0016 0:0 0A",
                "DMI type 4",
                "DMI type 22",
                "Design Capacity: 9 mWh",
            ]
        ),
        max_size=12,
    ).map("\n".join),
)


@example("=")
@given(TEXTS)
def test_any_text_is_understood_or_empty(text: str) -> None:
    dmidecode.firmware(text)
    smartctl.disk(text)
    upower.batteries(text)
    mdatp.health(text)
    network.gateway(text)
    network.name_servers(text)
    network.listening(text)
    sshd.problems(sshd.effective(sshd.lines(text)))
    lines.assignments(text)
    list(lines.blocks(text))
    support.supported_until(text, text)
    is_placeholder(text)


def test_the_route_with_the_least_metric_is_the_gateway() -> None:
    text = "eth0 00000000 010AA8C0 3 0 0 100\nwlan0 00000000 0101A8C0 3 0 0 50\n"
    assert network.gateway(text) == "192.168.1.1"


def test_loopback_sockets_are_not_open_to_others() -> None:
    rows = (
        "0: 0100007F:0277 00000000:0000 0A",
        "1: 00000000:0016 00000000:0000 0A",
        "2: 00000000:0050 00000000:0000 01",
        "3: 0000000000000000FFFF00000100007F:0CEA 00000000000000000000000000000000:0000 0A",
        "4: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A",
    )
    assert network.listening("\n".join(rows)) == {22, 443}


@pytest.mark.parametrize(
    ("written", "maker"),
    [
        ("80CE", "Samsung"),
        ("CE00", "Samsung"),
        ("0198", "Kingston"),
        ("00AD00B300AD", "SK hynix"),
        ("0x7F98000000000000", "Kingston"),
        ("7F7FFE0000000000", "Elpida"),
        ("7F7F7F7F7F7F7F7F", "7F7F7F7F7F7F7F7F"),
        ("0000", "0000"),
        ("Kingston", "Kingston"),
    ],
)
def test_a_memory_maker_is_told_by_name_whatever_the_firmware_writes(
    written: str, maker: str
) -> None:
    assert module_makers.name(written) == maker


@pytest.mark.parametrize(
    ("code", "product", "number", "text", "label"),
    [
        ("BNQ", 0x8027, 0x5445, "44H01046019", "ET44H01046019"),
        ("BNQ", 0x8027, 21, "44H01046019", "44H01046019"),
        ("SAM", 0x0CA5, 0x5A5A4841, "H4ZKA00739", "ZZHAH4ZKA00739"),
        ("SAM", 0x0E5A, 0x41485A5A, "H4ZKA00739", "ZZHAH4ZKA00739"),
        ("SAM", 0x0080, 0x47483539, "HCHW600639", "HCHW600639"),
        ("ENC", 0x2911, 68056070, None, "68056070"),
        ("ENC", 0x2911, 0, None, None),
        ("LEN", 0x1144, 0x5A485035, None, "5a485035"),
    ],
)
def test_a_monitor_tells_the_serial_of_its_label(
    code: str, product: int, number: int, text: str | None, label: str | None
) -> None:
    assert monitor_serials.serial_number(code, product, number, text) == label


def test_paths_of_upower_are_not_taken_for_a_pc_without_a_battery() -> None:
    assert upower.is_damaged("/org/freedesktop/UPower/devices/battery_BAT0\n")
    assert not upower.is_damaged("Daemon:\n  daemon-version:  0.99.20\n")
