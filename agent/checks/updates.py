"""Whether the system still gets security updates, has them, and runs them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.checks import updates_rpm
from agent.checks.check import Check, is_to_come, judged, unknown, unread
from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse.lines import assignments
from agent.parse.support import supported_until

LISTS = "/var/lib/apt/lists"
STALE = timedelta(days=30)
"""A mirror's lists change daily; ones a month old say nothing of what is missing now."""
DATE = re.compile(r"^Date:\s*(.{10,60})$", re.MULTILINE)
SUMMARY = re.compile(r"^(\d{1,9}) upgraded, (\d{1,9}) newly installed, ", re.MULTILINE)
WAITING = re.compile(r"Inst \S+ (?:\[\S+\] )?\(\S+ [^:)]+:[^/)]+/[^)]+\[\w+\]\).*")
"""`Inst name [has] (gets Origin:release/suite [architecture])`: the suite tells what is of security."""
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
    """Security updates that apt or dnf would install, by lists that are fresh enough to know."""
    names = reader.names(LISTS, "updates")
    if names is None and reader.names("/var/lib/rpm", "updates") is not None:
        return updates_rpm.updates(reader)
    return _by_apt(reader, names)


def _by_apt(reader: Reader, names: tuple[str, ...] | None) -> Check:
    fresh = [name for name in names or () if name.endswith(("_InRelease", "_Release"))]
    if not fresh:
        return unread(LISTS, reader, "no package lists of apt: never refreshed, or another system")
    dates = [at for name in fresh if (at := _date(reader, name))]
    newest = max((at for at in dates if not is_to_come(at, reader.host.at)), default=None)
    if newest is None:
        return unread(LISTS, reader, "the lists carry no date")
    age = reader.host.at - newest
    if age > STALE:
        return unknown(LISTS, f"the package lists are of {newest.date()}: too old to tell")
    text = reader.output("apt-get", "updates")
    if text is None:
        return unread("apt-get --simulate upgrade", reader, "apt-get is not installed")
    told = SUMMARY.search(text)
    waiting = re.findall(r"^Inst .*", text, re.MULTILINE)
    security = sum(1 for line in waiting if "security" in line.lower())
    whole = told is not None and len(waiting) == int(told[1]) + int(told[2])
    if not whole or not (security or all(map(WAITING.fullmatch, waiting))):
        return unknown("apt-get --simulate upgrade", "its answer is not whole")
    observed = f"{security} security updates and {len(waiting) - security} others are waiting"
    return judged("apt-get --simulate upgrade", observed, good=security == 0)


def _date(reader: Reader, name: str) -> datetime | None:
    # A few milliseconds that the quick reading, which leaves this check out, need not spend.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    found = DATE.search(reader.text(f"{LISTS}/{name}", "updates") or "")
    try:
        return parsedate_to_datetime(found[1]).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


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
