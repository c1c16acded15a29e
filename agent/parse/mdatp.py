"""The JSON of `mdatp health`: Microsoft Defender for Endpoint on Linux."""

from __future__ import annotations

import json
from datetime import timedelta

from agent.lean import Any, NamedTuple


class Health(NamedTuple):
    """What counts for the verdicts."""

    protecting: bool | None
    """On, licensed, healthy, and blocking as files are used. Passive mode only looks on."""
    told: str
    """Its version and mode, in words."""
    signatures_age: timedelta | None


def health(text: str) -> Health | None:
    """None where the text is not this program's answer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    realtime, passive = (
        _value(found, "realTimeProtectionEnabled"),
        _value(found, "passiveModeEnabled"),
    )
    healthy, licensed = found.get("healthy"), found.get("licensed")
    read = all(isinstance(value, bool) for value in (realtime, passive, healthy, licensed))
    modes = (
        (realtime is False, "real-time protection off"),
        (passive is True, "passive mode"),
        (healthy is False, "not healthy"),
        (licensed is False, "not licensed"),
    )
    problems = [words for wrong, words in modes if wrong]
    version = str(found.get("appVersion", "?"))[:40]
    return Health(
        protecting=False if problems else (True if read else None),
        told=f"{version}: {', '.join(problems) if problems else 'protecting'}",
        signatures_age=_age(found),
    )


def _age(found: dict[str, Any]) -> timedelta | None:
    # Its own reckoning: right whatever this PC's clock says.
    minutes = found.get("definitionsUpdatedMinutesAgo")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float):
        return None
    return timedelta(minutes=minutes) if 0 <= minutes < 10_000_000 else None


def _value(found: dict[str, Any], name: str) -> Any:
    # A setting is an object with its value, who set it and how it is shown.
    setting = found.get(name)
    return setting.get("value") if isinstance(setting, dict) else setting
