"""What happened on the PC since it was last asked: each entry of a log is told exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from agent.host import Host, UnreadableError
from agent.host.reader import Reader
from agent.parse import journal
from agent.parse.happenings import Happening, section
from agent.report import Reading
from agent.windows import events as channels

NOTE = "events:"
"""How the spool calls the marks, a channel each."""
BOOT = "/proc/sys/kernel/random/boot_id"
MOST = 4000
"""Lines that `journalctl` is asked for at once (`agent.programs`); the rest comes next time."""
RECENT = timedelta(days=1)
"""Journals are rotated after weeks: one whose newest known entry is gone so soon was cleared."""


def probe(host: Host, notes: Mapping[str, str] | None = None) -> Reading:
    """`notes` are the marks of the reading before, as the spool keeps them; none: the last day."""
    reader = Reader(host)
    given = {name.removeprefix(NOTE): mark for name, mark in (notes or {}).items()}
    read = channels.read if host.system == "windows" else _journal
    found, marks = read(reader, given)
    kept = {f"{NOTE}{name}": mark for name, mark in marks.items()}
    return Reading(section(found), tuple(reader.gaps), kept)


def _journal(
    reader: Reader, notes: Mapping[str, str]
) -> tuple[tuple[Happening, ...], dict[str, str]]:
    cursor, _, seconds = notes.get(journal.CHANNEL, "").partition(" ")
    try:
        text = (
            reader.host.run("journalctl-from", cursor) if cursor else reader.host.run("journalctl")
        )
    except UnreadableError as problem:
        reader.gap(journal.CHANNEL, problem.cause)
        return (), {}
    entries = tuple(journal.entries(text))
    found: list[Happening] = []
    if cursor and entries and entries[0].cursor == cursor:
        entries = entries[1:]
    elif len(entries) >= MOST:
        reader.gap(journal.CHANNEL, f"{MOST} entries at once: some may be left out")
    elif cursor and _is_recent(reader, cursor, seconds):
        found.append(Happening(reader.host.at, "log-cleared", journal.CHANNEL))
    passwd = reader.text("/etc/passwd", journal.CHANNEL) or ""
    found += journal.happenings(entries, journal.accounts(passwd))
    if entries:
        last = entries[-1]
        return tuple(found), {journal.CHANNEL: f"{last.cursor} {last.at.timestamp():.0f}"}
    # Once told, a cleared journal is read from its new beginning.
    return tuple(found), {journal.CHANNEL: ""} if found else {}


def _is_recent(reader: Reader, cursor: str, seconds: str) -> bool:
    """Whether the entry is of this boot and this day: one kept in memory alone ends with its boot."""
    boot = (reader.text(BOOT, journal.CHANNEL) or "").replace("-", "")
    age = reader.host.at.timestamp() - (int(seconds) if seconds.isdecimal() else 0)
    return bool(boot) and f";b={boot};" in cursor and 0 <= age < RECENT.total_seconds()
