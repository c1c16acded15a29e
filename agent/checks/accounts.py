"""Accounts: how many may do everything, and how well passwords resist guessing. Counts, no names."""

from __future__ import annotations

import re

from agent.checks.check import DAMAGED, Check, judged, unknown, unread
from agent.host.reader import Reader
from agent.parse import account_files
from agent.parse.lines import rows, whole

ADMINISTRATORS = frozenset({"sudo", "wheel", "admin"})
MOST_ADMINISTRATORS = 3
"""The officer, a deputy and the one who installed the PC; more is a habit, not a need."""
LEAST_LENGTH = 8
PAM = ("/etc/pam.d/common-auth", "/etc/pam.d/system-auth")
PAM_PASSWORD = ("/etc/pam.d/common-password", "/etc/pam.d/system-auth")
QUALITY = "/etc/security/pwquality.conf"
MEANT = re.compile(r"\bminlen\b")
SETTING = re.compile(r"[a-z_]+(?:\s*=\s*\S.*)?")
"""A line of pwquality.conf(5) or faillock.conf(5)."""


def administrators(reader: Reader) -> Check:
    """Members of the administrators' groups, and accounts besides root with its number 0."""
    source = "/etc/group, /etc/passwd"
    group, passwd = reader.text("/etc/group", "group"), reader.text("/etc/passwd", "passwd")
    if not group or not passwd:
        return unread(source, reader, "no account files")
    groups, accounts = account_files.group(group), account_files.passwd(passwd)
    if groups is None or accounts is None:
        return unknown(source, DAMAGED)
    ours = [row[3].split(",") for row in groups if row[0] in ADMINISTRATORS]
    members = {name for names in ours for name in names if name}
    roots = sum(1 for row in accounts if row[2] == "0" and row[0] != "root")
    observed = f"{len(members)} administrators, {roots} more accounts with number 0"
    return judged(source, observed, good=len(members) <= MOST_ADMINISTRATORS and not roots)


def password_policy(reader: Reader) -> Check:
    """The least length of a new password, by pwquality or pam_unix."""
    pam, path = _first(reader, PAM_PASSWORD)
    if pam is None:
        return unread(path, reader, "no PAM settings")
    rule = next((line for line in _rules(pam, "password") if "pam_pwquality" in line), None)
    if rule is None:
        own = re.search(r"pam_unix\.so.*\bminlen=(\d{1,9})\b", pam)
        # pam_unix(8): without minlen, six signs.
        return _length(path, int(own[1]) if own else 6)
    quality = reader.text(QUALITY, "pwquality")
    if reader.gaps:
        return unread(QUALITY, reader, "")
    in_rule = re.search(r"\bminlen=(\d{1,9})\b", rule)
    in_file = re.search(r"^\s*minlen\s*=\s*(\d{1,9})\s*$", quality or "", re.MULTILINE)
    told = in_rule or in_file
    if told is None and (MEANT.search(rule) or not _is_settings(quality or "")):
        return unknown(QUALITY, DAMAGED)
    return _length(f"{path}, {QUALITY}", int(told[1]) if told else 8)  # pwquality.conf(5)


def _is_settings(text: str) -> bool:
    """Whether each line is one: a word, or a word and its value, and none that is meant here."""
    told = [line.partition("#")[0].strip() for line in text.splitlines()]
    return all(SETTING.fullmatch(line) and not MEANT.match(line) for line in told if line)


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
    told = re.search(r"\bdeny=(\d{1,9})\b", " ".join(found))
    settings = reader.text("/etc/security/faillock.conf", "faillock") or ""
    if reader.gaps:
        return unread("/etc/security/faillock.conf", reader, "")
    lines = [" ".join(row) for row in rows(settings)]
    in_file = next((line.partition("=")[2] for line in lines if re.match(r"deny\b", line)), "3")
    tries = int(told[1]) if told else whole(in_file)  # 3 by faillock.conf(5)
    damaged = any("deny=" in line for line in found) and not told
    if tries is None or damaged or not all(map(SETTING.fullmatch, lines)):
        return unknown(path, DAMAGED)
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
