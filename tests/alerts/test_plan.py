"""The plan of equipment: who comes first, with what, why, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from alerts import judge
from alerts.office import Office
from alerts.plan import Need, plan
from collector.readings import Cpu, Disk, Memory, Os, System
from tests.alerts.builders import GIB, HARDWARE, NOON, latest, machine, office, security

PRICES = {"machine": 15_000_000, "memory": 900_000, "ssd": 1_200_000, "printer": 5_000_000}
SPINNING = (Disk(name="sda", size_bytes=500 * 10**9, kind="hdd", bus="sata", health="passed"),)


def needs(here: Office) -> list[tuple[str, str, int | None]]:
    made = plan(here.inventory, judge.findings(here))
    return [(one.subject, one.what, one.price_vnd) for one in made.needs]


def seen(**changes: Any) -> Any:
    return latest(replace(HARDWARE, printers=(), scanners=(), **changes), 9)


def here(*machines: Any, **changes: Any) -> Office:
    devices = [
        {"id": "in-1", "kind": "printer", "name": "Máy in"},
        {"id": "quet-1", "kind": "scanner", "name": "Máy quét"},
    ]
    return office(*machines, **({"prices": PRICES, "devices": devices} | changes))


def test_an_official_without_a_pc_comes_first_and_parts_after_whole_pcs() -> None:
    slow = machine("pc-1", hardware=seen(cpus=(Cpu(cores=1),), disks=SPINNING))
    short = machine("pc-2", hardware=seen(memory=Memory(4 * GIB)))
    assert needs(here(slow, short)) == [
        ("ke-toan", "machine", 15_000_000),
        ("pc-1", "machine", 15_000_000),
        ("pc-2", "memory", 900_000),
    ]


def test_what_a_pc_lacks_is_mended_by_parts_while_it_is_worth_it() -> None:
    poor = machine("pc-2", hardware=seen(memory=Memory(4 * GIB), disks=SPINNING, monitors=()))
    made = plan((at := here(machine(), poor)).inventory, judge.findings(at))
    mine = [one for one in made.needs if one.subject == "pc-2"]
    assert [(one.what, one.price_vnd) for one in mine] == [
        ("ssd", 1_200_000),
        ("memory", 900_000),
        ("display", None),
    ]
    assert made.unpriced == ("display",)
    assert made.total_vnd == 15_000_000 + 2_100_000


def test_an_old_pc_is_renewed_only_when_it_lacks_something_too() -> None:
    old = [
        {"id": "pc-1", "profile": "chuan", "room": "1", "person": "ho-tich", "bought": "2018-01-01"}
    ]
    alone = machine(hardware=seen())
    assert ("pc-1", "machine", 15_000_000) not in needs(here(alone, machines=old))
    short = machine(hardware=seen(memory=Memory(4 * GIB)))
    assert ("pc-1", "machine", 15_000_000) in needs(here(short, machines=old))


def test_an_ended_system_is_upgraded_for_nothing_where_the_pc_can_and_else_renewed() -> None:
    ended = latest(System(os=Os(family="windows", name="Windows 10", supported_until="2025-10-14")))
    can = machine(system=ended, hardware=seen(), security=security({"tpm": "pass"}))
    cannot = machine(system=ended, hardware=seen(), security=security({"tpm": "fail"}))
    assert ("pc-1", "system", 0) in needs(here(can))
    assert ("pc-1", "machine", 15_000_000) in needs(here(cannot))


def test_what_is_shared_is_counted_by_the_norm() -> None:
    people = [{"id": f"n-{i}", "post": "x", "department": "van-phong"} for i in range(9)]
    machines = [{"id": "pc-1", "profile": "chuan", "room": "1", "person": "n-1"}]
    at = here(machine(hardware=seen()), people=people, machines=machines)
    shared = [one for one in plan(at.inventory, judge.findings(at)).needs if one.what == "printer"]
    assert [(one.subject, one.count, one.price_vnd) for one in shared] == [
        ("hoa-mai", 2, 10_000_000)
    ]


def test_what_nobody_read_is_told_apart_and_not_planned() -> None:
    made = plan((at := here()).inventory, judge.findings(at))
    assert made.unknown == ("ho-tich", "pc-1", "pc-2")
    assert [one.subject for one in made.needs] == ["ke-toan"]


def test_every_need_names_failing_findings_and_the_same_office_makes_the_same_plan() -> None:
    def made() -> list[Need]:
        at = here(machine(hardware=seen(memory=Memory(GIB))), now=NOON + timedelta(seconds=1))
        found = judge.findings(at)
        failing = {(one.rule, one.subject) for one in found if one.verdict == "fail"}
        planned = plan(at.inventory, found).needs
        for need in planned:
            assert {(one.rule, one.subject) for one in need.reasons} <= failing
            assert need.reasons
        return list(planned)

    assert made() == made()
    assert [one.rank for one in made()] == list(range(1, len(made()) + 1))
