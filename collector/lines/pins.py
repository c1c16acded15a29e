"""What is pinned of the lines on a PC when it joins: line.json. It never comes over the wire later."""

from __future__ import annotations

from typing import Any

from agent.line.looking import is_address
from agent.line.pins import MOST, VERSION
from collector.inventory.model import Inventory, Line


def pinned(inventory: Inventory) -> dict[str, Any]:
    """The content of line.json, the same for every PC of the office."""
    return {"version": VERSION, "lines": {line.id: _pin(line) for line in inventory.lines[:MOST]}}


def _pin(line: Line) -> dict[str, Any]:
    found: dict[str, Any] = {
        "targets": list(line.targets),
        "services": list(line.services),
        "name": line.name_to_resolve,
        "stun": line.stun,
        # Names are left out: the PC compares these with addresses, and asks nobody for them.
        "gateway": line.gateway if line.gateway and is_address(line.gateway) else None,
        "hop": line.hop if line.hop and is_address(line.hop) else None,
    }
    if line.speed_test:
        test = line.speed_test
        found["speed"] = {"provider": test.provider, "server": test.server, "scope": test.scope}
    return {key: value for key, value in found.items() if value is not None}
