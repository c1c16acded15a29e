"""The text of `upower --dump`: the batteries that power this PC."""

from __future__ import annotations

import re
from typing import Any

from agent.parse.firmware import told

NUMBER = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*(\S*)")
JOULES_PER_WATT_HOUR = 3600


def batteries(text: str) -> tuple[dict[str, Any], ...]:
    """Each battery that supplies power; a mouse's or a phone's own does not count."""
    found = []
    for block in re.split(r"^Device:.*$", text, flags=re.MULTILINE):
        lines: dict[str, str] = {}
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon:
                lines.setdefault(key.strip().lower(), value.strip())
        if lines.get("power supply") == "yes" and "native-path" in lines and "percentage" in lines:
            found.append(_battery(lines))
    return tuple(found)


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
