"""An office in which all is well: what its inventory declares and what its PCs say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from agent.checks.windows import WINDOWS_CHECKS
from alerts.own import DutyHealth, Own
from backup.status import Backups, Drill, RepositoryStatus, SetStatus
from collector.inventory.model import Inventory
from collector.line_readings import LineReading, Target
from tests.scenarios.post import CHANNELS

GIB = 1024**3
EVERY = 30
"""Seconds between two rounds of judgement in a scenario that says nothing else."""

_DAY = ["07:30-11:30", "13:30-17:00"]
_WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _DAY)
TET = [{"first": "2027-02-04", "last": "2027-02-12", "name": "Tết Nguyên đán"}]

CHECKS: dict[str, str] = dict.fromkeys(sorted(WINDOWS_CHECKS), "pass")
HARDWARE: dict[str, Any] = {
    "system": {"manufacturer": "Dell", "model": "OptiPlex", "serial": "VD"},
    "cpus": [{"name": "i5", "cores": 6, "threads": 6}],
    "memory": {
        "total_bytes": 16 * GIB,
        "slots": [{"locator": "DIMM1", "capacity_bytes": 16 * GIB}],
    },
    "disks": [
        {
            "name": "disk0",
            "model": "SSD 512",
            "serial": "S",
            "size_bytes": 512 * 10**9,
            "kind": "ssd",
            "bus": "nvme",
            "health": "healthy",
        }
    ],
    "monitors": [{"manufacturer": "DEL", "model": "P2422", "serial": "M1"}],
    "printers": [{"name": "Canon", "port": "USB001"}],
    "scanners": [{"name": "Canon DR"}],
    "usb": [{"manufacturer": "FEITIAN", "model": "ePass2003"}],
}
SYSTEM: dict[str, Any] = {
    "os": {
        "family": "windows",
        "name": "Windows 11 Pro",
        "version": "24H2",
        "supported_until": "2030-10-14",
    }
}
SOFTWARE: dict[str, Any] = {
    "packages": [{"name": "LibreOffice", "version": "25.2"}, {"name": "Unikey", "version": "4.6"}],
    "sources": {"registry": "complete"},
    "licences": [{"name": "Windows", "status": "licensed"}],
    "remote_access": [],
    "autoruns": {"machine": [{"name": "Unikey", "program": "UniKeyNT.exe", "place": "programs"}]},
}
SITE: dict[str, Any] = {
    "id": "hoa-mai",
    "name": "UBND phường Hoa Mai (ví dụ)",
    "parent": "UBND thành phố Sao Khuê (ví dụ)",
    "address": "Số 1 đường Ví Dụ",
    "phone": "0",
    "email": "ubnd@phuonghoamai.example",
    "system_name": "Hệ thống của phường",
    "office_hours": _WEEK,
    "holidays": TET,
}
PROFILES: list[dict[str, Any]] = [
    {
        "id": "chuan",
        "name": "Chuẩn",
        "decision": "01/QĐ-UBND",
        "memory_gib": 8,
        "cpu_cores": 4,
        "disk_gib": 200,
        "printer": True,
        "scanner": True,
        "signature_token": True,
    },
    {
        "id": "may-chu",
        "name": "Máy chủ",
        "decision": "01/QĐ-UBND",
        "memory_gib": 4,
        "display": False,
    },
]
BACKUPS: list[dict[str, Any]] = [
    {
        "id": "van-ban",
        "name": "Văn bản",
        "machine": "pc-1",
        "repository": "kho",
        "paths": ["D:\\VanBan"],
        "schedule": "15 16 * * 1-5",
        "rpo_hours": 74,
        "drill_days": 30,
    }
]


def ward(people: int, **declared: Any) -> Inventory:
    """So many officials with a PC each, a server that is always on, two lines, one backup set."""
    numbers = range(1, people + 1)
    content: dict[str, Any] = {
        "version": 1,
        "site": SITE,
        "contacts": {
            "it_officer": {"post": "CNTT", "email": "cntt@hoamai.example"},
            "police": {"post": "Công an phường"},
        },
        "mail": {"host": "127.0.0.1", "security": "none", "sender": "wardwatch@hoamai.example"},
        "notices": {"channels": CHANNELS},
        "departments": [{"id": "van-phong", "name": "Văn phòng"}],
        "people": [
            {"id": f"can-bo-{n}", "post": f"Cán bộ {n}", "department": "van-phong"} for n in numbers
        ],
        "profiles": PROFILES,
        "machines": [
            {
                "id": "may-chu",
                "profile": "may-chu",
                "room": "Kỹ thuật",
                "collector": True,
                "always_on": True,
                "bought": "2025-01-10",
                "serial": "VD-0001",
            },
            *(
                {
                    "id": f"pc-{n}",
                    "profile": "chuan",
                    "room": f"P{n}",
                    "person": f"can-bo-{n}",
                    "serial": f"VD-{n + 1:04d}",
                    "bought": "2025-01-10",
                    "warranty_until": "2028-01-10",
                }
                for n in numbers
            ),
        ],
        "lines": [_line("chinh", "VNPT", 1), _line("du-phong", "Viettel", 2)],
        "repositories": [{"id": "kho", "path": "kho", "password_file": "mat-khau"}],
        "backups": BACKUPS,
        "software": {"forbidden": ["*Torrent*"], "approved": ["LibreOffice*", "Unikey*", "Zalo*"]},
        "documents": {"place": "Hoa Mai"},
    }
    return Inventory.model_validate(content | declared)


def _line(id: str, provider: str, net: int) -> dict[str, Any]:
    return {
        "id": id,
        "name": id,
        "provider": provider,
        "down_mbit_per_second": 300,
        "up_mbit_per_second": 300,
        "gateway": f"192.168.10.{net}",
        "targets": [f"192.0.{net}.1:443", f"198.51.{net}.1:443"],
    }


def look(line: str, at: datetime, *, up: bool) -> LineReading:
    """A line whose two targets answer, or do not."""
    target = Target("192.0.2.1:443", 0.01) if up else Target("192.0.2.1:443", None, "timed out")
    return LineReading(line, at, up, (target, target))


def backups(inventory: Inventory, at: datetime) -> Backups:
    """Every set backed up and restored at that moment, every repository re-read."""
    drill = Drill(at, True, 3, 9, (), 1.0)
    return Backups(
        site=inventory.site.id,
        sets={
            one.id: SetStatus(one.id, last_success_at=at, last_proof_at=at, last_drill=drill)
            for one in inventory.backups
        },
        repositories={
            one.id: RepositoryStatus(one.id, last_sweep_at=at) for one in inventory.repositories
        },
    )


def own(now: datetime, changed: Mapping[str, Any]) -> Own:
    """The collector itself, well but for what is changed."""
    fields: dict[str, Any] = {
        "at": now,
        "disk_free_bytes": 60,
        "disk_total_bytes": 100,
        "database_bytes": GIB,
        "certificate_until": now + timedelta(days=300),
        "duties": (DutyHealth("judgement", now),),
        "notices_waiting": 0,
    }
    return Own(**(fields | dict(changed)))
