"""Entries of the Linux journal (`journalctl -o json`) that tell of accounts and logons."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from agent.lean import Any, NamedTuple
from agent.parse.happenings import Happening, origin

CHANNEL = "journal"
PERSON = 1000
"""The first number of an account of a person (UID_MIN in login.defs(5)); 65534 is nobody."""
NOBODY = 65534
ADMINISTRATORS = "(sudo|wheel|admin)"
LONGEST = 1000
"""Signs of a message that are looked at: a line can be made long by a stranger's account name."""
SSH = ("sshd", "sshd-session")
SSH_FAILED = re.compile(r"Failed \S+ for (?:invalid user )?(.*) from (\S+) port \d+")
SSH_ACCEPTED = re.compile(r"Accepted \S+ for (.*) from (\S+) port \d+")
# sshd says each failure in its own words too: its lines of PAM would count it twice.
PAM_FAILED = re.compile(r"pam_\w+\([\w.-]+:auth\): authentication failure;.*?\buser=(\S*)\s*$")
PAM_HOST = re.compile(r"\brhost=(\S+)")
CREATED = re.compile(r"new user: name=[^,]*, UID=(\d{1,10}),")
ADDED = (
    re.compile(rf"add '([^']*)' to group '{ADMINISTRATORS}'"),
    re.compile(rf"user (\S+) added by \S+ to group {ADMINISTRATORS}"),
)


class Entry(NamedTuple):
    """One line of the journal. `program` is the kernel's word for who wrote it, not the writer's."""

    cursor: str
    at: datetime
    program: str
    message: str


def entries(text: str) -> Iterator[Entry]:
    """Every line that can be read."""
    for line in text.splitlines():
        if not line.startswith("{"):
            continue  # half a million empty lines, each tried as JSON, are seconds
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        entry = _entry(row) if isinstance(row, dict) else None
        if entry:
            yield entry


def _entry(row: Mapping[str, Any]) -> Entry | None:
    cursor, at = row.get("__CURSOR"), row.get("__REALTIME_TIMESTAMP")
    program, message = row.get("_COMM"), row.get("MESSAGE")
    if isinstance(message, list):  # as journald gives what is not UTF-8: numbers of bytes
        codes = [code for code in message if isinstance(code, int) and 0 <= code < 256]
        message = bytes(codes).decode("utf-8", "replace")
    if not all(isinstance(one, str) for one in (cursor, at, program, message)):
        return None
    if not re.fullmatch(r"[0-9]{1,17}", str(at)):
        return None
    moment = datetime.fromtimestamp(int(str(at)) / 1_000_000, UTC)
    return Entry(str(cursor), moment, str(program), str(message)[:LONGEST])


def happenings(
    found: tuple[Entry, ...], numbers: Mapping[str, int], channel: str = CHANNEL
) -> Iterator[Happening]:
    """What is worth a line; `numbers` gives the number of an account. Names go no further."""
    failed: set[str] = set()
    for entry in found:
        name, kind, place = _told(entry)
        if kind == "logon-failed":
            failed.add(name)
        elif kind == "logon-after-failures":
            if name not in failed:
                continue
            failed.remove(name)
        if kind:
            number = int(name) if kind == "account-created" else numbers.get(name)
            yield Happening(entry.at, kind, channel, uid_class=uid_class(number), origin=place)


def _told(entry: Entry) -> tuple[str, str, str | None]:
    """Whom it is about, the kind, and from where; no kind where it is nothing to tell."""
    if entry.program in SSH:
        for pattern, kind in ((SSH_FAILED, "logon-failed"), (SSH_ACCEPTED, "logon-after-failures")):
            if found := pattern.match(entry.message):
                return found[1], kind, origin(found[2]) if kind == "logon-failed" else None
        return "", "", None
    if found := PAM_FAILED.match(entry.message):
        host = PAM_HOST.search(entry.message)
        return found[1], "logon-failed", origin(host[1]) if host else "local"
    if entry.program in {"useradd", "adduser"} and (found := CREATED.match(entry.message)):
        return found[1], "account-created", None
    if entry.program in {"useradd", "usermod", "gpasswd"}:
        for pattern in ADDED:
            if found := pattern.match(entry.message):
                return found[1], "administrator-added", None
    return "", "", None


def uid_class(number: int | None) -> str:
    """What a number says of an account without naming it."""
    if number is None:
        return "unknown"
    if number == 0:
        return "root"
    return "person" if PERSON <= number != NOBODY else "system"


def accounts(passwd: str) -> dict[str, int]:
    """Numbers by name, of /etc/passwd."""
    rows = (line.split(":") for line in passwd.splitlines())
    return {
        row[0]: int(row[2]) for row in rows if len(row) >= 3 and re.fullmatch(r"\d{1,10}", row[2])
    }
