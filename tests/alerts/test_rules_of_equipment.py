"""Rules of equipment beside the profile as a whole: parts, age, warranty, norms, what is on the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from alerts.rules import RULES
from collector.readings import (
    Cpu,
    Disk,
    Gap,
    Hardware,
    Memory,
    Os,
    Peripheral,
    System,
    SystemIdentity,
)
from collector.software import Installed, Licence
from collector.state import Latest
from tests.alerts.builders import (
    GIB,
    HARDWARE,
    NOON,
    agent,
    finding,
    inventory,
    latest,
    machine,
    office,
    security,
)

PROFILE = {"id": "chuan", "name": "Chuẩn", "decision": "01/QĐ", "memory_gib": 8, "disk_gib": 200}
MACHINE = {"id": "pc-1", "profile": "chuan", "room": "101", "person": "ho-tich"}


def told(rule: str, subject: str, *machines: Any, **changes: Any) -> tuple[str, str]:
    found = finding(rule, subject, office(*machines, **changes))
    return found.verdict, found.because


def with_(**changes: Any) -> Any:
    return machine(hardware=latest(replace(HARDWARE, **changes), 9))


@pytest.mark.parametrize(
    ("rule", "good", "bad", "unread"),
    [
        (
            "memory-short",
            {"memory": Memory(int(7.2 * GIB) + 1)},
            {"memory": Memory(int(7.19 * GIB))},
            {"memory": None},
        ),
        (
            "processor-weak",
            {"cpus": (Cpu(cores=2),)},
            {"cpus": (Cpu(cores=1),)},
            {"cpus": None},
        ),
        (
            "disk-small",
            {"disks": (Disk(size_bytes=180 * GIB),)},
            {"disks": (Disk(size_bytes=180 * GIB - 1),)},
            {"disks": None},
        ),
        (
            "ssd-missing",
            {"disks": (Disk(kind="ssd"), Disk(kind="hdd"))},
            {"disks": (Disk(kind="hdd"), Disk(kind="ssd", bus="usb"))},
            {"disks": (Disk(kind="unknown"),)},
        ),
        ("display-missing", {}, {"monitors": ()}, {"monitors": None}),
    ],
)
def test_each_part_of_the_profile_is_told_apart(
    rule: str, good: Any, bad: Any, unread: Any
) -> None:
    assert told(rule, "pc-1", with_(**good)) == ("pass", "meets")
    assert told(rule, "pc-1", with_(**bad)) == ("fail", "lacks")
    assert told(rule, "pc-1", with_(**unread)) == ("unknown", "unread")
    assert told(rule, "pc-1") == ("unknown", "never-read")
    assert [one.report for one in finding(rule, "pc-1", office(with_(**bad))).evidence] == [9]


def test_a_part_that_the_profile_does_not_ask_for_is_not_judged() -> None:
    asks = PROFILE | {"disk_gib": 0, "ssd": False, "display": False}
    here = inventory(profiles=[asks])
    for rule in ("disk-small", "ssd-missing", "display-missing"):
        assert RULES[rule].subjects(here) == ()
    assert len(RULES["memory-short"].subjects(here)) == 2


def asking(**more: Any) -> dict[str, Any]:
    return {
        "profiles": [PROFILE | {"printer": True, "scanner": True, "signature_token": True}],
        **more,
    }


@pytest.mark.parametrize("kind", ["printer", "scanner"])
def test_a_device_in_the_room_or_in_a_room_of_the_department_is_in_reach(kind: str) -> None:
    rule = f"{kind}-in-reach"
    empty = with_(printers=(), scanners=())
    for room in ("101", "102"):
        device = {"id": "x", "kind": kind, "name": "Máy", "room": room}
        machines = [
            MACHINE,
            {"id": "pc-2", "profile": "chuan", "room": "102", "department": "van-phong"},
        ]
        here = asking(devices=[device], machines=machines)
        assert told(rule, "ho-tich", empty, **here) == ("pass", "near")
    far = {"id": "x", "kind": kind, "name": "Máy", "room": "999"}
    assert told(rule, "ho-tich", empty, **asking(devices=[far])) == ("fail", "none")
    other = {"id": "x", "kind": "ups", "name": "Máy", "room": "101"}
    assert told(rule, "ho-tich", empty, **asking(devices=[other])) == ("fail", "none")


@pytest.mark.parametrize("kind", ["printer", "scanner"])
def test_a_device_at_the_officials_own_pc_is_in_reach_and_an_unread_pc_may_have_one(
    kind: str,
) -> None:
    own = with_(**{f"{kind}s": (Peripheral(name="Canon"),)})
    assert told(f"{kind}-in-reach", "ho-tich", own, **asking()) == ("pass", "attached")
    assert told(f"{kind}-in-reach", "ho-tich", with_(), **asking()) == ("unknown", "unread")
    assert told(f"{kind}-in-reach", "ho-tich", **asking()) == ("unknown", "unread")


def test_printers_are_counted_by_the_norm_and_a_shared_queue_is_no_printer() -> None:
    people = [{"id": f"n-{i}", "post": "x", "department": "van-phong"} for i in range(6)]
    machines = [{"id": "pc-1", "profile": "chuan", "room": "1", "person": "n-1"}]
    here: dict[str, Any] = {"people": people, "machines": machines}
    one = [{"id": "in-1", "kind": "printer", "name": "Máy in"}]
    queue, usb = Peripheral(name="Q", port="192.168.1.9"), Peripheral(name="P", port="USB001")
    rule, site = "printers-few", "hoa-mai"
    assert told(rule, site, with_(printers=(queue,)), devices=one, **here) == ("fail", "few")
    assert told(rule, site, with_(printers=(queue, usb)), devices=one, **here) == ("pass", "enough")
    assert told(rule, site, with_(), devices=one, **here) == ("unknown", "unread")
    found = finding(rule, site, office(with_(printers=()), devices=one, **here))
    assert (found.values["count"], found.values["wanted"]) == (1, 2)


def test_scanners_are_counted_one_for_fifteen_and_the_office_may_set_another_norm() -> None:
    people = [{"id": f"n-{i}", "post": "x", "department": "van-phong"} for i in range(16)]
    machines = [{"id": "pc-1", "profile": "chuan", "room": "1", "person": "n-1"}]
    here: dict[str, Any] = {"people": people, "machines": machines}
    one = [{"id": "q-1", "kind": "scanner", "name": "Máy quét"}]
    none = with_(scanners=())
    assert told("scanners-few", "hoa-mai", none, devices=one, **here) == ("fail", "few")
    here["people"] = people[:15]
    assert told("scanners-few", "hoa-mai", none, devices=one, **here) == ("pass", "enough")
    rules = {"scanners-few": {"officials": 14}}
    assert told("scanners-few", "hoa-mai", none, devices=one, rules=rules, **here)[0] == "fail"


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        ("2019-11-24", ("pass", "young")),
        ("2019-11-23", ("fail", "old")),
        (None, ("unknown", "undated")),
    ],
)
def test_a_pc_is_old_after_seven_years(bought: str | None, expected: tuple[str, str]) -> None:
    declared = [MACHINE | ({"bought": bought} if bought else {})]
    assert told("machine-old", "pc-1", machines=declared) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2027-01-23", ("pass", "runs")),
        ("2027-01-22", ("fail", "ending")),
        ("2026-11-23", ("fail", "ending")),
        ("2026-11-22", ("pass", "over")),
    ],
)
def test_a_warranty_is_told_of_in_its_last_sixty_days(
    until: str, expected: tuple[str, str]
) -> None:
    declared = [MACHINE | {"warranty_until": until}]
    assert told("warranty-ending", "pc-1", machines=declared) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2027-11-24", ("pass", "runs")),
        ("2027-11-23", ("fail", "ending")),
        ("2026-11-23", ("fail", "ending")),
        ("2026-11-22", ("pass", "over")),
    ],
)
def test_support_that_ends_within_a_year_is_for_the_budget(
    until: str, expected: tuple[str, str]
) -> None:
    system = latest(System(os=Os(family="windows", name="Windows", supported_until=until)), 2)
    assert told("os-ending", "pc-1", machine(system=system)) == expected


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("pass", ("unknown", "undated")),
        ("fail", ("pass", "over")),
        ("unknown", ("unknown", "undated")),
    ],
)
def test_without_a_day_only_what_has_ended_is_known(
    verdict: Any, expected: tuple[str, str]
) -> None:
    bare = machine(system=latest(System(os=Os()), 2), security=security({"os-supported": verdict}))
    assert told("os-ending", "pc-1", bare) == expected
    assert told("os-ending", "pc-1") == ("unknown", "never-read")


def test_a_token_is_known_by_its_usb_name() -> None:
    token = Peripheral(manufacturer="FEITIAN", model="ePass2003")
    mouse = Peripheral(manufacturer="Logitech", model="USB Mouse")
    assert told("signature-token", "pc-1", with_(usb=(mouse, token)), **asking()) == (
        "pass",
        "there",
    )
    assert told("signature-token", "pc-1", with_(usb=(mouse,)), **asking()) == ("fail", "missing")
    assert told("signature-token", "pc-1", with_(), **asking()) == ("unknown", "unread")
    assert told("signature-token", "pc-1", **asking()) == ("unknown", "never-read")


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        ("vn 0001", ("pass", "same")),
        ("VN0002", ("fail", "other")),
        (None, ("unknown", "unread")),
    ],
)
def test_the_serial_on_the_list_is_that_of_the_pc(
    serial: str | None, expected: tuple[str, str]
) -> None:
    declared = [MACHINE | {"serial": "VN0001"}]
    seen = with_(system=SystemIdentity(serial=serial))
    assert told("serial-differs", "pc-1", seen, machines=declared) == expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(days=14), ("pass", "seen")),
        (timedelta(days=14, seconds=1), ("fail", "absent")),
    ],
)
def test_a_pc_unseen_for_two_weeks_is_looked_for(ago: timedelta, expected: tuple[str, str]) -> None:
    gone = machine(agent=agent(last_report_at=NOON - ago))
    assert told("machine-absent", "pc-1", gone) == expected
    assert told("machine-absent", "pc-1") == ("unknown", "never")


def licences(*states: str | None) -> Any:
    told = tuple(Licence(name=f"Sản phẩm {i}", status=state) for i, state in enumerate(states))
    return machine(software=latest(Installed(3, True, told, ()), 6))


def test_every_product_has_to_be_licensed() -> None:
    assert told("licence", "pc-1", licences("licensed")) == ("pass", "licensed")
    assert told("licence", "pc-1", licences("licensed", "grace")) == ("fail", "unlicensed")
    assert told("licence", "pc-1", licences("licensed", None)) == ("unknown", "untold")
    unread = Latest(6, NOON, NOON, Installed(3, True, None, ()), (Gap("licences", "denied"),))
    found = finding("licence", "pc-1", office(machine(software=unread)))
    assert (found.verdict, found.values["reason"]) == ("unknown", "denied")
    assert told("licence", "pc-1") == ("unknown", "never-read")


def test_an_old_inventory_proves_no_part() -> None:
    stale = machine(hardware=latest(Hardware(), 9, timedelta(days=36)))
    for rule in ("memory-short", "display-missing", "ssd-missing"):
        assert told(rule, "pc-1", stale) == ("unknown", "stale")
