"""What starts by itself on Windows: Run keys, startup folders, services, scheduled tasks, WMI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agent.host import Key, UnreadableError, Value
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse import windows_commands
from agent.parse.firmware import Part
from agent.parse.starts import Start
from agent.parse.task_actions import actions
from agent.parse.windows_commands import PROGRAM
from agent.software.autorun import entry, listed
from agent.windows.classes import Row
from agent.windows.profiles import homes, named, plain
from agent.windows.software import ACCOUNT

CURRENT = "Microsoft\\Windows\\CurrentVersion"
RUN = {
    # The list, and where the Task Manager keeps which of it is switched off.
    "run": (f"{CURRENT}\\Run", "Run"),
    "run-32": (f"WOW6432Node\\{CURRENT}\\Run", "Run32"),
    "run-once": (f"{CURRENT}\\RunOnce", ""),
    "run-once-32": (f"WOW6432Node\\{CURRENT}\\RunOnce", ""),
    "run-policy": (f"{CURRENT}\\Policies\\Explorer\\Run", ""),
}
APPROVED = f"{CURRENT}\\Explorer\\StartupApproved"
COMMON = "C:/ProgramData/Microsoft/Windows/Start Menu/Programs/StartUp"
OWN = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup"
TASKS = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tasks"
OF_WINDOWS = "\\microsoft\\"
SUBSCRIPTION = "root\\subscription"
STARTING, MANUAL, NEVER = {"auto", "boot", "system"}, "manual", "disabled"
UNREAD = "an entry cannot be read"
UNREAD_FOLDER = "a startup folder cannot be read"
LINK = re.compile(r"\.lnk\Z", re.IGNORECASE)
BY_HAND = re.compile(r" - (?:shortcut|lối tắt)(?: \(\d+\))?\Z", re.IGNORECASE)
"""What Windows, in either language, puts behind the name of what a shortcut was made of."""
ENDING = re.compile(r"\.\w{2,5}(?!\w)")
NOBODY = "nobody is signed in"


def autoruns(reader: Reader) -> dict[str, list[Part]]:
    """By kind; a kind whose source is not here, or could not be read at all, is left out."""
    accounts = _Accounts(reader)
    found = {
        "machine": _machine(reader, accounts),
        "signed_in": _signed_in(reader, accounts),
        "services": _services(reader, accounts.names),
        "tasks": _tasks(reader, accounts.names),
        "subscriptions": _subscriptions(reader, accounts.names),
    }
    return listed(reader, found)


class _Accounts:
    """Who has a profile: their names are hidden, their startup folders looked into."""

    def __init__(self, reader: Reader) -> None:
        self.homes = homes(reader, "autoruns.signed_in") or {}
        self.names = named(self.homes)


def _machine(reader: Reader, accounts: _Accounts) -> list[Part] | None:
    field, top = "autoruns.machine", "HKLM\\SOFTWARE"
    before = len(reader.gaps)
    rows = _run(reader, field, top, accounts.names)
    common = _folder(
        reader, field, COMMON, _approved(reader, field, top, "StartupFolder"), accounts
    )
    if rows is None and common is None:
        if len(reader.gaps) == before:
            reader.gap(field, "no key of the registry that starts programs is here")
        return None
    return [*(rows or ()), *(common or ())]


def _signed_in(reader: Reader, accounts: _Accounts) -> list[Part] | None:
    """Of the accounts whose part of the registry is loaded; whose they are, is not told."""
    field = "autoruns.signed_in"
    before = len(reader.gaps)
    top = reader.key("HKU", field)
    loaded = [sid for sid in (top.subkeys if top else ()) if ACCOUNT.fullmatch(sid)]
    found: list[Part] = []
    for sid in loaded:
        place = f"HKU\\{sid}\\SOFTWARE"
        found += _run(reader, field, place, accounts.names) or ()
        if home := accounts.homes.get(sid):
            approved = _approved(reader, field, place, "StartupFolder")
            folder = f"{home.replace(chr(92), '/')}/{OWN}"
            found += _folder(reader, field, folder, approved, accounts) or ()
    if not loaded and len(reader.gaps) == before:
        reader.gap(field, NOBODY)
    # Two accounts with the same program: one row, so that who is signed in is not told by it.
    unique = {str(sorted(row.items())): row for row in found}
    return list(unique.values()) if loaded else None


def _run(reader: Reader, field: str, top: str, accounts: Iterable[str]) -> list[Part] | None:
    found: list[Part] = []
    there = False
    for source, (place, switches) in RUN.items():
        key = reader.key(f"{top}\\{place}", field)
        there = there or key is not None
        off = _approved(reader, field, top, switches) if key and key.values and switches else {}
        for name, command in (key.values if key else {}).items():
            if not isinstance(command, str):
                reader.gap(field, UNREAD)
            start = windows_commands.start(command) if isinstance(command, str) else Start()
            found.append(
                _entry(name, start, accounts, source=source, enabled=off.get(name.lower()))
            )
    return found if there else None


def _approved(reader: Reader, field: str, top: str, name: str) -> Mapping[str, bool]:
    """What is switched off: an odd first byte (02 and 06 are on, 03 and 07 off)."""
    key = reader.key(f"{top}\\{APPROVED}\\{name}", field)
    values = key.values.items() if key else ()
    return {one.lower(): False for one, data in values if isinstance(data, bytes) and _is_off(data)}


def _is_off(data: bytes) -> bool:
    return len(data) >= 1 and data[0] % 2 == 1


def _folder(
    reader: Reader, field: str, path: str, off: Mapping[str, bool], accounts: _Accounts
) -> list[Part] | None:
    try:
        names = reader.host.names(path)
    except UnreadableError as problem:
        if not problem.absent:
            reader.gap(field, UNREAD_FOLDER)  # in its own words the account's name stands
        return None
    found = []
    for name in names:
        if name.lower() != "desktop.ini":
            more: dict[str, Any] = {"source": "startup", "enabled": off.get(name.lower())}
            found.append(_entry(_shown(name), Start(), accounts.names, **more))
    return found


def _shown(name: str) -> str:
    """What a file in a startup folder is called, where that is a program's name and no document's."""
    shortcut = LINK.search(name)
    inner = name[: shortcut.start()] if shortcut else name
    # Made by hand, it is called as what it leads to, with or without its ending.
    stem = BY_HAND.sub("", inner)
    if PROGRAM.search(stem):
        return stem
    is_named_by_a_program = shortcut and stem == inner and not ENDING.search(stem)
    return inner if is_named_by_a_program else "document"


def _services(reader: Reader, accounts: Iterable[str]) -> list[Part] | None:
    rows = reader.instances("Win32_Service", "autoruns.services")
    if rows is None:
        return None
    return [one for row in rows if (one := _service(reader, row, accounts))]


def _service(reader: Reader, row: Row, accounts: Iterable[str]) -> Part | None:
    """Those that start by themselves; of those started when needed, only what is not Windows' own."""
    mode = row.get("StartMode", "").strip().lower()
    name, start = row.get("Name", ""), windows_commands.start(row.get("PathName", ""))
    if mode == NEVER or (mode == MANUAL and start.place == "system"):
        return None
    if not name or mode not in {*STARTING, MANUAL}:
        reader.gap("autoruns.services", UNREAD)
    return _entry(name or "?", start, accounts)


