"""Accounts: how many may do everything, and how well passwords resist guessing. Counts, no names."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unread
from agent.host.reader import Reader
from agent.parse.lines import rows, whole

ADMINISTRATORS = frozenset({"sudo", "wheel", "admin"})
MOST_ADMINISTRATORS = 3
"""The officer, a deputy and the one who installed the PC; more is a habit, not a need."""
LEAST_LENGTH = 8
PAM = ("/etc/pam.d/common-auth", "/etc/pam.d/system-auth")
PAM_PASSWORD = ("/etc/pam.d/common-password", "/etc/pam.d/system-auth")
QUALITY = "/etc/security/pwquality.conf"


def administrators(reader: Reader) -> Check:
    """Members of the administrators' groups, and accounts besides root with its number 0."""
    source = "/etc/group, /etc/passwd"
    group, passwd = reader.text("/etc/group", "group"), reader.text("/etc/passwd", "passwd")
    if not group or not passwd:
        return unread(source, reader, "no account files")
    members: set[str] = set()
    for fields in (line.split(":") for line in group.splitlines()):
        if len(fields) >= 4 and fields[0] in ADMINISTRATORS:
            members |= {name for name in fields[3].split(",") if name}
    accounts = [line.split(":") for line in passwd.splitlines()]
    roots = sum(1 for row in accounts if len(row) > 2 and row[2] == "0" and row[0] != "root")
    observed = f"{len(members)} administrators, {roots} more accounts with number 0"
    return judged(source, observed, good=len(members) <= MOST_ADMINISTRATORS and not roots)


def password_policy(reader: Reader) -> Check:
    """The least length of a new password, by pwquality or pam_unix."""
    pam, path = _first(reader, PAM_PASSWORD)
    if pam is None:
        return unread(path, reader, "no PAM settings")
    rule = next((line for line in _rules(pam, "password") if "pam_pwquality" in line), None)
    if rule is None:
        own = re.search(r"pam_unix\.so.*\bminlen=(\d+)", pam)
        # pam_unix(8): without minlen, six signs.
        return _length(path, int(own[1]) if own else 6)
    quality = reader.text(QUALITY, "pwquality")
    if reader.gaps:
        return unread(QUALITY, reader, "")
    in_rule = re.search(r"\bminlen=(\d+)", rule)
    in_file = re.search(r"^\s*minlen\s*=\s*(\d+)", quality or "", re.MULTILINE)
    told = in_rule or in_file
    return _length(f"{path}, {QUALITY}", int(told[1]) if told else 8)  # pwquality.conf(5)


def _length(source: str, length: int) -> Check:
    return judged(source, f"at least {length} signs", good=length >= LEAST_LENGTH)


def lockout(reader: Reader) -> Check:
    """Whether guessing passwords locks the account for a while."""
    pam, path = _first(reader, PAM)
    if pam is None:
        return unread(path, reader, "no PAM settings")
    modules = ("pam_faillock", "pam_tally2")
    found = [line for line in _rules(pam, "auth") if any(name in line for name in modules)]
    if not found:
        return judged(path, "failed sign-ins never lock an account", good=False)
    told = re.search(r"\bdeny=(\d+)", " ".join(found))
    settings = reader.text("/etc/security/faillock.conf", "faillock") or ""
    if reader.gaps:
        return unread("/etc/security/faillock.conf", reader, "")
    in_file = next((whole(row[-1]) for row in rows(settings) if row[0] == "deny"), None)
    tries = int(told[1]) if told else in_file or 3  # faillock.conf(5)
    return judged(path, f"locks after {tries} failed sign-ins", good=0 < tries <= 10)


def _first(reader: Reader, paths: tuple[str, ...]) -> tuple[str | None, str]:
    for path in paths:
        text = reader.text(path, "pam")
        if text is not None:
            return text, path
    return None, " or ".join(paths)


def _rules(pam: str, kind: str) -> list[str]:
    lines = (" ".join(row) for row in rows(pam))
    return [line for line in lines if line.lstrip("-").startswith(kind)]
