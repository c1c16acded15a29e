"""A small office, built in code: what a test does not name is well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from alerts.finding import Finding
from alerts.judge import judged
from alerts.office import Office
from alerts.rules import RULES
from backup.status import Backups, Drill, RepositoryStatus, SetStatus
from collector.inventory.model import Inventory
from collector.lines.facts import Availability, LineFacts
from collector.readings import (
    Check,
    Cpu,
    Disk,
    Filesystem,
    Hardware,
    Load,
    Memory,
    Monitor,
    Os,
    Presence,
    Security,
    System,
    Verdict,
)
from collector.state import Agent, Latest, Machine, State

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""Monday noon in Viet Nam; between the two spans of office hours below there is no break."""
GIB = 1024**3
T = TypeVar("T")

HARDWARE = Hardware(
    cpus=(Cpu(cores=4),),
    memory=Memory(total_bytes=8 * GIB),
    disks=(Disk(name="sda", size_bytes=256 * 10**9, kind="ssd", bus="sata", health="passed"),),
    monitors=(Monitor(manufacturer="DEL"),),
)
SYSTEM = System(os=Os(family="linux", name="Debian", version="13", supported_until="2030-06-30"))
LOAD = Load(filesystems=(Filesystem("/", 100 * GIB, 50 * GIB, "ext4"),))
CHECKS: dict[str, Verdict] = {
    "antivirus": "pass",
    "antivirus-signatures": "pass",
    "firewall": "pass",
    "updates": "pass",
}

WELL = Backups(
    sets={
        "tai-lieu": SetStatus(
            "tai-lieu",
            last_success_at=NOON,
            last_receipt=8,
            last_proof_at=NOON,
            last_drill=Drill(NOON, True, 3, 9, (), 1.0),
        )
    },
    repositories={"kho": RepositoryStatus("kho", last_sweep_at=NOON)},
)
"""Backed up, restored and re-read at noon."""

WATCHED = Availability(1.0, 1.0, 500_000.0, 2_592_000.0, 500_000.0)
PEOPLE: list[dict[str, Any]] = [
    {"id": "ho-tich", "post": "Hộ tịch", "department": "van-phong"},
    {"id": "ke-toan", "post": "Kế toán", "department": "van-phong"},
    {"id": "lai-xe", "post": "Lái xe", "department": "van-phong", "specialist": False},
]
LINES: list[dict[str, Any]] = [
    {
        "id": "chinh",
        "name": "Chính",
        "provider": "VNPT",
        "down_mbit_per_second": 100,
        "up_mbit_per_second": 100,
        "targets": ["192.0.2.1:443", "198.51.100.1:443"],
    }
]


def inventory(**changes: Any) -> Inventory:
    """Two officials, two machines (one shared server), one line, one repository, one set."""
    hours = {day: ["07:30-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday")}
    content: dict[str, Any] = {
        "version": 1,
        "site": {
            "id": "hoa-mai",
            "name": "UBND phường Hoa Mai",
            "parent": "UBND thành phố",
            "address": "1 Ví Dụ",
            "phone": "0",
            "email": "a@phuong.example",
            "system_name": "Hệ thống của phường",
            "office_hours": hours,
        },
        "contacts": {"it_officer": {"post": "cntt"}, "police": {"post": "công an"}},
        "departments": [{"id": "van-phong", "name": "Văn phòng"}],
        "people": PEOPLE,
        "profiles": [
            {"id": "chuan", "name": "Chuẩn", "decision": "01/QĐ", "memory_gib": 8, "disk_gib": 200}
        ],
        "machines": [
            {"id": "pc-1", "profile": "chuan", "room": "101", "person": "ho-tich"},
            {"id": "pc-2", "profile": "chuan", "room": "102"},
        ],
        "lines": LINES,
        "repositories": [{"id": "kho", "path": "kho", "password_file": "mat-khau"}],
        "backups": [
            {
                "id": "tai-lieu",
                "name": "Tài liệu",
                "machine": "pc-1",
                "repository": "kho",
                "paths": ["tai-lieu"],
                "schedule": "0 12 * * *",
            }
        ],
        "documents": {"place": "Hoa Mai"},
    }
    return Inventory.model_validate(content | changes)


def agent(asset: str = "pc-1", **changes: Any) -> Agent:
    """An approved agent that has just reported, and joined long ago."""
    fields: dict[str, Any] = {
        "id": f"agent-{asset}",
        "asset": asset,
        "state": "approved",
        "hostname": asset,
        "joined_at": NOON - timedelta(days=90),
        "last_report_at": NOON - timedelta(seconds=30),
    }
    return Agent(**(fields | changes))


def latest(value: T, report: int = 1, age: timedelta = timedelta(seconds=30)) -> Latest[T]:
    """A reading received that long before noon."""
    return Latest(report, NOON - age, NOON - age, value)


def security(
    checks: Mapping[str, Verdict] = CHECKS, report: int = 4, age: timedelta = timedelta(seconds=30)
) -> Latest[Security]:
    """A security reading with those verdicts."""
    made = tuple(
        Check(name, verdict, "/etc/x", f"{name} {verdict}") for name, verdict in checks.items()
    )
    return latest(Security(made), report, age)


def machine(asset: str = "pc-1", **changes: Any) -> Machine:
    """A machine on which all is well."""
    fields: dict[str, Any] = {
        "asset": asset,
        "agent": agent(asset),
        "hardware": latest(HARDWARE, 1),
        "system": latest(SYSTEM, 2),
        "load": latest(LOAD, 3),
        "security": security(),
    }
    return Machine(**(fields | changes))


def said(state: Any, report: int = 9) -> Latest[Presence]:
    """A goodbye or a greeting."""
    return latest(Presence(state), report)


def office(
    *machines: Machine,
    lines: Mapping[str, Any] | None = None,
    backups: Backups | None = None,
    now: datetime = NOON,
    **changes: Any,
) -> Office:
    """The office with those machines observed."""
    # A line that is looked at now has been for a month, and was up all the time.
    facts = {name: LineFacts({"30d": WATCHED}) for name in lines or {}}
    state = State({one.asset: one for one in machines}, lines or {}, line_facts=facts)
    return Office(inventory(**changes), state, backups or Backups(), now)


def finding(rule: str, subject: str, of: Office) -> Finding:
    """What that rule says of that subject, through the same door as in the running suite."""
    subjects = {one.id: one for one in RULES[rule].subjects(of.inventory)}
    return judged(RULES[rule], of, subjects[subject])
