"""Rules that judge a machine: both sides of each edge, and what could not be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from collector.readings import (
    Check,
    Cpu,
    Disk,
    Filesystem,
    Gap,
    Hardware,
    Load,
    Memory,
    Os,
    Security,
    System,
)
from collector.state import Latest
from tests.alerts.builders import (
    GIB,
    HARDWARE,
    LOAD,
    NOON,
    finding,
    latest,
    machine,
    office,
    security,
)


def verdict(rule: str, **changes: Any) -> tuple[str, str]:
    found = finding(rule, "pc-1", office(machine(**changes)))
    return found.verdict, found.because


@pytest.mark.parametrize("rule", ["firewall", "antivirus", "updates", "os-supported"])
def test_a_machine_without_a_reading_is_unknown(rule: str) -> None:
    assert verdict(rule, security=None, system=None) == ("unknown", "never-read")
    assert finding(rule, "pc-1", office()).verdict == "unknown"


def test_a_firewall_passes_and_fails_as_its_check_says_and_names_the_report() -> None:
    assert verdict("firewall") == ("pass", "pass")
    found = finding(
        "firewall", "pc-1", office(machine(security=security({"firewall": "fail"}, 77)))
    )
    assert (found.verdict, found.because) == ("fail", "fail")
    assert [one.report for one in found.evidence] == [77]
    assert found.signal_at == NOON - timedelta(seconds=30)


def test_a_check_that_the_machine_did_not_make_is_unknown() -> None:
    assert verdict("firewall", security=security({})) == ("unknown", "not-checked")


def test_a_check_that_could_not_be_read_is_unknown_with_the_machines_own_reason() -> None:
    made = latest(Security((Check("firewall", "unknown", reason="nft: permission denied"),)))
    found = finding("firewall", "pc-1", office(machine(security=made)))
    assert found.verdict == "unknown"
    assert found.values["reason"] == "nft: permission denied"


def test_a_security_reading_speaks_for_fourteen_days_and_no_longer() -> None:
    exactly = security(age=timedelta(days=14))
    later = security(age=timedelta(days=14, seconds=1))
    assert verdict("firewall", security=exactly)[0] == "pass"
    assert verdict("firewall", security=later) == ("unknown", "stale")


def test_antivirus_needs_both_the_program_and_fresh_signatures() -> None:
    def with_(**checks: Any) -> tuple[str, str]:
        given = {name.replace("_", "-"): value for name, value in checks.items()}
        return verdict("antivirus", security=security(given))

    assert with_(antivirus="pass", antivirus_signatures="pass") == ("pass", "pass")
    assert with_(antivirus="fail", antivirus_signatures="pass") == ("fail", "fail")
    assert with_(antivirus="pass", antivirus_signatures="fail") == ("fail", "signatures-old")
    assert with_(antivirus="pass", antivirus_signatures="unknown")[0] == "unknown"
    assert with_(antivirus="pass") == ("unknown", "signatures-unknown")
    assert with_(antivirus="unknown", antivirus_signatures="pass")[0] == "unknown"


def supported_until(text: str | None) -> Latest[System]:
    return latest(System(os=Os(name="Debian", version="12", supported_until=text)), 2)


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-11-23", ("pass", "ends-soon")),  # the last day itself
        ("2026-11-22", ("fail", "ended")),
        ("2027-02-21", ("pass", "ends-soon")),  # 90 days
        ("2027-02-22", ("pass", "supported")),
    ],
)
def test_support_lasts_through_its_last_day(until: str, expected: tuple[str, str]) -> None:
    assert verdict("os-supported", system=supported_until(until)) == expected


def test_the_last_day_of_support_is_the_sites_day_not_utcs() -> None:
    late = NOON.replace(hour=17)  # already the 24th in Viet Nam
    found = finding(
        "os-supported", "pc-1", office(machine(system=supported_until("2026-11-23")), now=late)
    )
    assert found.verdict == "fail"


@pytest.mark.parametrize("until", [None, "soon", ""])
def test_without_a_day_the_machines_own_check_decides(until: str | None) -> None:
    made = security({"os-supported": "fail"})
    assert verdict("os-supported", system=supported_until(until), security=made)[0] == "fail"
    assert verdict("os-supported", system=supported_until(until))[0] == "unknown"


def filled(*free: tuple[str, int, str]) -> Latest[Load]:
    made = tuple(Filesystem(mount, 1000, left, kind) for mount, left, kind in free)
    return latest(replace(LOAD, filesystems=made), 3)


def test_a_disk_is_filling_from_the_threshold_on() -> None:
    assert verdict("disk-filling", load=filled(("/", 100, "ext4"))) == ("fail", "filling")
    assert verdict("disk-filling", load=filled(("/", 101, "ext4"))) == ("pass", "room")


def test_the_fullest_disk_decides_and_images_that_are_always_full_do_not_count() -> None:
    made = filled(("/", 500, "ext4"), ("/home", 10, "ext4"), ("/snap/core", 0, "squashfs"))
    found = finding("disk-filling", "pc-1", office(machine(load=made)))
    assert (found.verdict, found.values["mount"]) == ("fail", "/home")
    assert verdict("disk-filling", load=filled(("/snap/core", 0, "squashfs")))[0] == "unknown"


def test_filesystems_that_could_not_be_read_leave_the_disk_unknown_with_the_cause() -> None:
    gaps = (Gap("filesystems", "statvfs: input/output error"),)
    made = Latest(3, NOON, NOON, Load(), gaps)
    found = finding("disk-filling", "pc-1", office(machine(load=made)))
    assert (found.verdict, found.values["reason"]) == ("unknown", gaps[0].cause)


@pytest.mark.parametrize(
    ("healths", "expected"),
    [
        (("passed", "OK"), "pass"),
        (("passed", "FAILED"), "fail"),
        (("passed", None), "unknown"),
        (("passed", "quantum"), "unknown"),
        ((None, "Pred Fail"), "fail"),
        ((), "unknown"),
    ],
)
def test_one_failing_disk_fails_and_one_of_unknown_health_leaves_it_open(
    healths: tuple[str | None, ...], expected: str
) -> None:
    disks = tuple(Disk(name=f"sd{n}", health=health) for n, health in enumerate(healths))
    assert verdict("disk-unhealthy", hardware=latest(Hardware(disks=disks)))[0] == expected


def lacks(**parts: Any) -> tuple[str, str, str]:
    found = finding(
        "machine-below-profile",
        "pc-1",
        office(machine(hardware=latest(replace(HARDWARE, **parts)))),
    )
    return found.verdict, str(found.values["lacking_parts"]), str(found.values["unread_parts"])


def test_a_machine_that_has_all_its_profile_asks_for_passes() -> None:
    assert lacks() == ("pass", "", "")


def test_memory_counts_as_the_label_says_although_firmware_takes_its_share() -> None:
    enough = int(8 * GIB * 0.9) + 1
    assert lacks(memory=Memory(enough))[0] == "pass"
    assert lacks(memory=Memory(enough - 2)) == ("fail", "memory", "")
    assert lacks(memory=None) == ("unknown", "", "memory")


def test_processors_count_together_and_an_unread_one_leaves_it_open() -> None:
    assert lacks(cpus=(Cpu(cores=1), Cpu(cores=1)))[0] == "pass"
    assert lacks(cpus=(Cpu(cores=1),)) == ("fail", "cpu", "")
    assert lacks(cpus=(Cpu(cores=1), Cpu())) == ("unknown", "", "cpu")
    assert lacks(cpus=None) == ("unknown", "", "cpu")


def test_a_disk_on_usb_makes_no_machine_fit() -> None:
    stick = Disk(size_bytes=512 * 10**9, kind="ssd", bus="usb")
    old = Disk(size_bytes=500 * 10**9, kind="hdd", bus="sata")
    assert lacks(disks=(old, stick)) == ("fail", "ssd", "")
    assert lacks(disks=(stick,)) == ("unknown", "", "disk ssd")
    assert lacks(disks=(replace(old, kind="unknown"),)) == ("unknown", "", "ssd")
    assert lacks(disks=(replace(old, kind="ssd", size_bytes=128 * 10**9),)) == ("fail", "disk", "")


def test_no_display_fails_but_displays_that_could_not_be_read_stay_unknown() -> None:
    assert lacks(monitors=()) == ("fail", "display", "")
    assert lacks(monitors=None) == ("unknown", "", "display")


def test_what_surely_lacks_fails_although_something_else_could_not_be_read() -> None:
    assert lacks(memory=Memory(4 * GIB), monitors=None) == ("fail", "memory", "display")


def test_an_operating_system_without_support_is_below_the_profile() -> None:
    assert verdict("machine-below-profile", system=supported_until("2020-01-01"))[0] == "fail"
    assert verdict("machine-below-profile", system=None) == ("unknown", "unread")


def test_a_profile_that_asks_for_no_display_judges_none() -> None:
    bare = [
        {
            "id": "chuan",
            "name": "Máy chủ",
            "decision": "01/QĐ",
            "memory_gib": 4,
            "ssd": False,
            "display": False,
            "os_supported": False,
        }
    ]
    server = machine(hardware=latest(replace(HARDWARE, monitors=None, disks=None)), system=None)
    assert finding("machine-below-profile", "pc-1", office(server, profiles=bare)).verdict == "pass"
