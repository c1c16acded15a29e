"""Accounts by their security identifiers, which no language changes: counted, never named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from agent.checks.accounts import LEAST_LENGTH, MOST_ADMINISTRATORS
from agent.checks.check import Check, is_to_come, judged, unknown, unread
from agent.checks.windows.source import missing, told
from agent.host.reader import Reader
from agent.parse.wmi import moment
from agent.windows.modals import parse

ADMINISTRATORS = "S-1-5-32-544"
GUEST = re.compile(r"S-1-5-21-\d+-\d+-\d+-501")
USERS = "Win32_UserAccount"
MEMBERS = "Win32_GroupUser"
LOGINS = "Win32_NetworkLoginProfile"
MODALS = "NetUserModalsGet"
NAMED = re.compile(r'Domain="([^"]+)",\s*Name="([^"]+)"', re.IGNORECASE)
IDLE = timedelta(days=90)
"""A quarter without a sign-in: its owner has left, or never needed it."""
MOST_TRIES = 10

Row = Mapping[str, str]


def administrators(reader: Reader) -> Check:
    """Members of the administrators' group that are not disabled."""
    groups = reader.instances("Win32_Group", "administrators") or ()
    ours = [row for row in groups if row.get("SID") == ADMINISTRATORS]
    links = reader.instances("Win32_GroupUser", "administrators")
    if not ours or not links:
        return missing(reader, MEMBERS)
    name = ours[0].get("Name", "").lower()
    pairs = [(_named(row, "GroupComponent"), _named(row, "PartComponent")) for row in links]
    if not name or any(None in pair for pair in pairs):
        return unknown(MEMBERS, "a membership cannot be read")
    disabled = {
        (row.get("Domain", "").lower(), row.get("Name", "").lower())
        for row in reader.instances("Win32_UserAccount", "administrators") or ()
        if told(row, "Disabled")
    }
    members = {part for group, part in pairs if group and group[1] == name} - disabled
    if not members:
        # Windows keeps at least one: an empty list was not read whole.
        return unread(MEMBERS, reader, "no administrator was seen")
    return judged(
        MEMBERS, f"{len(members)} administrators", good=len(members) <= MOST_ADMINISTRATORS
    )


def _named(row: Row, name: str) -> tuple[str, str] | None:
    found = NAMED.search(row.get(name, ""))
    return (found[1].lower(), found[2].lower()) if found else None


def guest(reader: Reader) -> Check:
    """The guest's account, whatever it is called here, is disabled."""
    rows = reader.instances("Win32_UserAccount", "guest")
    found = [row for row in rows or () if GUEST.fullmatch(row.get("SID", ""))]
    if not found:
        return unread(USERS, reader, "no account with the guest's number")
    states = [told(row, "Disabled") for row in found]
    if None in states:
        return unknown(USERS, "it does not tell")
    return judged(USERS, "disabled" if all(states) else "enabled", good=all(states))


def idle_accounts(reader: Reader) -> Check:
    """Enabled accounts of this PC that nobody has signed in to for a quarter."""
    rows = reader.instances("Win32_UserAccount", "idle-accounts")
    logins = reader.instances("Win32_NetworkLoginProfile", "idle-accounts")
    if not rows or not logins:
        return missing(reader, USERS if not rows else LOGINS)
    dated = {_short(row): moment(row.get("LastLogon", "")) for row in logins}
    last = {name: at for name, at in dated.items() if at and not is_to_come(at, reader.host.at)}
    local = [row for row in rows if told(row, "LocalAccount") is not False]
    enabled = [row for row in local if told(row, "Disabled") is not True]
    seen = [last.get(row.get("Name", "").lower() or "?") for row in enabled]
    idle = sum(1 for at in seen if at and reader.host.at - at > IDLE)
    if idle:
        return judged(LOGINS, f"{idle} accounts unused for {IDLE.days} days", good=False)
    if None in seen or not seen:
        return unknown(LOGINS, f"{seen.count(None)} accounts do not tell when they were used")
    return judged(LOGINS, f"{idle} accounts unused for {IDLE.days} days", good=True)


def _short(row: Row) -> str:
    return row.get("Name", "").rpartition("\\")[2].lower()


def password_policy(reader: Reader) -> Check:
    """The least length of a new password of this PC."""
    found = _modals(reader, "min_password_length")
    if found is None:
        return unread(MODALS, reader, "it does not tell")
    return judged(MODALS, f"at least {found} signs", good=found >= LEAST_LENGTH)


def lockout(reader: Reader) -> Check:
    """Whether guessing passwords locks the account; 0 is never."""
    found = _modals(reader, "lockout_threshold")
    if found is None:
        return unread(MODALS, reader, "it does not tell")
    if found == 0:
        return judged(MODALS, "failed sign-ins never lock an account", good=False)
    return judged(MODALS, f"locks after {found} failed sign-ins", good=found <= MOST_TRIES)


def _modals(reader: Reader, name: str) -> int | None:
    output = reader.output("net-user-modals", "modals")
    return None if output is None else parse(output).get(name)
