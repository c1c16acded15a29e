"""What a check reads of the Windows registry and WMI: a number, a text, a truth, or nothing."""

from __future__ import annotations

from collections.abc import Mapping

from agent.checks.check import Check, judged, unread
from agent.host import Key, Value
from agent.host.reader import Reader

SECURITY_CENTER = "root\\SecurityCenter2"
ON = frozenset({0x10, 0x11})
"""Second byte of productState: 10 and 11 are on; 00 is off, 01 expired, 20 and 21 snoozed."""
NOT_SET = "not set: the system's own default applies"


def value(key: Key | None, name: str) -> Value | None:
    """One value of a key; names of the registry know no case."""
    values = key.values.items() if key else ()
    return next((data for known, data in values if known.lower() == name.lower()), None)


def number(reader: Reader, path: str, name: str) -> int | None:
    """A whole number of the registry; None where there is none."""
    return whole(reader, value(reader.key(path, "registry"), name), f"{path}\\{name}")


def whole(reader: Reader, data: Value | None, path: str) -> int | None:
    """A value as a number: REG_DWORD, or a text of digits, as the desktop's settings are."""
    if data is None or isinstance(data, int):
        return data
    if isinstance(data, str) and data.strip().isdecimal() and len(data) < 12:
        return int(data)
    reader.gap("registry", f"not a number: {path}")
    return None


def text(reader: Reader, path: str, name: str) -> str | None:
    """A value of the registry as text; None where there is none."""
    data = value(reader.key(path, "registry"), name)
    if data is None or isinstance(data, str):
        return data
    reader.gap("registry", f"not a text: {path}\\{name}")
    return None


def told(row: Mapping[str, str], name: str) -> bool | None:
    """A property that is TRUE or FALSE; None for anything else."""
    return {"TRUE": True, "FALSE": False}.get(row.get(name, "").strip().upper())


def switched_on(row: Mapping[str, str]) -> bool | None:
    """Whether a product of the Security Center says that it is on."""
    state = row.get("productState", "").strip()
    return (int(state) >> 8) & 0xFF in ON if state.isdecimal() and len(state) < 12 else None


def expected(reader: Reader, path: str, name: str, good: frozenset[int]) -> Check:
    """One number of the registry, held against those that are safe; none is unknown."""
    found = number(reader, path, name)
    source = f"{path}\\{name}"
    if found is None:
        return unread(source, reader, NOT_SET)
    return judged(source, f"set to {found}", good=found in good)


def missing(reader: Reader, source: str) -> Check:
    """Unknown because that class or key is not there."""
    return unread(source, reader, f"not on this PC: {source}")
