from __future__ import annotations

from typing import TypeVar

from collector.line_readings import LineReading, Target
from collector.metrics import SERIES_PER_PC, families
from collector.presence import PRESENCES
from collector.readings import (
    Check,
    Counter,
    Disk,
    Filesystem,
    Hardware,
    Load,
    MemoryLoad,
    Security,
)
from collector.state import Agent, Latest, Machine, State
from tests.collector.office import NOON, OFFICE

T = TypeVar("T")
Shown = dict[str, list[tuple[dict[str, str], float]]]


def latest(value: T) -> Latest[T]:
    return Latest(1, NOON, NOON, value)


def shown(state: State) -> Shown:
    return {
        family.name: [(dict(sample.labels), sample.value) for sample in family.samples]
        for family in families(OFFICE, state, NOON)
    }


def of(found: Shown, name: str, asset: str) -> list[tuple[dict[str, str], float]]:
    return [
        ({k: v for k, v in labels.items() if k not in ("asset", "site")}, value)
        for labels, value in found[name]
        if labels["asset"] == asset
    ]


def reporting(**readings: object) -> State:
    agent = Agent("a1", "pc-01", "approved", "MAY-01", NOON, NOON)
    return State({"pc-01": Machine("pc-01", agent=agent, **readings)})  # type: ignore[arg-type]


def test_every_declared_asset_keeps_its_series_though_it_never_reported() -> None:
    found = shown(State())
    machines = {"pc-01", "pc-02", "may-chu"}
    assert {labels["asset"] for labels, _ in found["wardwatch_asset_info"]} == {*machines, "in-01"}
    assert {labels["asset"] for labels, _ in found["wardwatch_asset_expected"]} == machines
    for asset in machines:
        states = of(found, "wardwatch_agent_state", asset)
        assert [labels["state"] for labels, _ in states] == list(PRESENCES)
        assert [labels["state"] for labels, value in states if value] == ["pending"]


def test_every_series_names_its_asset_and_site() -> None:
    for series in shown(reporting(load=latest(Load(uptime_seconds=60)))).values():
        for labels, _ in series:
            assert labels["asset"]
            assert labels["site"] == "phuong-hoa-mai"


def test_a_department_is_the_machines_own_or_its_persons() -> None:
    found = of(shown(State()), "wardwatch_asset_info", "pc-01")
    assert found == [({"kind": "machine", "department": "van-phong", "profile": "co-ban"}, 1)]


def test_a_reading_becomes_its_series() -> None:
    load = Load(
        memory=MemoryLoad(8, 3),
        filesystems=(Filesystem("/", 100, 40),),
        network=Counter(7, 9),
        uptime_seconds=3600,
    )
    disks = (Disk("sda", health="PASSED"), Disk("sdb", health="FAILED"), Disk("sdc"))
    checks = (Check("firewall", "pass"), Check("antivirus", "unknown"))
    found = shown(
        reporting(
            load=latest(load),
            hardware=latest(Hardware(disks=disks)),
            security=latest(Security(checks)),
            cpu_ratio=0.25,
        )
    )
    expected = {
        "wardwatch_agent_last_report_timestamp_seconds": [({}, NOON.timestamp())],
        "wardwatch_host_cpu_ratio": [({}, 0.25)],
        "wardwatch_host_memory_bytes": [({"kind": "total"}, 8), ({"kind": "available"}, 3)],
        "wardwatch_host_filesystem_bytes": [
            ({"mount": "/", "kind": "total"}, 100),
            ({"mount": "/", "kind": "available"}, 40),
        ],
        "wardwatch_host_disk_healthy": [({"disk": "sda"}, 1), ({"disk": "sdb"}, 0)],
        "wardwatch_host_boot_timestamp_seconds": [({}, NOON.timestamp() - 3600)],
        "wardwatch_host_network_bytes_total": [
            ({"direction": "in"}, 7),
            ({"direction": "out"}, 9),
        ],
        "wardwatch_security_check": [
            ({"check": "firewall", "verdict": "pass"}, 1),
            ({"check": "antivirus", "verdict": "unknown"}, 1),
        ],
    }
    assert {name: of(found, name, "pc-01") for name in expected} == expected


def test_what_could_not_be_read_has_no_series() -> None:
    found = shown(reporting(load=latest(Load()), hardware=latest(Hardware())))
    for name in found:
        if name.startswith("wardwatch_host_"):
            assert of(found, name, "pc-01") == []


def test_a_machine_that_invents_thousands_of_mounts_shows_some() -> None:
    many = tuple(Filesystem(f"/{number}", 1, 1) for number in range(5000))
    found = shown(reporting(load=latest(Load(filesystems=many))))
    assert len(of(found, "wardwatch_host_filesystem_bytes", "pc-01")) == SERIES_PER_PC


def test_a_line_shows_its_newest_reading_and_its_contract() -> None:
    answers = (Target("a:1", 0.03), Target("b:1", 0.01), Target("c:1", error="no answer"))
    older = LineReading("vnpt", NOON, up=False, targets=(Target("a:1"),))
    newest = LineReading("vnpt", NOON, up=True, targets=answers)
    found = shown(State(lines={"vnpt": (newest, older)}))
    assert of(found, "wardwatch_line_up", "vnpt") == [({"line": "vnpt"}, 1)]
    assert of(found, "wardwatch_line_latency_seconds", "vnpt") == [({"line": "vnpt"}, 0.01)]
    assert of(found, "wardwatch_line_contract_bits_per_second", "vnpt") == [
        ({"line": "vnpt", "direction": "down"}, 200e6),
        ({"line": "vnpt", "direction": "up"}, 100e6),
    ]


def test_a_line_that_was_never_looked_at_shows_its_contract_alone() -> None:
    found = shown(State())
    assert found["wardwatch_line_up"] == []
    assert len(found["wardwatch_line_contract_bits_per_second"]) == 2
