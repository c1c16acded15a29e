"""The text of `upower --dump`: the batteries that power this PC."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.lean import Any
from agent.parse.firmware import told

NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(\S*)")
BATTERY = frozenset({"state", "energy-full", "energy-full-design"})
"""What a battery tells, and no adapter."""
TOLD = re.compile(r"^(?:Device|Daemon):|^\s*native-path:", re.MULTILINE)
JOULES_PER_WATT_HOUR = 3600


def batteries(text: str) -> tuple[dict[str, Any], ...]:
    """Each battery that supplies power; a mouse's or a phone's own does not count."""
    return tuple(_battery(lines) for lines in _devices(text) if _is_own(lines))


def is_damaged(text: str) -> bool:
    """Whether a device does not tell what makes it one of those, or the text tells of none.

    There is always one that stands for all; mere paths are what `upower --enumerate` prints.
    """
    return not TOLD.search(text) or any(
        lines.get("power supply") not in {"yes", "no"}
        or (lines["power supply"] == "yes" and BATTERY & lines.keys() and not _is_own(lines))
        for lines in _devices(text)
    )


def _is_own(lines: dict[str, str]) -> bool:
    return lines.get("power supply") == "yes" and {"native-path", "percentage"} <= lines.keys()


def _devices(text: str) -> Iterator[dict[str, str]]:
    """The lines of each device, but of the one that stands for all batteries together."""
    blocks = re.split(r"^(?:Device|Daemon):(.*)$", f"Device:\n{text}", flags=re.MULTILINE)
    for name, block in zip(blocks[1::2], blocks[2::2], strict=True):
        lines: dict[str, str] = {}
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon:
                lines.setdefault(key.strip().lower(), value.strip())
        if lines and "daemon-version" not in lines and not name.endswith("/DisplayDevice"):
            yield lines


def _battery(lines: dict[str, str]) -> dict[str, Any]:
    full, design = _joules(lines, "energy-full"), _joules(lines, "energy-full-design")
    return told(
        name=lines.get("native-path"),
        manufacturer=lines.get("vendor"),
        model=lines.get("model"),
        serial=lines.get("serial"),
        chemistry=lines.get("technology"),
        state=lines.get("state"),
        energy_full_joules=full,
        energy_design_joules=design,
        health_ratio=round(full / design, 4) if full and design else None,
        charge_ratio=_ratio(lines.get("percentage")),
    )


def _joules(lines: dict[str, str], name: str) -> int | None:
    # The decimal sign is the one of whoever ran the tool.
    found = NUMBER.match(lines.get(name, ""))
    if not found or found[2].lower() != "wh":
        return None
    return round(float(found[1].replace(",", ".")) * JOULES_PER_WATT_HOUR) or None


def _ratio(value: str | None) -> float | None:
    found = NUMBER.match(value or "")
    return round(float(found[1].replace(",", ".")) / 100, 4) if found else None
