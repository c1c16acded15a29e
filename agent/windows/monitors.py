"""Monitors by the EDID that Windows keeps of each in the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse import edid
from agent.parse.makers import MAKERS
from agent.windows.classes import Row

DISPLAY = "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\DISPLAY"
DEVICE = re.compile(r"DISPLAY\\([A-Z]{3})([0-9A-F]{4})\\.+", re.IGNORECASE)


def monitors(reader: Reader, present: tuple[Row, ...] | None) -> list[dict[str, Any]] | None:
    """One entry a monitor that is connected now; the registry remembers every one that ever was."""
    top = reader.key(DISPLAY, "monitors")
    if top is None:
        reader.gap("monitors", "the registry has no displays")
        return _by_id(present or ()) or None
    here = None if present is None else {row.get("DeviceID", "").upper() for row in present}
    found: list[dict[str, Any]] = []
    for name in _instances(reader, top.subkeys):
        if here is not None and f"DISPLAY\\{name}".upper() not in here:
            continue
        place = f"monitors[{len(found)}]"
        settings = reader.key(f"{DISPLAY}\\{name}\\Device Parameters", place)
        data = settings.values.get("EDID") if settings else None
        if not isinstance(data, bytes):
            # One that was here once need not have left an EDID; one that is here now has one.
            if here is not None or data is not None:
                reader.gap(place, f"no EDID is told of {name}")
            continue
        try:
            found.append(clean(reader, place, dict(edid.monitor(data))))
        except edid.EdidError as problem:
            reader.gap(place, f"{problem}: {name}")
    return found


def _by_id(present: tuple[Row, ...]) -> list[dict[str, Any]]:
    """What the id that Windows builds of an EDID's first bytes tells: its maker and product."""
    ids = (DEVICE.fullmatch(row.get("DeviceID", "")) for row in present)
    return [
        {"manufacturer": MAKERS.get(one[1].upper(), one[1].upper()), "model": one[1] + one[2]}
        for one in ids
        if one
    ]


def _instances(reader: Reader, models: tuple[str, ...]) -> Iterator[str]:
    for model in models:
        key = reader.key(f"{DISPLAY}\\{model}", "monitors")
        yield from (f"{model}\\{instance}" for instance in (key.subkeys if key else ()))
