"""Processors by socket, as the kernel sees them and as the firmware describes them."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import Firmware, told
from agent.parse.lines import blocks, whole
from agent.parse.placeholders import is_placeholder

RATED = re.compile(r"\b(\d+(?:\.\d+)?)\s*([GM])Hz", re.IGNORECASE)
MAKERS = {"GenuineIntel": "Intel", "AuthenticAMD": "AMD", "HygonGenuine": "Hygon"}


def cpus(reader: Reader, firmware: Firmware | None) -> list[dict[str, Any]] | None:
    """One entry a socket. The kernel's count is what works; the firmware's stands in for it."""
    text = reader.text("/proc/cpuinfo", "cpus")
    seen = _sockets(text or "")
    for one, described in zip(seen, firmware.cpus if firmware else (), strict=False):
        serial = described.get("serial")
        # Processors stopped having serials with the Pentium III: its absence is no gap.
        if isinstance(serial, str) and not is_placeholder(serial):
            one["serial"] = serial
        one.setdefault("speed_hertz", described.get("speed_hertz"))
    if not seen and firmware and firmware.cpus:
        told_by = (clean(reader, f"cpus[{i}]", dict(cpu)) for i, cpu in enumerate(firmware.cpus))
        seen = [cpu for cpu in told_by if cpu]  # a socket of which nothing is told may be empty
    if not seen:
        reader.gap("cpus", "not told by /proc/cpuinfo or the firmware")
        return None
    return [told(**cpu) for cpu in seen]


def _sockets(text: str) -> list[dict[str, Any]]:
    sockets: dict[str, list[dict[str, str]]] = {}
    for block in blocks(text):
        if "processor" in block:
            sockets.setdefault(block.get("physical id", "0"), []).append(block)
    return [_socket(blocks) for blocks in sockets.values()]


def _socket(threads: list[dict[str, str]]) -> dict[str, Any]:
    first = threads[0]
    cores = {block["core id"] for block in threads if "core id" in block}
    maker = first.get("vendor_id")
    name = first.get("model name") or first.get("Model")
    return told(
        name=" ".join(name.split()) if name else None,
        manufacturer=MAKERS.get(maker, maker) if maker else None,
        cores=whole(first.get("cpu cores")) or len(cores) or len(threads),
        threads=len(threads),
        speed_hertz=rated(name or ""),
    )


def rated(name: str) -> int | None:
    """The rated speed, which is in the name: `@ 2.80GHz`, `CPU 3.00GHz`.

    `cpu MHz` in /proc/cpuinfo is what the core runs at this instant.
    """
    found = RATED.search(name)
    if not found:
        return None
    return round(float(found[1]) * (10**9 if found[2].upper() == "G" else 10**6))
