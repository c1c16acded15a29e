"""Slots for cards on the board, by the firmware: whether a card can still be fitted."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import Firmware


def slots(reader: Reader, firmware: Firmware | None) -> list[dict[str, Any]] | None:
    """One entry a slot. None without SMBIOS, which `memory.slots` is a gap for."""
    if firmware is None:
        return None
    rows = enumerate(firmware.expansion)
    return [row for i, slot in rows if (row := clean(reader, f"slots[{i}]", slot))]
