"""Monitors by the EDID that each connected port of the graphics card hands out."""

from __future__ import annotations

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any

FOLDER = "/sys/class/drm"


def monitors(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a monitor. None where no graphics driver speaks: that is not "no monitor"."""
    names = reader.names(FOLDER, "monitors")
    if names is None:
        reader.gap("monitors", f"no {FOLDER}: no graphics driver is loaded")
        return None
    found: list[dict[str, Any]] = []
    for name in names:
        place = f"monitors[{len(found)}]"
        data = reader.data(f"{FOLDER}/{name}/edid", place)
        if not data:
            continue  # a port with nothing plugged in has an empty EDID
        from agent.parse import edid

        try:
            found.append(clean(reader, place, dict(edid.monitor(data))))
        except edid.EdidError as problem:
            reader.gap(place, f"{problem}: {name}")
    return found