def _tasks(reader: Reader, accounts: Iterable[str]) -> list[Part] | None:
    """Tasks that start a program; a COM object by its number counts outside of Windows' own folder."""
    top = reader.key(TASKS, "autoruns.tasks")
    if top is None:
        return None
    keys = (reader.key(f"{TASKS}\\{guid}", "autoruns.tasks") for guid in top.subkeys)
    return [one for key in keys if key for one in _task(reader, key, accounts)]


def _task(reader: Reader, key: Key, accounts: Iterable[str]) -> list[Part]:
    """A row for each program: what hides behind an honest one is judged like that one."""
    path, data = _value(key, "Path"), _value(key, "Actions")
    if not isinstance(path, str) or not path:
        reader.gap("autoruns.tasks", UNREAD)
        path = ""
    told = actions(data) if isinstance(data, bytes) else None
    if told is None and data is not None:
        reader.gap("autoruns.tasks", UNREAD)
    of_windows = path.lower().startswith(OF_WINDOWS)
    starts = [windows_commands.start(command) for command, _ in (told.programs if told else ())]
    if of_windows and told and told.handler and not starts:
        return []
    # Actions of a form that is not known leave the task's name, which is what can be new.
    source = "windows" if of_windows else "own"
    unique = dict.fromkeys(starts or [Start()])
    return [_entry(path or "?", start, accounts, source=source) for start in unique]


def _subscriptions(reader: Reader, accounts: Iterable[str]) -> list[Part] | None:
    """Consumers of WMI events that start something: hardly any honest program has one."""
    field = "autoruns.subscriptions"
    programs = reader.instances("CommandLineEventConsumer", field, SUBSCRIPTION)
    scripts = reader.instances("ActiveScriptEventConsumer", field, SUBSCRIPTION)
    if programs is None and scripts is None:
        return None
    found = []
    for row in (*(programs or ()), *(scripts or ())):
        if not row.get("Name"):
            reader.gap(field, UNREAD)
        command = row.get("ExecutablePath") or row.get("CommandLineTemplate") or ""
        start = (
            windows_commands.start(command)
            if command
            else Start(row.get("ScriptingEngine"), "system")
        )
        found.append(_entry(row.get("Name") or "?", start, accounts))
    return found


def _entry(name: str, start: Start, accounts: Iterable[str], **more: object) -> Part:
    """A row in which no account and no version stands."""
    program = start.program and plain(start.program, accounts)
    # Of the folders of a task the last part is its name.
    shown = plain(name.rpartition("\\")[2], accounts)
    return entry(shown, Start(program, start.place), **more)


def _value(key: Key | None, name: str) -> Value | None:
    values = key.values.items() if key else ()
    return next((data for known, data in values if known.lower() == name.lower()), None)
