"""Instances of a WMI class as `wmic /format:list` writes them, and as PowerShell tells them in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone

from agent.lean import Any
from agent.parse.texts import decoded, marked

PROPERTY = re.compile(r"([A-Za-z_]\w*)=(.*)")
ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",{}]+)')
MOMENT = re.compile(r"(\d{14})\.\d{6}([+-]\d{3})")
ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
"""wmic's list goes through XML, and three signs stay as it needs them."""
BREAK = re.compile(r"[\r\n]+")


def instances(data: bytes) -> tuple[Mapping[str, str], ...]:
    """One mapping an instance; a property without a value is the empty text."""
    return tuple(_instances(decoded(data)))


def _instances(text: str) -> Iterator[dict[str, str]]:
    found: dict[str, str] = {}
    for line in (*text.split("\n"), ""):
        told = PROPERTY.fullmatch(line)
        # A name that comes again belongs to the next instance: blank lines get lost in editors.
        if found and (not line.strip() or (told and told[1] in found)):
            yield found
            found = {}
        if told:
            found[told[1]] = _plain(told[2].strip())


def _plain(value: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda sign: ESCAPES[sign[0]], value)


def written(rows: Iterable[Mapping[str, str]]) -> bytes:
    """The instances as `instances` reads them."""
    parts = []
    for row in rows:
        lines = (f"{name}={_escaped(BREAK.sub(' ', value))}\n" for name, value in row.items())
        parts.append("\n\n" + "".join(lines))
    return marked("".join(parts))


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def items(value: str) -> tuple[str, ...]:
    """The parts of a list, `{"192.168.1.5","fe80::1"}` or `{0,1}`; a plain value is its only part."""
    value = value.strip()
    if not (value.startswith("{") and value.endswith("}") and not _guid(value)):
        return (value,) if value else ()
    found = ITEM.findall(value[1:-1])
    return tuple(re.sub(r"\\(.)", r"\1", quoted) or bare.strip() for quoted, bare in found)


def _guid(value: str) -> bool:
    return bool(re.fullmatch(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}", value))


def moment(value: str) -> datetime | None:
    """`20241011083022.500000+120`, a CIM_DATETIME with its offset in minutes, in UTC."""
    found = MOMENT.fullmatch(value.strip())
    if not found:
        return None
    try:
        zone = timezone(timedelta(minutes=int(found[2])))
        local = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=zone)
        return local.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def told(rows: Any) -> tuple[Mapping[str, str], ...]:
    """Instances as PowerShell tells them in JSON, one or a list; what is no instance is left out."""
    return tuple(
        {str(name): text(value) for name, value in row.items()}
        for row in (rows if isinstance(rows, list) else [rows])
        if isinstance(row, dict)
    )


def text(value: Any) -> str:
    """One property's value in the form of wmic's list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        return "{" + ",".join(_item(one) for one in value) + "}"
    return BREAK.sub(" ", str(value)).strip()


def _item(value: Any) -> str:
    if isinstance(value, str):
        return '"' + BREAK.sub(" ", value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text(value)
