"""Memory: what is fitted, slot by slot, and how much of it there is in all."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import Firmware, told
from agent.parse.lines import colons, kibibytes
from agent.parse.module_makers import name


def memory(reader: Reader, firmware: Firmware | None) -> dict[str, Any]:
    """Fitted memory where the firmware tells it, else what the kernel has to give out.

    MemTotal lacks what the firmware and the kernel keep for themselves, often 3 to 10 per cent:
    a PC sold with 8 GiB shows 7.6.
    """
    usable = kibibytes(
        colons(reader.text("/proc/meminfo", "memory.total_bytes") or "").get("MemTotal")
    )
    slots = [
        clean(reader, f"memory.slots[{index}]", _fitted(slot))
        for index, slot in enumerate(firmware.slots if firmware else ())
    ]
    fitted = sum(slot.get("capacity_bytes") or 0 for slot in slots)
    # A virtual machine's table may still tell of less than it was given since.
    total = max(fitted, usable or 0) or None
    if total is None:
        reader.gap("memory.total_bytes", "not told by /proc/meminfo or the firmware")
    if firmware is None and not any(gap.field == "memory.slots" for gap in reader.gaps):
        reader.gap("memory.slots", "no SMBIOS table here")
    most = firmware.memory_maximum_bytes if firmware else None
    # A table that was copied from another board takes less than is fitted: nonsense.
    most = most if most and most >= fitted else None
    return told(total_bytes=total, usable_bytes=usable, maximum_bytes=most) | (
        {"slots": slots} if firmware else {}
    )


def _fitted(slot: dict[str, Any]) -> dict[str, Any]:
    # An empty slot has no maker and no serial: that they are missing is no gap.
    if not slot.get("capacity_bytes"):
        return told(locator=slot.get("locator"), capacity_bytes=slot.get("capacity_bytes"))
    written = slot.get("manufacturer")
    return slot | told(manufacturer=name(written.strip()) if written else None)
