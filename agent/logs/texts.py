"""What the text logs of a Linux system tell: sign-ins where there is no journal, and ClamAV's finds."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo

from agent.host.reader import Reader
from agent.logs import follow
from agent.parse import clamav, journal, syslog
from agent.parse.happenings import Happening
from agent.parse.journal import Entry

SIGN_INS = ("/var/log/auth.log", "/var/log/secure")
"""Debian's and Red Hat's name of the log of the facilities auth and authpriv."""
FINDS = ("/var/log/clamav/clamav.log", "/var/log/clamav/clamonacc.log", "/var/log/clamd.scan")
"""Debian's log of clamd, that of on-access scanning, and Red Hat's of clamd@scan."""
WRITERS = frozenset(
    {
        *("sshd", "sshd-session", "sudo", "su", "login", "lightdm", "gdm-password", "sddm-helper"),
        *("xrdp-sesman", "polkit-agent-helper-1", "useradd", "usermod", "gpasswd", "adduser"),
    }
)
"""Whose lines count. Here a program says its own name: any account can write such a line by
logger(1), so that a PC with a journal is asked for that alone, where the kernel names the writer."""

Told = tuple[list[Happening], dict[str, str]]
"""What happened, and the marks by log."""


def sign_ins(reader: Reader, notes: Mapping[str, str]) -> Told | None:
    """Of the first log that is there; None where neither is."""
    zone = functools.cache(lambda: _zone(reader))
    numbers = journal.accounts(reader.text("/etc/passwd", "passwd") or "")
    for path in SIGN_INS:
        found = follow.follow(
            reader.host,
            path,
            follow.mark(notes.get(path, "")),
            lambda line: _kept(reader, line, zone),
        )
        if found:
            told = journal.happenings(found.entries, numbers, _channel(path))
            return _told(reader, path, found, told, notes)
    return None


def finds(reader: Reader, notes: Mapping[str, str]) -> Told:
    """What ClamAV has found, of each of its logs."""
    zone, at = functools.cache(lambda: _zone(reader)), reader.host.at
    happened: list[Happening] = []
    marks: dict[str, str] = {}
    for path in FINDS:
        found = follow.follow(
            reader.host,
            path,
            follow.mark(notes.get(path, "")),
            lambda line: clamav.entries(line, at, zone()),
        )
        if found:
            channel = _channel(path)
            told = (Happening(one.at, "malware-found", channel) for one in found.entries)
            more, mark = _told(reader, path, found, told, notes)
            happened += more
            marks |= mark
    return happened, marks


def _kept(reader: Reader, line: str, zone: Callable[[], tzinfo]) -> tuple[Entry, ...]:
    found = syslog.entries(line, reader.host.at, zone())
    return found if found and found[0].program in WRITERS else ()


def _told(
    reader: Reader,
    path: str,
    found: follow.Followed,
    happened: Iterator[Happening],
    notes: Mapping[str, str],
) -> Told:
    told = [Happening(reader.host.at, "log-cleared", _channel(path))] if found.cleared else []
    if found.cause:
        reader.gap(_channel(path), found.cause)
    mark = found.mark.text()
    return [*told, *happened], {} if mark == notes.get(path) else {path: mark}


def _channel(path: str) -> str:
    return path.rpartition("/")[2]


def _zone(reader: Reader) -> tzinfo:
    """The PC's own. Where it is not known its logs are read as UTC: hours off, and all of them told."""
    # Loaded by those alone who read a log: a PC with a journal reads none here.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    named = reader.text("/etc/timezone", "timezone")
    if not named:
        link = reader.link("/etc/localtime", "timezone") or ""
        named = link.partition("/zoneinfo/")[2].removeprefix("posix/")
    try:
        return ZoneInfo(named) if named else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
