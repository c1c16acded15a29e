"""What a Linux desktop enforces on everyone: the system's dconf settings with their locks.

What each account chose for itself is its own: it lies in its home, and is not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.checks.check import Check, judged, unread
from agent.host.reader import Reader
from agent.parse.lines import whole

SESSIONS = ("/usr/share/wayland-sessions", "/usr/share/xsessions")
DATABASE = "/etc/dconf/db/local.d"
LOCK_ENABLED = "org/gnome/desktop/screensaver/lock-enabled"
IDLE_DELAY = "org/gnome/desktop/session/idle-delay"
AUTORUN_NEVER = "org/gnome/desktop/media-handling/autorun-never"
MOST_SECONDS = 900
"""A quarter of an hour, as the CIS benchmark has it."""
NOT_ENFORCED = "nothing is enforced: each account chooses"


def screen_lock(reader: Reader) -> Check | None:
    """Left alone, the screen locks, and nobody can choose otherwise. Left out without a desktop."""
    if not _desktop(reader):
        return unread(SESSIONS[0], reader, "") if reader.gaps else None
    settings, locked = _enforced(reader)
    on = settings.get(LOCK_ENABLED)
    seconds = whole(settings.get(IDLE_DELAY, "").removeprefix("uint32"))
    if reader.gaps:
        return unread(DATABASE, reader, "")
    if on == "false" or seconds == 0:
        return judged(DATABASE, "the screen never locks", good=False)
    if on != "true" or seconds is None or not {LOCK_ENABLED, IDLE_DELAY} <= locked:
        return unread(DATABASE, reader, NOT_ENFORCED)
    return judged(DATABASE, f"locks after {seconds} s", good=0 < seconds <= MOST_SECONDS)


def autorun(reader: Reader) -> Check | None:
    """Nothing starts by itself from a USB stick. Left out without a desktop."""
    if not _desktop(reader):
        return unread(SESSIONS[0], reader, "") if reader.gaps else None
    settings, locked = _enforced(reader)
    never = settings.get(AUTORUN_NEVER)
    if reader.gaps or never not in {"true", "false"}:
        return unread(DATABASE, reader, NOT_ENFORCED)
    if never == "true" and AUTORUN_NEVER not in locked:
        return unread(DATABASE, reader, NOT_ENFORCED)
    words = "nothing starts by itself" if never == "true" else "programs may start by themselves"
    return judged(DATABASE, words, good=never == "true")


def _desktop(reader: Reader) -> bool:
    return any(reader.names(folder, "desktop") for folder in SESSIONS)


def _enforced(reader: Reader) -> tuple[Mapping[str, str], frozenset[str]]:
    """Settings by path, and the paths that accounts cannot change."""
    settings: dict[str, str] = {}
    for text in _texts(reader, DATABASE):
        section = ""
        for line in map(str.strip, text.splitlines()):
            name, equals, told = line.partition("=")
            if line.startswith("[") and line.endswith("]"):
                section = line[1:-1].strip("/")
            elif equals and not line.startswith("#"):
                settings[f"{section}/{name.strip()}"] = told.strip()
    locks = (
        line.strip() for text in _texts(reader, f"{DATABASE}/locks") for line in text.splitlines()
    )
    return settings, frozenset(line.strip("/") for line in locks if line.startswith("/"))


def _texts(reader: Reader, folder: str) -> list[str]:
    names = [name for name in reader.names(folder, "dconf") or () if name != "locks"]
    # Later files win, by name: dconf(7).
    return [reader.text(f"{folder}/{name}", "dconf") or "" for name in names]
