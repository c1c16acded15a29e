"""A whole ward of simulated PCs: declared, joined, and each with a day's readings in the store."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import insert

from collector.store.database import Store
from collector.store.tables import agents, epochs, latest, reports

GIB = 1024**3
EPOCH = "0" * 32
CHECKS = ("antivirus", "antivirus-signatures", "firewall", "updates", "disk-encryption", "uac")
DEPARTMENTS = ("van-phong", "van-hoa-xa-hoi", "kinh-te-ha-tang", "mot-cua")
OFFICIALS_MOST = 1_000
"""Beyond that the PCs are shared: a file of an inventory is 1 MiB at most."""
POSTS = ("Công chức văn thư", "Công chức địa chính", "Công chức tư pháp - hộ tịch", "Chuyên viên")
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b>đậm</b>',
    '=HYPERLINK("http://evil.example";"bấm")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\u202eảo-nhưn-cợưgn",
    "{{ 7*7 }}",
    "'; DROP TABLE users; --",
    "Tên rất dài " * 24,
)
"""Markup, formulas, right-to-left, template code, SQL, and as long as the inventory lets it be."""
LONG = "Windows=" + "W" * 4088
"""4 kB, as a PC may say it."""


def declare(example: Path, folder: Path, machines: int, *, hostile: bool = False) -> Path:
    """The example office with that many PCs, each with its official; the path of its file."""
    lines = example.read_text("utf-8").splitlines()
    officials = range(min(machines, OFFICIALS_MOST))
    people = [
        f"  - {{id: can-bo-{n}, post: {_quoted(_post(n, hostile))}, department: {_of(n)}}}"
        for n in officials
    ]
    pcs = [
        f"  - {{id: pc-{n:04}, profile: may-tinh-chuan, room: {_quoted(_room(n, hostile))},"
        f" {f'person: can-bo-{n}' if n in officials else f'department: {_of(n)}'}}}"
        for n in range(machines)
    ]
    told: list[str] = []
    for line in lines:
        told.append(line)
        if line == "people:":
            told += people
        elif line == "machines:":
            told += pcs
    path = folder / "inventory.yaml"
    path.write_text("\n".join(told) + "\n", "utf-8")
    return path


def fill(store: Store, now: datetime, machines: int, seed: int = 8) -> None:
    """Agents and readings of all of them: most well, some ill, some silent, two never joined."""
    draw, numbers = random.Random(seed), count(1_000_000)
    joined = range(machines - 2)
    with store.write() as connection:
        connection.execute(insert(agents), [_agent(n, now) for n in joined])
        connection.execute(insert(epochs), [_epoch(n, now) for n in joined])
        rows = [row for n in joined for row in _readings(n, now, draw, numbers)]
        for start in range(0, len(rows), 2_000):
            part = rows[start : start + 2_000]
            connection.execute(insert(reports), [_report(row) for row in part])
            newest = {(row["agent"], row["kind"]): row for row in part if row["newest"]}
            connection.execute(insert(latest), [_latest(row) for row in newest.values()])


def _of(n: int) -> str:
    return DEPARTMENTS[n % len(DEPARTMENTS)]


def _post(n: int, hostile: bool) -> str:
    return HOSTILE[n % len(HOSTILE)] if hostile and n % 3 == 0 else f"{POSTS[n % 4]} {n + 1}"


def _room(n: int, hostile: bool) -> str:
    return HOSTILE[(n + 5) % len(HOSTILE)] if hostile and n % 4 == 0 else str(101 + n % 30)


def _quoted(text: str) -> str:
    return msgspec.json.encode(text.strip()).decode()


def _agent(n: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"crowd-{n}",
        "asset": f"pc-{n:04}",
        "key_hash": hashlib.sha256(str(n).encode()).digest(),
        "state": "approved",
        "hostname": f"MAY-{n}",
        "joined_at": now - timedelta(days=30),
        "quarantined_at": None,
        "quarantine_cause": None,
    }


def _epoch(n: int, now: datetime) -> dict[str, Any]:
    silent = n % 13 == 5
    return {
        "id": 1_000_000 + n,
        "agent": f"crowd-{n}",
        "epoch": EPOCH,
        "ordinal": 1,
        "first_received_at": now - timedelta(days=30),
        "highest_seq": 200,
        "last_report_at": now - timedelta(hours=3 if silent else 0),
    }


def _readings(
    n: int, now: datetime, draw: random.Random, numbers: Iterator[int]
) -> Iterator[dict[str, Any]]:
    sections: list[tuple[str, datetime, dict[str, Any]]] = [
        ("hardware", now, _hardware(n)),
        ("system", now, _system(n)),
        ("security", now, _security(n, draw)),
    ]
    hours = 24 if n == 0 else 0
    busy = 0.0
    for minutes in range(hours * 60, -1, -10):
        busy += draw.uniform(5, 500)
        at = now - timedelta(minutes=minutes)
        sections.append(("load", at, _load(n, draw, busy, (hours * 60 - minutes + 10) * 60.0)))
    for seq, (kind, at, section) in enumerate(sections, 1):
        told = {"seq": seq, "kind": kind, "at": at.isoformat(), "section": section, "gaps": []}
        newest = kind != "load" or seq == len(sections)
        yield {
            "id": next(numbers),
            "agent": f"crowd-{n}",
            "stream": 1_000_000 + n,
            "seq": seq,
            "kind": kind,
            "at": at,
            "body": msgspec.json.encode(told).decode(),
            "newest": newest,
        }


def _report(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("id", "agent", "stream", "seq", "kind", "at", "body")}
    digest = hashlib.sha256(row["body"].encode()).digest()
    return kept | {"epoch": EPOCH, "received_at": row["at"], "sha256": digest}


def _latest(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("agent", "kind", "seq")}
    return kept | {"ordinal": 1, "report": row["id"]}


def _hardware(n: int) -> dict[str, Any]:
    old = n % 7 == 3
    return {
        "system": {"manufacturer": "Dell Inc.", "model": "OptiPlex 3090", "serial": f"S{n:05}"},
        "cpus": [{"name": "Intel Core i3-10105", "cores": 4}],
        "memory": {"total_bytes": (4 if old else 8) * GIB},
        "disks": [
            {
                "name": "sda",
                "size_bytes": 256 * 10**9,
                "kind": "hdd" if old else "ssd",
                "health": "passed",
            }
        ],
        "monitors": [{"manufacturer": "DEL", "model": "E2020H", "made_year": 2021}],
    }


def _system(n: int) -> dict[str, Any]:
    ten = n % 5 == 2
    os = {"family": "windows", "name": f"Windows {10 if ten else 11} Pro", "version": "24H2"}
    if n % 40 == 9:
        os["name"] = LONG if n == 9 else HOSTILE[n % len(HOSTILE)]
    os["supported_until"] = "2025-10-14" if ten else "2027-10-12"
    return {"os": os, "boot_at": "2026-11-26T00:12:00Z", "hostname": f"MAY-{n}"}


def _security(n: int, draw: random.Random) -> dict[str, Any]:
    def verdict() -> str:
        return draw.choices(("pass", "fail", "unknown"), (92, 5, 3))[0]

    return {
        "checks": [
            {"id": one, "verdict": verdict(), "source": "WMI", "observed": "", "reason": ""}
            for one in CHECKS
        ]
    }


def _load(n: int, draw: random.Random, busy: float, total: float) -> dict[str, Any]:
    full = 0.95 if n % 11 == 4 else draw.uniform(0.2, 0.8)
    return {
        "cpu": {"cores": 4, "busy_seconds_total": busy, "seconds_total": total},
        "memory": {
            "total_bytes": 8 * GIB,
            "available_bytes": int(8 * GIB * draw.uniform(0.2, 0.7)),
        },
        "filesystems": [
            {
                "mount": "C:",
                "total_bytes": 256 * 10**9,
                "available_bytes": int(256e9 * (1 - full)),
                "type": "ntfs",
            }
        ],
        "uptime_seconds": total,
        "processes": 140 + n % 60,
    }
