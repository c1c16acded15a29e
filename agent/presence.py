"""The agent's own comings and goings: why it started, and in which word it says goodbye."""

from __future__ import annotations

import sys
import time
from typing import Any

from agent.host import Host, UnreadableError
from agent.host.reader import Reader
from agent.report import Reading
from agent.spool import Spool

BOOT = "/proc/sys/kernel/random/boot_id"
NOTE = "presence"
"""`<boot id> <state>` of the newest word: what the next start is compared with."""


def why_started(host: Host, spool: Spool) -> Reading:
    """`boot`, `restart` after a goodbye, or `crash` where none was said in this boot."""
    boot, said = _boot(host), (spool.noted(NOTE) or "").split()
    if not said:
        reason = "first start"
    elif boot and said[0] != boot:
        # Before this boot: without a goodbye the PC lost its power or hung.
        reason = "boot" if said[-1] != "started" else "boot without a goodbye before"
    else:
        reason = "restart" if said[-1] != "started" else "restart without a goodbye before"
    spool.note(NOTE, f"{boot or '-'} started")
    return Reading({"state": "started", "reason": reason})


def stopped(host: Host, spool: Spool, word: str | None = None) -> Reading:
    """`shutdown` while the system goes down, else `stopped`; `word` where the system has said it."""
    going_down = word == "shutdown" if word else _goes_down(host)
    state = "shutdown" if going_down else "stopped"
    spool.note(NOTE, f"{_boot(host) or '-'} {state}")
    return Reading({"state": state, "reason": "the system goes down" if going_down else "SIGTERM"})


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
    return Reader(host).text(BOOT, "presence")
