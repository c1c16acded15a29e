"""The agent's own comings and goings: why it started, and in which word it says goodbye."""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime

import agent
from agent.host import Host, UnreadableError
from agent.host.reader import Reader
from agent.lean import Any
from agent.report import Reading
from agent.spool import Spool

BOOT = "/proc/sys/kernel/random/boot_id"
BOOT_KEY = (
    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management"
    "\\PrefetchParameters"
)
"""Its `BootId` is raised at every start of Windows; a fast start, which wakes a kernel that was
put to sleep, raises it not, and is told as the waking that it is."""
NOTE = "presence"
"""`<boot id> <state> <program>` of the newest word: what the next start is compared with."""
ASLEEP = "asleep"
"""Since when the PC sleeps, where the system has said so beforehand; by its own clock."""


def why_started(host: Host, spool: Spool, program: str | None = None) -> Reading:
    """Why the agent starts: the PC did, the agent was updated, stopped and started, or killed.

    Without a goodbye before, the PC lost its power (or hung), or the agent was killed. `program`
    stands for what is installed. The note is kept together with the report or not at all.
    """
    boot, program = _boot(host), program or _program()
    said = (spool.noted(NOTE) or "").split()
    goodbye = len(said) > 1 and said[1] != "started"
    if not said:
        reason = "first start"
    elif boot and said[0] != boot:
        reason = "boot" if goodbye else "boot without a goodbye before"
    elif not goodbye:
        reason = "restart without a goodbye before"
    else:
        reason = "update" if len(said) > 2 and said[2] != program else "restart"
    return Reading({"state": "started", "reason": reason}, (), _noted(boot, "started", program))


def stopped(
    host: Host, spool: Spool, word: str | None = None, program: str | None = None
) -> Reading:
    """`shutdown` while the system goes down, else `stopped`; `word` where the system has said it."""
    going_down = word == "shutdown" if word else _goes_down(host)
    state = "shutdown" if going_down else "stopped"
    # What runs is what was started: an update has put another in its place already.
    said = (spool.noted(NOTE) or "").split()
    ran = program or (said[2] if len(said) > 2 else _program())
    reason = "the service was stopped" if word else "SIGTERM"
    section = {"state": state, "reason": "the system goes down" if going_down else reason}
    return Reading(section, (), _noted(_boot(host), state, ran))


def slept_seconds(since: str | None, at: str) -> float | None:
    """Between two instants of the PC's own clock (RFC 3339); None where that tells nothing."""
    try:
        seconds = (datetime.fromisoformat(at) - datetime.fromisoformat(since or "")).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds >= 0 else None  # the clock was put back meanwhile


def dozed(word: str, slept_seconds: float | None = None) -> Reading:
    """The PC goes to sleep (`sleep`), or has woken up (`started`)."""
    if word == "sleep":
        return Reading({"state": "sleep", "reason": "the system goes to sleep"})
    section: dict[str, Any] = {"state": "started", "reason": "resume"}
    return Reading(
        section if slept_seconds is None else {**section, "slept_seconds": slept_seconds}
    )


def asleep_seconds() -> float:
    """How long this boot has been asleep: on Linux CLOCK_BOOTTIME counts it, CLOCK_MONOTONIC not."""
    if sys.platform == "win32":
        return 0.0  # told by the system itself there, before it sleeps
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def _goes_down(host: Host) -> bool:
    try:
        return host.run("systemctl").strip() == "stopping"
    except UnreadableError:
        return False  # no systemd to ask: a stop of the service is what is certain


def _boot(host: Host) -> str | None:
    if host.system != "windows":
        return Reader(host).text(BOOT, "presence")
    try:
        found = host.key(BOOT_KEY).values.get("BootId")
    except UnreadableError:
        return None  # then a start of the PC is told as one of the agent
    return str(found) if isinstance(found, int) else None


def _program() -> str:
    """Of the installed agent: put in anew, its files are of another time."""
    return f"{os.stat(agent.__file__ or '').st_mtime_ns:x}"  # noqa: PTH116 - without pathlib


def _noted(boot: str | None, state: str, program: str) -> dict[str, str]:
    return {NOTE: f"{boot or '-'} {state} {program}"}
