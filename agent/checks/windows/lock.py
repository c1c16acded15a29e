"""Whether a PC that was left alone locks itself."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unread
from agent.checks.windows.source import number, value, whole
from agent.host import Key
from agent.host.reader import Reader

MACHINE = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
USERS = "HKU"
PERSON = re.compile(r"S-1-5-21-[\d-]+|S-1-12-1-[\d-]+")
"""Local and domain accounts, and those of Entra; not the services."""
POLICY = "Software\\Policies\\Microsoft\\Windows\\Control Panel\\Desktop"
OWN = "Control Panel\\Desktop"
MOST_SECONDS = 900
"""A quarter of an hour, as the CIS benchmark has it."""


def screen_lock(reader: Reader) -> Check:
    """By the machine's limit, else by the screen saver of everyone who is signed in."""
    limit = number(reader, MACHINE, "InactivityTimeoutSecs")
    if limit is not None and 0 < limit <= MOST_SECONDS:
        return judged(MACHINE, f"locks after {limit} s", good=True)
    users = reader.key(USERS, "screen-lock")
    people = [name for name in (users.subkeys if users else ()) if PERSON.fullmatch(name)]
    if not people:
        return unread(USERS, reader, "nobody is signed in to look at")
    states = [_locks(reader, f"{USERS}\\{name}") for name in people]
    if False in states:
        count = states.count(False)
        return judged(OWN, f"{count} accounts leave the screen open", good=False)
    if None in states or reader.gaps:
        return unread(OWN, reader, "not set: the system's own default applies")
    return judged(OWN, f"locks within {MOST_SECONDS} s", good=True)


def _locks(reader: Reader, hive: str) -> bool | None:
    policy = reader.key(f"{hive}\\{POLICY}", "screen-lock")
    # A policy that lost its word may have said anything: the account's own choice is no answer.
    found = policy or reader.key(f"{hive}\\{OWN}", "screen-lock")
    active, secure, seconds = (
        _number(reader, found, name)
        for name in ("ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut")
    )
    if active == 0 or secure == 0 or (seconds is not None and not 0 < seconds <= MOST_SECONDS):
        return False
    return None if None in (active, secure, seconds) else True


def _number(reader: Reader, key: Key | None, name: str) -> int | None:
    return whole(reader, value(key, name), name)
