"""Uninterruptible power supplies, by UPS-MIB (RFC 1628) and by APC's and CyberPower's own objects."""

from __future__ import annotations

from collections.abc import Iterator

from collector.devices.kinds.kind import Kind
from collector.devices.makers import E
from collector.devices.reading import Part, Ups
from collector.devices.sensors import Asked
from collector.devices.walk import Walk, column, whole
from collector.readings import Gap

U = "1.3.6.1.2.1.33.1."
STATUS, ON_BATTERY_SECONDS, MINUTES, CHARGE = (f"{U}2.{number}.0" for number in (1, 2, 3, 4))
SOURCE, LOADS = f"{U}4.1.0", f"{U}4.4.1.5"
A = f"{E}318.1.1.1."
APC_CHARGE, APC_CHARGE_TENTHS, APC_TICKS = f"{A}2.2.1.0", f"{A}2.3.1.0", f"{A}2.2.3.0"
APC_REPLACE, APC_STATUS = f"{A}2.2.4.0", f"{A}4.1.1.0"
APC_LOAD, APC_LOAD_TENTHS = f"{A}4.2.3.0", f"{A}4.3.3.0"
C = f"{E}3808.1.1.1."
CYBER_CHARGE, CYBER_TICKS, CYBER_REPLACE = f"{C}2.2.1.0", f"{C}2.2.4.0", f"{C}2.2.5.0"
CYBER_STATUS, CYBER_LOAD = f"{C}4.1.1.0", f"{C}4.2.3.0"

MAINS, BATTERY, OFF = 3, 5, 2
"""upsOutputSource: 2 none, 3 normal, 4 bypass, 5 battery, 6 booster, 7 reducer."""
OWN_ON_BATTERY = {3, 15}
"""upsBasicOutputStatus of APC (and CyberPower's copy): 3 onBattery, 15 onBatteryTest."""
OWN_UNTOLD = {1}
LONGEST_SECONDS = 7 * 24 * 3600  # a week on batteries is no office's power supply


def part(walk: Walk, _maker: str | None) -> Part:
    """Charge, time left, and whether the office lives on the battery right now."""
    gaps: list[Gap] = []
    told = Ups(
        charge_ratio=_within("ups.charge_ratio", _charges(walk), 1, gaps),
        runtime_seconds=_within("ups.runtime_seconds", _runtimes(walk), LONGEST_SECONDS, gaps),
        on_battery=_on_battery(walk),
        replace_battery=_replace(walk),
        load_ratio=_within("ups.load_ratio", _loads(walk), 3, gaps),
    )
    return Part(ups=told, gaps=tuple(gaps))


def _charges(walk: Walk) -> Iterator[float]:
    # The more exact one first.
    for oid, scale in (
        (APC_CHARGE_TENTHS, 0.001),
        (APC_CHARGE, 0.01),
        (CYBER_CHARGE, 0.01),
        (CHARGE, 0.01),
    ):
        yield from _told(walk, oid, scale)


def _runtimes(walk: Walk) -> Iterator[float]:
    for oid, scale in ((APC_TICKS, 0.01), (CYBER_TICKS, 0.01), (MINUTES, 60)):
        yield from _told(walk, oid, scale)


def _loads(walk: Walk) -> Iterator[float]:
    for oid, scale in ((APC_LOAD_TENTHS, 0.001), (APC_LOAD, 0.01), (CYBER_LOAD, 0.01)):
        yield from _told(walk, oid, scale)
    shares = [whole(value) for _, value in column(walk, LOADS)]
    yield from (share / 100 for share in shares if share is not None)


def _told(walk: Walk, oid: str, scale: float) -> Iterator[float]:
    value = whole(walk.get(oid))
    if value is not None:
        yield round(value * scale, 4)


def _within(field: str, told: Iterator[float], most: float, gaps: list[Gap]) -> float | None:
    """The first value that can be; a gap where there are only values that can't."""
    nonsense: float | None = None
    for value in told:
        if 0 <= value <= most:
            return value
        nonsense = value
    if nonsense is not None:
        gaps.append(Gap(field, f"{nonsense:g} makes no sense"))
    return None


def _on_battery(walk: Walk) -> bool | None:
    for oid in (APC_STATUS, CYBER_STATUS):
        status = whole(walk.get(oid))
        if status is not None and status not in OWN_UNTOLD:
            return status in OWN_ON_BATTERY
    source = whole(walk.get(SOURCE))
    if source in {MAINS, 4, BATTERY, 6, 7}:
        return source == BATTERY
    seconds = whole(walk.get(ON_BATTERY_SECONDS))
    return None if seconds is None or seconds < 0 else seconds > 0


def _replace(walk: Walk) -> bool | None:
    for oid in (APC_REPLACE, CYBER_REPLACE):
        told = whole(walk.get(oid))
        if told in {1, 2}:
            return told == 2
    # upsBatteryStatus: 1 unknown, 2 normal, 3 low, 4 depleted. Low is empty, not worn out.
    return None


KIND = Kind(
    markers=(f"{U}1", f"{A}1", f"{C}1"),
    scalars=(
        *(STATUS, ON_BATTERY_SECONDS, MINUTES, CHARGE, SOURCE),
        *(APC_CHARGE, APC_LOAD, CYBER_CHARGE, CYBER_TICKS),
        *(CYBER_REPLACE, CYBER_STATUS, CYBER_LOAD),
    ),
    tables=((LOADS,), (f"{E}318.1.4.2.4.1.4",)),
    sensors=(
        Asked(f"{A}2.3.1", "battery charge", "charge", 0.001),
        Asked(f"{A}2.2.5", "batteries", "count"),
        Asked(f"{A}2.2.3", "runtime", "runtime", 0.01),
        Asked(f"{A}2.2.4", "replace battery", "state"),
        Asked(f"{A}2.3.2", "internal temperature", "temperature", 0.1),
        Asked(f"{A}2.3.4", "battery voltage", "voltage", 0.1),
        Asked(f"{A}3.2.5", "last transfer cause", "state"),
        Asked(f"{A}3.3.1", "input voltage", "voltage", 0.1),
        Asked(f"{A}3.3.4", "input frequency", "frequency", 0.1),
        Asked(f"{A}4.1.1", "output status", "state"),
        Asked(f"{A}4.2.8", "output power", "power"),
        Asked(f"{A}4.3.1", "output voltage", "voltage", 0.1),
        Asked(f"{A}4.3.2", "output frequency", "frequency", 0.1),
        Asked(f"{A}4.3.3", "load", "load", 0.001),
        Asked(f"{A}4.3.4", "output current", "current", 0.1),
        Asked(f"{E}318.1.1.25.1.2.1.6", "probe temperature", "temperature"),
        Asked(f"{U}2.7", "battery temperature", "temperature"),
        Asked(f"{U}2.5", "battery voltage", "voltage", 0.1),
        Asked(f"{U}3.3.1.3", "input voltage", "voltage"),
        Asked(f"{U}3.3.1.2", "input frequency", "frequency", 0.1),
        Asked(f"{U}4.4.1.2", "output voltage", "voltage"),
    ),
    part=part,
)
