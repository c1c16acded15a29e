"""Whether the system still gets security updates, has them, and runs them."""

from __future__ import annotations

import re

from agent.checks import updates_apt, updates_rpm
from agent.checks.check import Check, judged, unknown, unread
from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse.lines import assignments
from agent.parse.support import supported_until

KERNEL = re.compile(r"vmlinuz-(\d.*)")


def os_supported(reader: Reader) -> Check:
    """By the dated table in `agent.parse.support`."""
    source = "/etc/os-release"
    told = assignments(reader.text(source, "os") or "")
    if not told:
        return unread(source, reader, "no such file")
    ends = supported_until(told.get("ID", ""), told.get("VERSION_ID", ""))
    name = told.get("PRETTY_NAME") or told.get("NAME", "?")
    if ends is None:
        return unknown(source, f"no end of support known for {name}")
    return judged(source, f"{name}: until {ends}", good=reader.host.at.date() <= ends)


def updates(reader: Reader) -> Check:
    """Security updates that are offered and not installed, by lists that are fresh enough to know."""
    names = reader.names(updates_apt.LISTS, "updates")
    if names is None and reader.names("/var/lib/rpm", "updates") is not None:
        return updates_rpm.updates(reader)
    return updates_apt.updates(reader, names)


def reboot_pending(reader: Reader) -> Check:
    """The mark that package scripts leave, else a newer kernel than the one that runs."""
    mark = "/run/reboot-required"
    try:
        reader.host.read(mark)
    except UnreadableError as problem:
        if not problem.absent:
            return unknown(mark, problem.cause)
    else:
        return judged(mark, "updates wait for a restart", good=False)
    running = reader.text("/proc/sys/kernel/osrelease", "kernel")
    installed = [
        found[1]
        for name in reader.names("/boot", "kernel") or ()
        if (found := KERNEL.fullmatch(name))
    ]
    if not running or not installed:
        return unread("/boot", reader, "no kernels in /boot to compare with")
    newest = max(installed, key=_version)
    return judged("/boot", f"{running} runs, {newest} is installed", good=newest == running)


def _version(name: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d{1,9}", name)]
