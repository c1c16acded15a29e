"""The text of `smartctl -i -H`, of any age: one disk's identity and health."""

from __future__ import annotations

import re

from agent.lean import Any

OLD_DEVICE = re.compile(r"^Device:\s+(.+?)\s+Version:\s*(.*)$", re.MULTILINE)
LINE = re.compile(r"^([A-Za-z][^:\n]{0,60}):[ \t]*(.*)$", re.MULTILINE)
BYTES = re.compile(r"^([0-9][0-9 .,'\u00a0\u202f\u2019]*)\s*bytes", re.IGNORECASE)
SEPARATORS = str.maketrans("", "", " .,'\u00a0\u202f\u2019")
NOT_DISKS = frozenset({"enclosure", "tape", "cd/dvd", "medium changer", "processor"})


def disk(text: str) -> dict[str, Any] | None:
    """The disk's fields; None where the text tells of no disk."""
    lines: dict[str, str] = {}
    for key, value in LINE.findall(text):
        lines.setdefault(key.strip().lower(), value.strip())
    if lines.get("device type", "disk").lower() in NOT_DISKS:
        return None
    old = OLD_DEVICE.search(text)
    model = lines.get("device model") or lines.get("model number") or lines.get("product")
    found = {
        "model": model or (old and " ".join(old[1].split())),
        "serial": lines.get("serial number"),
        "firmware": lines.get("firmware version") or lines.get("revision") or (old and old[2]),
        "size_bytes": _size(lines),
        "kind": _kind(lines, model or ""),
        "bus": _bus(lines),
        "health": _health(lines, text),
    }
    known = {name: value for name, value in found.items() if value}
    return known if {"model", "serial"} & known.keys() else None


def _size(lines: dict[str, str]) -> int | None:
    names = ("user capacity", "namespace 1 size/capacity", "total nvm capacity")
    for value in filter(None, map(lines.get, names)):
        plain = BYTES.match(value) or re.match(r"([0-9][0-9.,]*)", value)
        if plain:
            return int(plain[1].translate(SEPARATORS) or 0) or None
    return None


def _kind(lines: dict[str, str], model: str) -> str:
    rate = lines.get("rotation rate", "").lower()
    if "solid state" in rate or "nvme version" in lines or "number of namespaces" in lines:
        return "ssd"
    if "rpm" in rate:
        return "hdd"
    return "ssd" if re.search(r"\bssd\b", model, re.IGNORECASE) else "unknown"


def _bus(lines: dict[str, str]) -> str | None:
    if "nvme version" in lines or "number of namespaces" in lines:
        return "nvme"
    transport = lines.get("transport protocol", "").lower()
    if transport.startswith("sas"):
        return "sas"
    return "sata" if "sata version is" in lines else ("ata" if "ata version is" in lines else None)


def _health(lines: dict[str, str], text: str) -> str | None:
    word = lines.get("smart overall-health self-assessment test result") or lines.get(
        "smart health status"
    )
    if word:
        return "good" if word.split("[")[0].strip().lower() in {"passed", "ok"} else "failing"
    return "failing" if "FAILURE PREDICTION THRESHOLD EXCEEDED" in text else None
