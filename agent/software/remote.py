"""Tools by which someone else can steer the PC, known by the names of packages, services and programs."""

from __future__ import annotations

from collections.abc import Iterable

TOOLS: dict[str, tuple[str, ...]] = {
    "AeroAdmin": ("aeroadmin",),
    "Ammyy Admin": ("ammyy",),
    "AnyDesk": ("anydesk",),
    "AweSun / Sunlogin": ("sunlogin", "awesun"),
    "Chrome Remote Desktop": ("chrome remote desktop", "chrome-remote-desktop", "chromoting"),
    "DWService": ("dwagent", "dwservice"),
    "LogMeIn": ("logmein", "gotomypc"),
    "MeshCentral": ("mesh agent", "meshagent", "meshcentral"),
    "NoMachine": ("nomachine", "nxservice"),
    "Parsec": ("parsec",),
    "Radmin": ("radmin", "rserver3"),
    "Remote Utilities": ("remote utilities", "rutserv"),
    "RustDesk": ("rustdesk",),
    "ScreenConnect": ("screenconnect", "connectwise control"),
    "Splashtop": ("splashtop",),
    "Supremo": ("supremo",),
    "TeamViewer": ("teamviewer", "team viewer", "team-viewer"),
    "ToDesk": ("todesk",),
    "UltraViewer": ("ultraview",),  # its service is UltraViewService
    "VNC": (
        *("tightvnc", "tvnserver", "ultravnc", "uvnc", "realvnc", "tigervnc", "x11vnc"),
        *("vncserver", "vnc server", "vnc-server"),
    ),
}
"""Label to what a name has at the start of a word, in lower case. Searched plainly: compiling as many
patterns costs a child more than all the rest of its section."""


def tools(names: Iterable[str]) -> list[str]:
    """The tools that show among those names, sorted."""
    text = "\n".join(names).lower()
    return [label for label, marks in TOOLS.items() if any(_begun(text, mark) for mark in marks)]


def _begun(text: str, mark: str) -> bool:
    place = text.find(mark)
    while place > 0 and (text[place - 1].isalnum() or text[place - 1] == "_"):
        place = text.find(mark, place + 1)
    return place >= 0
