"""Whether Windows still gets security updates, has them, and runs them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.checks.check import Check, is_to_come, judged, unknown, unread
from agent.checks.windows.source import text
from agent.host.reader import Reader
from agent.windows.support import supported_until
from agent.windows.update_agent import parse

VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
CURRENT = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"
MARKS = {
    f"{CURRENT}\\Component Based Servicing": "RebootPending",
    f"{CURRENT}\\WindowsUpdate\\Auto Update": "RebootRequired",
}
AGENT = "Microsoft.Update.Searcher"
FIXES = "Win32_QuickFixEngineering"
STALE = timedelta(days=30)
"""A search a month old knows nothing of the last patch day."""
NEGLECTED = timedelta(days=75)
"""Two patch days and a little: whoever has nothing newer does not get updates."""
FILETIME = datetime(1601, 1, 1, tzinfo=UTC)


def os_supported(reader: Reader) -> Check:
    """By build and edition; the product's name still says Windows 10 on Windows 11."""
    build, edition = (text(reader, VERSION, name) for name in ("CurrentBuild", "EditionID"))
    kind = text(reader, VERSION, "InstallationType")
    if not build or not edition or not kind:
        return unread(VERSION, reader, "its build and edition are not told")
    ends = supported_until(build, edition, kind)
    name = f"{edition} {build}"
    if ends is None:
        return unknown(VERSION, f"no end of support known for {name}")
    return judged(VERSION, f"{name}: until {ends}", good=reader.host.at.date() <= ends)


def reboot_pending(reader: Reader) -> Check:
    """The marks that the servicing of Windows leaves."""
    source = " or ".join(MARKS.values())
    keys = {path: reader.key(path, "reboot-pending") for path in MARKS}
    for path, found in keys.items():
        if found and MARKS[path].lower() in {name.lower() for name in found.subkeys}:
            return judged(f"{path}\\{MARKS[path]}", "updates wait for a restart", good=False)
    # Neither is ever empty: the servicing keeps its own state there.
    if not all(found and (found.subkeys or found.values) for found in keys.values()) or reader.gaps:
        return unread(source, reader, "the keys of the servicing are not there")
    return judged(source, "no restart is waiting", good=True)


def updates(reader: Reader) -> Check:
    """What the Update Agent found in its own last search; else how old the newest fix is."""
    output = reader.output("windows-update", "updates")
    told = parse(output) if output else None
    if told is None or is_to_come(told.searched_at, reader.host.at):
        return _by_fixes(reader)
    if reader.host.at - told.searched_at > STALE:
        return unknown(AGENT, f"the last search was on {told.searched_at.date()}: too old to tell")
    observed = f"{told.security} security updates and {told.others} others are waiting"
    if told.critical:
        observed = f"{observed}, {told.critical} of them critical"
    if told.oldest:
        observed = f"{observed}, the oldest since {told.oldest}"
    return judged(AGENT, observed, good=told.security == 0)


def _by_fixes(reader: Reader) -> Check:
    rows = reader.instances("Win32_QuickFixEngineering", "updates") or ()
    newest = max(
        filter(None, (_installed(row.get("InstalledOn", "")) for row in rows)), default=None
    )
    if newest is None:
        return unread(FIXES, reader, "no fix with its date is installed")
    if reader.host.at - newest > NEGLECTED:
        return judged(FIXES, f"the newest fix is of {newest.date()}", good=False)
    return unknown(FIXES, f"the newest fix is of {newest.date()}: what is missing is not told")


def _installed(written: str) -> datetime | None:
    """`11/20/2026`, month first whatever the language; older systems write a FILETIME in hex."""
    try:
        if re.fullmatch(r"[0-9a-fA-F]{16}", written):
            return FILETIME + timedelta(microseconds=int(written, 16) // 10)
        return datetime.strptime(written, "%m/%d/%Y").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
