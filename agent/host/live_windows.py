"""What only Windows has, read live: the registry, WMI through PowerShell, and event channels."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from agent import programs
from agent.host import Entries, Event, Key, UnreadableError, Value
from agent.host.live import Answer
from agent.parse import event_xml
from agent.parse.texts import decoded
from agent.windows import events as channels
from agent.windows import folders, queries

DEADLINE_SECONDS = 60
MOST, AT_ONCE = 10_000, 400
"""Events in all, and in one answer of wevtutil: as many as stay below the cap on a program's output."""
NO_CHANNEL, DENIED = 15007, 5
"""Exit codes of wevtutil: ERROR_EVT_CHANNEL_NOT_FOUND, ERROR_ACCESS_DENIED."""


def instances(name: str, known: dict[str, Answer]) -> tuple[Mapping[str, str], ...]:
    """Instances of a class of the list, with the answers of its batch kept in `known`."""
    if name not in known:
        names = queries.batch(name)
        folder = _system()
        program = f"{folders.powershell(folder)}\\powershell.exe"
        arguments = [program, "-NoProfile", "-NonInteractive", "-Command", queries.script(names)]
        outcome = programs.run(arguments, DEADLINE_SECONDS, folders.environment(folder))
        if not outcome.output and (outcome.cause or outcome.code):
            raise _failed("powershell", outcome)
        known.update(queries.answers(names, outcome.output))
    answer = known[name]
    if isinstance(answer, UnreadableError):
        raise answer
    return answer


def events(channel: str, after: int) -> Entries:
    """Entries of a channel of the list that the agent looks for; after 0 those of the last day.

    What was read before something went wrong is kept: the next question goes on behind it.
    """
    if channel not in channels.CHANNELS:
        raise UnreadableError(f"not in the list of event channels: {channel}")
    folder, found, causes = _system(), list[Event](), list[str]()
    while len(found) < MOST:
        last = found[-1].record_id if found else after
        try:
            some, whole = _entries(folder, channel, last)
        except UnreadableError as problem:
            if not found:
                raise
            causes.append(problem.cause)
            break
        causes += [some.cause] if some.cause else []
        # A number that does not grow would be asked for again and again.
        newer = [event for event in some.events if event.record_id > last]
        found += newer
        if not whole or not newer:
            break
    return Entries(tuple(found[:MOST]), next(iter(causes), None))


def _entries(folder: str, channel: str, after: int) -> tuple[Entries, bool]:
    """One answer of wevtutil, and whether there may be more behind it."""
    query = f"/q:{channels.query(channel, after)}"
    arguments = [f"{folder}\\wevtutil.exe", "qe", channel, query, "/f:xml", f"/c:{AT_ONCE}"]
    outcome = programs.run([*arguments, "/uni:true"], DEADLINE_SECONDS, folders.environment(folder))
    if outcome.code in {NO_CHANNEL, DENIED}:
        words = "permission denied" if outcome.code == DENIED else "no such channel"
        raise UnreadableError(f"{words}: {channel}", absent=outcome.code == NO_CHANNEL)
    some, count = event_xml.entries(decoded(outcome.output))
    if outcome.cause or outcome.code:
        failed = _failed("wevtutil", outcome)
        if not some.events:
            raise failed
        return Entries(some.events, failed.cause), False
    return some, count >= AT_ONCE


def _failed(program: str, outcome: programs.Outcome) -> UnreadableError:
    return UnreadableError(f"{program}: {outcome.cause or f'exit code {outcome.code}'}")


def _system() -> str:
    try:
        return folders.system()
    except OSError as problem:
        raise UnreadableError(f"no Windows here: {problem}", absent=True) from problem


if sys.platform == "win32":
    import winreg

    ROOTS = {
        "HKLM": winreg.HKEY_LOCAL_MACHINE,
        "HKU": winreg.HKEY_USERS,
        "HKCR": winreg.HKEY_CLASSES_ROOT,
    }

    def key(path: str) -> Key:
        """A key in the 64-bit view; `WOW6432Node` in the path leads to the other one."""
        root, _, rest = path.partition("\\")
        try:
            # 64 bits by name: a Python of 32 bits would be led to the other view otherwise.
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
            with winreg.OpenKeyEx(ROOTS[root], rest, 0, access) as opened:
                subkeys, values, _ = winreg.QueryInfoKey(opened)
                rows = [winreg.EnumValue(opened, place) for place in range(values)]
                names = tuple(winreg.EnumKey(opened, place) for place in range(subkeys))
        except KeyError as problem:
            raise UnreadableError(f"not in the list of registry roots: {root}") from problem
        except OSError as problem:
            raise registry_problem(path, problem) from problem
        return Key({name: _value(data) for name, data, _ in rows}, names)

    def _value(data: object) -> Value:
        if isinstance(data, list):
            return tuple(map(str, data))
        return data if isinstance(data, str | int | bytes) else b""


def registry_problem(path: str, problem: OSError) -> UnreadableError:
    """Worded by ourselves: Windows words it in its own language."""
    if isinstance(problem, FileNotFoundError):
        return UnreadableError(f"no such key: {path}", absent=True)
    if isinstance(problem, PermissionError):
        return UnreadableError(f"permission denied: {path}")
    return UnreadableError(f"the registry answered {problem.errno}: {path}")
