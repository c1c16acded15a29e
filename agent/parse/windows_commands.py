"""Which program a command of an autorun on Windows starts, and in what kind of folder it lies."""

from __future__ import annotations

import re

from agent.parse.starts import LONGEST, NAMED, Start

ENDINGS = r"\.(?:exe|com|pif|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|dll|sys|msc|cpl|lnk|appref-ms)"
"""Of what Windows starts; what has another one is somebody's document, and is not named."""
PROGRAM = re.compile(rf"{ENDINGS}\Z", re.IGNORECASE)
UNQUOTED = re.compile(rf".+?{ENDINGS}(?=[\s,\"]|\Z)", re.IGNORECASE)
ABBREVIATED = {
    "%comspec%": "c:\\windows\\system32\\cmd.exe",
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
    "\\\\?\\": "",
    "system32\\": "c:\\windows\\system32\\",
}
"""What stands at the start of a command in place of a folder."""
PLACES = (
    ("temporary", re.compile(r"[a-z]:\\(?:windows\\)?te?mp\\|.*\\appdata\\local\\temp\\")),
    ("share", re.compile(r"\\\\")),
    ("public", re.compile(r"[a-z]:\\users\\public\\|[a-z]:\\perflogs\\|[a-z]:\\\$recycle")),
    ("account", re.compile(r"[a-z]:\\(?:users|documents and settings)\\")),
    # Whoever writes `C:\Program Files\..\x` wants to be taken for something else.
    ("other", re.compile(r".*\\\.\.\\")),
    # Defender's own folder, with another one in it for every version; Windows guards it.
    ("system", re.compile(r"[a-z]:\\programdata\\microsoft\\windows defender\\")),
    ("program-data", re.compile(r"[a-z]:\\(?:programdata|progra~3)\\")),
    ("system", re.compile(r"[a-z]:\\windows\\")),
    ("programs", re.compile(r"[a-z]:\\(?:program files|program files \(x86\)|progra~[12])\\")),
)
"""The least to be trusted first."""
ARGUMENT = re.compile(r"\s(?:-\S|\\|[A-Za-z]:\\|\S*=)")
"""Where a command's arguments begin: passwords stand there, and no folder is called so. Its `/` is
written `\\` by then."""
BARE = re.compile(r"[\w-]+")
ADMIN_SHARE = re.compile(r"[a-z]:\\+windows\\+[^\\]+")
"""Straight in this folder the share ADMIN$ ends, by which programs are put on a PC from afar."""
CALLED_AS_WINDOWS_OWN = re.compile(r"svchost\.exe\Z|\.sys\Z", re.IGNORECASE)
"""Whatever these are is taken for Windows' own, so they must lie where those do."""
WINDOWS_OWN = re.compile(
    r"c:\\windows\\(?:system32|syswow64)\\svchost\.exe"
    r"|c:\\(?:windows|programdata\\microsoft\\windows defender(?:\\definition updates)?)"
    r"\\(?:[^\\\s]+\\)+[^\\\s]+\.sys"
)
"""No blank in it: `C:\\Windows\\System32\\cmd x.sys` starts something else. The Windows that runs
calls its own disk C, and a stick's folder may be called Windows too."""


def start(command: str) -> Start:
    r"""Of `"C:\Program Files\Zalo\Zalo.exe" --silent` the program `Zalo.exe` in `programs`."""
    path = _path(command)
    return Start(program(path), _place(path)) if path else Start()


def service(command: str) -> Start:
    """As `start`; `system` is not what came by `admin-share`, or is only called as Windows' own."""
    path = _path(command)
    lower = path.lower()
    if ADMIN_SHARE.fullmatch(lower):
        return Start(program(path), "admin-share")
    told = start(command)
    feigns = CALLED_AS_WINDOWS_OWN.search(lower) and not WINDOWS_OWN.fullmatch(lower)
    return told._replace(place="other") if told.place == "system" and feigns else told


def _path(command: str) -> str:
    text = command[:LONGEST].strip().replace("/", "\\")  # Windows takes both
    if not text:
        return ""
    path = (text[1:].partition('"')[0] if text.startswith('"') else _unquoted(text)).strip()
    for short, whole in ABBREVIATED.items():
        if path.lower().startswith(short):
            return whole + path[len(short) :]
    return path


def _place(path: str) -> str:
    lower = path.lower()
    place = next((name for name, sign in PLACES if sign.match(lower)), "other")
    return place if "\\" in lower else "searched"


def _unquoted(text: str) -> str:
    first = text.split(maxsplit=1)[0]
    if BARE.fullmatch(first):
        return f"{first}.exe"  # what Windows makes of `powershell -File x.ps1`
    if "\\" not in first:
        return first
    # A path with blanks and no quotes goes on to the first ending of a program.
    found = UNQUOTED.match(text)
    return found[0] if found and not ARGUMENT.search(found[0]) else first


def program(path: str) -> str | None:
    """The last part of a path where it is a program's name."""
    name = re.split(r"[\\/]", path.strip())[-1]
    return name[:NAMED] if PROGRAM.search(name) and name.isprintable() else None
