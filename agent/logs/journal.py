"""The journal of systemd, read on from its last known entry."""

from __future__ import annotations

from collections.abc import Mapping

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse import journal
from agent.parse.happenings import Happening

BOOT = "/proc/sys/kernel/random/boot_id"
FOLDERS = ("/var/log/journal", "/run/log/journal")
MOST = 4000
"""Lines that `journalctl` is asked for at once (`agent.closed_list`); the rest comes next time."""
RECENT_SECONDS = 24 * 3600
"""Journals are rotated after weeks: one whose newest known entry is gone so soon was cleared."""


def read(reader: Reader, notes: Mapping[str, str]) -> tuple[list[Happening], dict[str, str]] | None:
    """What happened, and the mark; None where this system keeps no journal."""
    cursor, _, seconds = notes.get(journal.CHANNEL, "").partition(" ")
    try:
        text = (
            reader.host.run("journalctl-from", cursor) if cursor else reader.host.run("journalctl")
        )
    except UnreadableError as problem:
        if problem.absent:
            return None
        reader.gap(journal.CHANNEL, problem.cause)
        return [], {}
    entries = tuple(journal.entries(text))
    found: list[Happening] = []
    if cursor and entries and entries[0].cursor == cursor:
        entries = entries[1:]
    elif len(entries) >= MOST:
        reader.gap(journal.CHANNEL, f"{MOST} entries at once: some may be left out")
    elif cursor and _is_recent(reader, cursor, seconds):
        found.append(Happening(reader.host.at, "log-cleared", journal.CHANNEL))
    elif not entries and not _is_kept(reader):
        # journalctl prints nothing and ends well there: silence is not «nothing happened».
        return None
    passwd = reader.text("/etc/passwd", journal.CHANNEL) or ""
    found += journal.happenings(entries, journal.accounts(passwd))
    if entries:
        last = entries[-1]
        return found, {journal.CHANNEL: f"{last.cursor} {last.at.timestamp():.0f}"}
    # Once told, a cleared journal is read from its new beginning.
    return found, {journal.CHANNEL: ""} if found else {}


def _is_recent(reader: Reader, cursor: str, seconds: str) -> bool:
    """Whether the entry is of this boot and this day: one kept in memory alone ends with its boot."""
    boot = (reader.text(BOOT, journal.CHANNEL) or "").replace("-", "")
    age = reader.host.at.timestamp() - (int(seconds) if seconds.isdecimal() else 0)
    return bool(boot) and f";b={boot};" in cursor and 0 <= age < RECENT_SECONDS


def _is_kept(reader: Reader) -> bool:
    """Whether there is any file of a journal; one that may not be looked into counts as one."""
    for folder in FOLDERS:
        try:
            machines = reader.host.names(folder)
            if any(
                name.endswith((".journal", ".journal~"))
                for machine in machines
                for name in reader.host.names(f"{folder}/{machine}")
            ):
                return True
        except UnreadableError as problem:
            if not problem.absent:
                reader.gap(journal.CHANNEL, problem.cause)
                return True
    return False
