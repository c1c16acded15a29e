"""Protection against malware: Microsoft Defender for Linux, else ClamAV."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.checks.check import Check, is_to_come, judged, unknown, unread
from agent.checks.running import running
from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.parse import mdatp

MDATP = "mdatp health"
CLAMAV = "/usr/sbin/clamd"
DATABASES = ("daily.cld", "daily.cvd")
BUILT = re.compile(rb"ClamAV-VDB:(\d{2} [A-Z][a-z]{2} \d{4} \d{2}-\d{2} [+-]\d{4})")
MOST_AGE = timedelta(days=7)
"""Signatures older than a week miss what goes round now."""


def antivirus(reader: Reader) -> Check:
    """Whether one is on and looks at files as they are used."""
    text = reader.output("mdatp", "antivirus")
    if text is not None:
        return _defender(text)
    if reader.gaps:
        return unread(MDATP, reader, "")
    if "clamd" in (reader.names("/usr/sbin", "antivirus") or ()):
        return _clamav(reader)
    return _without(reader)


def _defender(text: str) -> Check:
    health = mdatp.health(text)
    if health is None or health.protecting is None:
        return unknown(MDATP, "its answer cannot be read")
    return judged(MDATP, f"Microsoft Defender {health.told}", good=health.protecting)


def _clamav(reader: Reader) -> Check:
    processes = running(reader)
    if processes is None:
        return unread("/proc", reader, "the processes cannot be listed")
    # clamd alone scans what it is handed; clamonacc hands it every file that is opened.
    missing = [name for name in ("clamd", "clamonacc") if name not in processes]
    if missing:
        return judged(CLAMAV, f"ClamAV without {' and '.join(missing)} running", good=False)
    return judged(CLAMAV, "ClamAV watches files as they are opened", good=True)


def _without(reader: Reader) -> Check:
    if reader.gaps:
        return unread(CLAMAV, reader, "")
    if reader.names("/usr/sbin", "antivirus") is None and reader.names("/proc", "x") is None:
        return unknown(CLAMAV, "no programs' folder in what was read")
    return judged(CLAMAV, "neither Microsoft Defender nor ClamAV is installed", good=False)


def signatures(reader: Reader) -> Check | None:
    """How old what it knows is. Left out where there is no antivirus: that fails elsewhere."""
    text = reader.output("mdatp", "signatures")
    if text is not None:
        health = mdatp.health(text)
        age = health.signatures_age if health else None
        return _age(MDATP, age) if age is not None else unknown(MDATP, "it does not tell the age")
    folder = "/var/lib/clamav"
    names = reader.names(folder, "signatures")
    for name in DATABASES:
        if names and name in names:
            built = BUILT.match(_head(reader, f"{folder}/{name}"))
            age = _since(built[1].decode(), reader.host.at) if built else None
            source = f"{folder}/{name}"
            return _age(source, age) if age is not None else unread(source, reader, "no date in it")
    return unread(folder, reader, "") if reader.gaps else None


def _head(reader: Reader, path: str) -> bytes:
    # A database has a hundred megabytes, and says in its first line when it was built.
    try:
        return reader.host.piece(path, 0).data
    except UnreadableError as problem:
        reader.missed("signatures", problem)
        return b""


def _since(built: str, now: datetime) -> timedelta | None:
    try:
        at = datetime.strptime(built, "%d %b %Y %H-%M %z").astimezone(UTC)
        return None if is_to_come(at, now) else now - at
    except ValueError:
        return None


def _age(source: str, age: timedelta) -> Check:
    return judged(source, f"signatures {max(age.days, 0)} days old", good=age <= MOST_AGE)
