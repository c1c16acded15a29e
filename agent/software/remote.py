"""Tools by which someone else can steer the PC, known by the names of packages and services."""

from __future__ import annotations

import re
from collections.abc import Iterable

TOOLS = {
    "AeroAdmin": r"aeroadmin",
    "Ammyy Admin": r"ammyy",
    "AnyDesk": r"anydesk",
    "AweSun / Sunlogin": r"sunlogin|awesun",
    "Chrome Remote Desktop": r"chrome[ -]remote[ -]desktop|chromoting",
    "DWService": r"dwagent|dwservice",
    "LogMeIn": r"logmein|gotomypc",
    "MeshCentral": r"mesh ?agent|meshcentral",
    "NoMachine": r"nomachine|nxservice",
    "Parsec": r"parsec",
    "Radmin": r"radmin|rserver3",
    "Remote Utilities": r"remote utilities|rutserv",
    "RustDesk": r"rustdesk",
    "ScreenConnect": r"screenconnect|connectwise control",
    "Splashtop": r"splashtop",
    "Supremo": r"supremo",
    "TeamViewer": r"team[ -]?viewer",
    "ToDesk": r"todesk",
    "UltraViewer": r"ultraview(?:er)?|ultraviewservice",
    "VNC": r"tightvnc|tvnserver|ultravnc|uvnc|realvnc|vnc[ -]?server|tigervnc|x11vnc",
}
KNOWN = {label: re.compile(rf"\b(?:{names})", re.IGNORECASE) for label, names in TOOLS.items()}


def tools(names: Iterable[str]) -> list[str]:
    """The tools that show among names of packages and services, sorted."""
    text = "\n".join(names)
    return [label for label, known in KNOWN.items() if known.search(text)]
