"""A device of each kind as an inventory declares it, and a line whose network may be searched."""

from __future__ import annotations

from typing import Any

SNMP = {"version": "2c", "community_file": "secrets/c"}
SSH = {"user": "doc", "dialect": "mikrotik", "key_file": "secrets/k"}
KINDS = {
    "may-in": "printer",
    "luu-dien": "ups",
    "luu-tru": "nas",
    "chuyen-mach": "switch",
    "dinh-tuyen": "router",
}
LINE = {
    "id": "chinh",
    "name": "Chính",
    "provider": "VNPT",
    "down_mbit_per_second": 100,
    "up_mbit_per_second": 100,
    "targets": ["192.0.2.1:443", "198.51.100.1:443"],
    "networks": ["192.168.10.0/24"],
}


def declared(**changes: Any) -> list[dict[str, Any]]:
    """One device of each kind, the router with SSH; `changes` are of the printer."""
    made: list[dict[str, Any]] = [
        {"id": one, "kind": kind, "name": one, "address": f"192.168.10.{number}", "snmp": SNMP}
        for number, (one, kind) in enumerate(KINDS.items(), 10)
    ]
    made[0] |= changes
    made[-1] |= {"ssh": SSH}
    return made
