"""Which program a command of an autorun starts, and in what kind of folder it lies: never its path."""

from __future__ import annotations

import re

from agent.lean import NamedTuple

PROGRAM = re.compile(
    r"\.(?:exe|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|dll|sys|msc|cpl|lnk|appref-ms)\Z",
    re.IGNORECASE,
)
"""Endings of what Windows starts; what has another one is somebody's document, and is not named."""
UNQUOTED = re.compile(
    r".+?\.(?:exe|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|dll|sys|msc|cpl|lnk)(?=[\s,\"]|\Z)",
    re.IGNORECASE,
)
ABBREVIATED = {
    "%systemroot%": "c:\\windows",
    "%windir%": "c:\\windows",
    "\\systemroot": "c:\\windows",
    "%programfiles%": "c:\\program files",
    "%programfiles(x86)%": "c:\\program files (x86)",
    "%commonprogramfiles%": "c:\\program files",
    "%programdata%": "c:\\programdata",
    "%allusersprofile%": "c:\\programdata",
    "%public%": "c:\\users\\public",
    "%temp%": "c:\\users\\?\\appdata\\local\\temp",
    "%tmp%": "c:\\users\\?\\appdata\\local\\temp",
    "%userprofile%": "c:\\users\\?",
    "%appdata%": "c:\\users\\?",
    "%localappdata%": "c:\\users\\?",
    "\\??\\": "",
    "system32\\": "c:\\windows\\system32\\",
}
"""What stands at the start of a command in place of a folder."""
PLACES = (
    ("temporary", re.compile(r"[a-z]:\\(?:windows\\)?te?mp\\|.*\\appdata\\local\\temp\\")),
    ("share", re.compile(r"\\\\")),
    ("public", re.compile(r"[a-z]:\\users\\public\\|[a-z]:\\perflogs\\|[a-z]:\\\$recycle")),
    ("account", re.compile(r"[a-z]:\\(?:users|documents and settings)\\")),
    ("program-data", re.compile(r"[a-z]:\\programdata\\")),
    ("system", re.compile(r"[a-z]:\\windows\\")),
    ("programs", re.compile(r"[a-z]:\\(?:program files|program files \(x86\)|progra~\d)\\")),
)
"""The least to be trusted first."""
LINUX_PLACES = (
    ("temporary", re.compile(r"/(?:tmp|var/tmp|dev/shm)/")),
    ("local", re.compile(r"/(?:usr/local|opt|etc|srv)/")),
    ("system", re.compile(r"/(?:usr|lib|lib64|bin|sbin|snap|var/lib)/")),
    ("generated", re.compile(r"/run/")),
    ("account", re.compile(r"/(?:home|root)/")),
)
BARE = re.compile(r"[\w-]+")
LONGEST = 4096
ABSOLUTE = re.compile(r"(?<![\w=<>&|])/[\w.+@-]+(?:/[\w.+@-]+)+")
NAMED = 64


class Start(NamedTuple):
    """What a command starts; None where it does not say, or says what is no program."""

    program: str | None = None
    place: str | None = None


def windows(command: str) -> Start:
    r"""Of `"C:\Program Files\Zalo\Zalo.exe" --silent` the program `Zalo.exe` in `programs`."""
    text = command[:LONGEST].strip()
    if not text:
        return Start()
    path = text[1:].partition('"')[0] if text.startswith('"') else _unquoted(text)
    lower = path.lower().strip()
    for short, whole in ABBREVIATED.items():
        if lower.startswith(short):
            lower = whole + lower[len(short) :]
            break
    place = next((name for name, sign in PLACES if sign.match(lower)), "other")
    return Start(program(path), place if "\\" in lower else "searched")


def _unquoted(text: str) -> str:
    first = text.split(maxsplit=1)[0]
    if BARE.fullmatch(first):
        return f"{first}.exe"  # what Windows makes of `powershell -File x.ps1`
    if "\\" not in first:
        return first
    # A path with blanks and no quotes goes on to the first ending of a program.
    found = UNQUOTED.match(text)
    return found[0] if found else first


def program(path: str) -> str | None:
    """The last part of a path where it is a program's name."""
    name = re.split(r"[\\/]", path.strip())[-1]
    return name[:NAMED] if PROGRAM.search(name) and name.isprintable() else None


def linux(command: str) -> Start:
    """The first whole path of a command, as cron, systemd and the desktop start it."""
    text = command[:LONGEST]
    # `test -d /run/systemd/system ||` stands before many commands of cron, and starts nothing.
    paths = [path for path in ABSOLUTE.findall(text) if not path.startswith(("/dev/null", "/run/"))]
    if not paths:
        words = text.split()
        bare = words[0].lstrip("-@+!:|") if words else ""
        return Start(bare[:NAMED] if re.fullmatch(r"[\w.+-]+", bare) else None, None)
    return Start(paths[0].rpartition("/")[2][:NAMED], linux_place(paths[0]))


def linux_place(path: str) -> str:
    """What kind of folder a file of Linux lies in."""
    return next((name for name, sign in LINUX_PLACES if sign.match(path)), "other")
