"""A small declared office, and the builders of what its PCs send."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import insert

from collector.inventory.model import Inventory
from collector.store.database import Store
from collector.store.tables import agents

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPOCH = "0123456789abcdef" * 2

_DAY = ["07:30-11:30", "13:30-17:00"]

OFFICE = Inventory.model_validate(
    {
        "version": 1,
        "site": {
            "id": "phuong-hoa-mai",
            "name": "UBND phường Hoa Mai",
            "parent": "UBND thành phố",
            "address": "1 đường Hoa Mai",
            "phone": "0225 000 000",
            "email": "hoamai@example.gov.vn",
            "system_name": "Hệ thống thông tin UBND phường Hoa Mai",
            "office_hours": dict.fromkeys(
                ("monday", "tuesday", "wednesday", "thursday", "friday"), _DAY
            ),
            "holidays": [{"first": "2027-02-05", "last": "2027-02-11", "name": "Tết"}],
        },
        "contacts": {
            "it_officer": {"post": "Công chức CNTT"},
            "police": {"post": "Trực ban Công an phường"},
        },
        "departments": [{"id": "van-phong", "name": "Văn phòng"}],
        "people": [{"id": "chanh-van-phong", "post": "Chánh văn phòng", "department": "van-phong"}],
        "profiles": [
            {"id": "co-ban", "name": "Cơ bản", "decision": "QĐ 1/2026", "memory_gib": 7.5}
        ],
        "machines": [
            {"id": "pc-01", "profile": "co-ban", "room": "101", "person": "chanh-van-phong"},
            {"id": "pc-02", "profile": "co-ban", "room": "102"},
            {
                "id": "may-chu",
                "profile": "co-ban",
                "room": "kho",
                "collector": True,
                "always_on": True,
            },
        ],
        "devices": [{"id": "in-01", "kind": "printer", "name": "Máy in"}],
        "lines": [
            {
                "id": "vnpt",
                "name": "VNPT",
                "provider": "VNPT",
                "down_mbit_per_second": 200,
                "up_mbit_per_second": 100,
                "targets": ["127.0.0.1:9", "127.0.0.1:10"],
            }
        ],
        "documents": {"place": "Hoa Mai"},
    }
)


def enrol(store: Store, asset: str | None = "pc-01", state: str = "approved") -> tuple[str, str]:
    """An agent that has joined: its id, and what it shows on every request."""
    agent, key = f"a{secrets.token_hex(8)}", secrets.token_bytes(32)
    with store.write() as connection:
        connection.execute(
            insert(agents).values(
                id=agent,
                asset=asset,
                key_hash=hashlib.sha256(key).digest(),
                state=state,
                hostname="MAY-01",
                joined_at=NOON,
            )
        )
    return agent, f"Bearer {agent}.{key.hex()}"


def report(seq: int, kind: str = "load", section: Any = None, **more: Any) -> dict[str, Any]:
    """One report as an agent words it."""
    return {
        "seq": seq,
        "kind": kind,
        "at": "2026-11-23T11:59:00Z",
        "section": {} if section is None else section,
        "gaps": [],
        "cpu_seconds": 0.002,
        **more,
    }


def body(*reports: dict[str, Any], epoch: str = EPOCH) -> bytes:
    """A batch as it goes over the wire."""
    return msgspec.json.encode({"version": 1, "epoch": epoch, "reports": reports})


def load(busy: float, total: float, uptime: float, **more: Any) -> dict[str, Any]:
    """The section of a load."""
    return {
        "cpu": {"cores": 2, "busy_seconds_total": busy, "seconds_total": total},
        "uptime_seconds": uptime,
        **more,
    }
