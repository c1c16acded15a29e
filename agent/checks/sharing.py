"""Samba and xrdp: the ways of Windows into a Linux PC."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unknown, unread
from agent.host.reader import Reader

PROGRAMS = "/usr/sbin"
SAMBA = "/etc/samba/smb.conf"
LEAST = re.compile(r"^\s*(?:server\s+)?min\s+protocol\s*=\s*(\w+)", re.MULTILINE | re.IGNORECASE)
GLOBAL = re.compile(r"^\s*\[global\]", re.MULTILINE | re.IGNORECASE)
BROKEN = frozenset({"CORE", "COREPLUS", "LANMAN1", "LANMAN2", "NT1"})
XRDP = "/usr/sbin/xrdp"


def smb1(reader: Reader) -> Check | None:
    """The least protocol that the file server speaks. Left out where there is no Samba."""
    if not _installed(reader, "smbd"):
        return unread(PROGRAMS, reader, "") if reader.gaps else None
    text = reader.text(SAMBA, "smb1")
    if text is None or not GLOBAL.search(text):
        return unread(SAMBA, reader, "the settings are not there")
    told = LEAST.findall(text)
    if not told:
        return unknown(SAMBA, "not set: the system's own default applies")
    # smb.conf(5): the last one counts. SMB2 and SMB3 with their parts, as SMB2_10, are whole.
    last = told[-1].upper()
    if last in BROKEN:
        return judged(SAMBA, "SMBv1 can be used", good=False)
    if not last.startswith(("SMB2", "SMB3")):
        return unknown(SAMBA, "it does not tell")
    return judged(SAMBA, "SMBv1 is switched off", good=True)


def rdp(reader: Reader) -> Check | None:
    """A server of remote desktop is a way in that no office PC needs. Left out where none is."""
    if _installed(reader, "xrdp"):
        return judged(XRDP, "xrdp is installed", good=False)
    return unread(PROGRAMS, reader, "") if reader.gaps else None


def _installed(reader: Reader, name: str) -> bool:
    return name in (reader.names(PROGRAMS, "programs") or ())
