"""The agent's own comings and goings: why it started, and in which word it says goodbye."""

from __future__ import annotations

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


def stopped(host: Host, spool: Spool) -> Reading:
    """`shutdown` while the system goes down, else `stopped`."""
    try:
        going_down = host.run("systemctl").strip() == "stopping"
    except UnreadableError:
        going_down = False  # no systemd to ask: a stop of the service is what is certain
    state = "shutdown" if going_down else "stopped"
    spool.note(NOTE, f"{_boot(host) or '-'} {state}")
    return Reading({"state": state, "reason": "the system goes down" if going_down else "SIGTERM"})


def _boot(host: Host) -> str | None:
    return Reader(host).text(BOOT, "presence")
