"""Apps of the Microsoft Store and of Windows itself (AppX), by PowerShell or the registry."""

from __future__ import annotations

import re

from agent.host.reader import Reader
from agent.parse.firmware import Part, told
from agent.parse.lines import blocks
from agent.software.source import Source
from agent.windows.software import day

PROGRAM = "Get-AppxPackage"
STORE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
FULL_NAME = re.compile(r"([A-Za-z0-9.-]+)_(\d+(?:\.\d+){3})_[A-Za-z0-9]*_[^_]*_[a-z0-9]{13}")


def apps(reader: Reader) -> Source | None:
    """All accounts' apps; where PowerShell does not tell, those that are there for everyone."""
    tried = Reader(reader.host)
    text = tried.output(PROGRAM, "packages")
    found = printed(text) if text else ()
    if found:
        # The first line of each app is its name: one that lost it is no app to tell of.
        named = sum(1 for row in blocks(text or "") if row.get("NAME"))
        whole = named == sum(1 for _ in blocks(text or ""))
        if not whole:
            reader.gap("packages", "an entry cannot be read")
        return Source("appx", found, complete=whole)
    top = reader.key(STORE, "packages")
    if top is None:
        reader.gaps.extend(tried.gaps)
        return Source("appx", (), complete=False) if tried.gaps else None
    names = (FULL_NAME.fullmatch(name) for name in top.subkeys)
    rows = tuple(told(name=one[1], version=one[2], category="application") for one in names if one)
    reader.gap("packages", "apps: told by the registry alone, without those of single accounts")
    return Source("appx", rows, complete=False)


def printed(text: str) -> tuple[Part, ...]:
    """`NAME: …`, `PUBLISHER: …` and so on, blank lines between the apps."""
    rows = [row for row in blocks(text) if row.get("NAME")]
    publishers: dict[str, str] = {}
    for row in rows:
        # One publisher tells its name in the language of each app: the first one stands for all.
        if row.get("PUBLISHER"):
            publishers.setdefault(row.get("PUBID", ""), row["PUBLISHER"])
    return tuple(_app(row, publishers) for row in rows)


def _app(row: dict[str, str], publishers: dict[str, str]) -> Part:
    own = row.get("PUBID")
    return told(
        name=row["NAME"],
        version=row.get("VERSION"),
        publisher=publishers.get(own, row.get("PUBLISHER")) if own else row.get("PUBLISHER"),
        installed_at=day(row.get("INSTALLDATE", "").partition(" ")[0]),
        category="system_component" if row.get("SYSTEM_CATEGORY") == "system" else "application",
    )
