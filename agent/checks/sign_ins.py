"""Accounts that nobody should sign in to, or nobody does: counted, never named."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.checks.check import DAMAGED, Check, is_to_come, judged, unknown, unread
from agent.host.reader import Reader
from agent.parse import account_files

ACCOUNTS = "/etc/passwd"
CLOSED = ("nologin", "false", "sync", "halt", "shutdown")
LASTLOG = "lastlog"
SIGNED_IN = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} [+-]\d{4} \d{4}$")
IDLE = timedelta(days=90)
"""A quarter without a sign-in: its owner has left, or never needed it."""


def guest(reader: Reader) -> Check:
    """No account called guest that one can sign in to."""
    text = reader.text(ACCOUNTS, "guest") or ""
    accounts = account_files.passwd(text)
    if accounts is None:
        return unknown(ACCOUNTS, DAMAGED)
    if not any(row[0] == "root" for row in accounts):
        return unread(ACCOUNTS, reader, "no account files")
    rows = [row for row in accounts if row[0].lower() == "guest"]
    if not rows:
        return judged(ACCOUNTS, "no guest account", good=True)
    shut = all(row[6].rpartition("/")[2] in CLOSED for row in rows)
    return judged(ACCOUNTS, "disabled" if shut else "enabled", good=shut)


def idle_accounts(reader: Reader) -> Check:
    """People's accounts (1000 and up) by lastlog(8), which only learns of texts and SSH."""
    output = reader.output(LASTLOG, "idle-accounts")
    if output is None:
        return unread(LASTLOG, reader, "lastlog is not installed")
    rows = output.splitlines()[1:]
    if not rows:
        return unknown(LASTLOG, "no sign-in is told")
    last = [_at(row, reader.host.at) for row in rows]
    idle = sum(1 for at in last if at and reader.host.at - at > IDLE)
    if None not in last and not idle:
        return judged(LASTLOG, f"0 accounts unused for {IDLE.days} days", good=True)
    # A desktop's sign-in is not written there: an old date proves nothing on such a PC.
    desktop = reader.names("/usr/share/xsessions", "desktop") or reader.names(
        "/usr/share/wayland-sessions", "desktop"
    )
    if idle and not desktop and not reader.gaps:
        return judged(LASTLOG, f"{idle} accounts unused for {IDLE.days} days", good=False)
    unclear = last.count(None) + idle
    return unknown(LASTLOG, f"{unclear} accounts do not tell when they were used")


def _at(row: str, now: datetime) -> datetime | None:
    found = SIGNED_IN.search(row.strip())
    try:
        told = datetime.strptime(found[0], "%a %b %d %H:%M:%S %z %Y") if found else None
        return told.astimezone(UTC) if told and not is_to_come(told, now) else None
    except (ValueError, OverflowError):
        return None
