"""Who has a profile on Windows: so that none of their names is told with what starts a program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agent.host.reader import Reader
from agent.software.autorun import UNNAMED
from agent.windows.software import ACCOUNT, PROFILES

MOVING = re.compile(
    r"S-1-\d+(?:-\d+)+"  # of an account
    r"|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"  # made up at each install
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\d+(?:\.\d+)+"  # a version: an updater's entry has a new one every month
    r"|(?<=_)[0-9a-f]{4,8}\Z"  # of a sign-in: services of an account are made anew at each
)
"""What changes by itself, or leads to a person: an entry stays the same without it."""


def homes(reader: Reader, field: str) -> dict[str, str] | None:
    """The folder of each account by its security id; None where the list cannot be read."""
    before = len(reader.gaps)
    profiles = reader.key(PROFILES, field)
    if profiles is None and len(reader.gaps) > before:
        return None
    found: dict[str, str] = {}
    for sid in profiles.subkeys if profiles else ():
        if ACCOUNT.fullmatch(sid):
            key = reader.key(f"{PROFILES}\\{sid}", field)
            values = key.values.items() if key else ()
            home = next((data for name, data in values if name.lower() == "profileimagepath"), None)
            found[sid] = home if isinstance(home, str) else ""
    return found


def named(found: Mapping[str, str]) -> tuple[str, ...]:
    """What the accounts are called, by their folders."""
    last = (re.split(r"[\\/]", home)[-1] for home in found.values())
    return tuple(name for name in last if len(name) > 1)


def plain(name: str, accounts: Iterable[str]) -> str:
    """A name in which no account and no version stands."""
    text = MOVING.sub(UNNAMED, name.strip())
    for account in accounts:
        # A part of a word alone is spared: `_` parts words here.
        alone = rf"(?<![^\W_]){re.escape(account)}(?![^\W_])"
        text = re.sub(alone, UNNAMED, text, flags=re.IGNORECASE)
    return text
