"""Settings of the SSH server (sshd_config(5)), and which of them are weak."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from agent.lean import NamedTuple

DEFAULTS = {
    "permitrootlogin": "prohibit-password",
    "permitemptypasswords": "no",
    "protocol": "2",
}


ROOT = ("yes", "no", "prohibit-password", "without-password", "forced-commands-only")
VALUES = {
    "permitrootlogin": frozenset(ROOT),
    "permitemptypasswords": frozenset({"yes", "no"}),
    "protocol": frozenset({"1", "2", "1,2", "2,1"}),
}
KEY = re.compile(r"[a-z][a-z0-9]+")
COMMON = frozenset(
    [
        "acceptenv",
        "addressfamily",
        "allowgroups",
        "allowusers",
        "authorizedkeysfile",
        "banner",
        "ciphers",
        "clientaliveinterval",
        "hostkey",
        "kbdinteractiveauthentication",
        "listenaddress",
        "loglevel",
        "macs",
        "match",
        "maxauthtries",
        "passwordauthentication",
        "permitemptypasswords",
        "permitrootlogin",
        "port",
        "printmotd",
        "protocol",
        "pubkeyauthentication",
        "subsystem",
        "syslogfacility",
        "usedns",
        "usepam",
        "x11forwarding",
    ]
)
"""Settings of which every distribution's file has some."""


class Line(NamedTuple):
    """One setting: its key in lower case."""

    key: str
    value: str


def lines(text: str) -> Iterator[Line]:
    """The settings as they stand, `key value` or `key=value`, without comments."""
    for raw in text.splitlines():
        bare = raw.strip()
        words = bare.replace("=", " ", 1).split(None, 1)
        if words and not bare.startswith("#"):
            yield Line(words[0].lower(), words[1].strip().strip('"') if len(words) > 1 else "")


def is_whole(settings: Iterable[Line]) -> bool:
    """Whether each line has a key that could be one, and those judged here a value they can have.

    sshd(8) does not start with another: which settings it runs with, such a file does not tell.
    """
    return all(
        KEY.fullmatch(line.key)
        and line.value
        and (line.key not in VALUES or line.value.lower() in VALUES[line.key])
        for line in settings
    )


def recognised(settings: Iterable[Line]) -> bool:
    """Whether at least one line is a setting: an emptied or torn file says nothing."""
    return any(line.key in COMMON for line in settings)


def effective(settings: Iterable[Line]) -> dict[str, str]:
    """What counts for everyone: the first value of a key, and nothing of a `Match` block."""
    found: dict[str, str] = {}
    for line in settings:
        if line.key == "match":
            break
        found.setdefault(line.key, line.value.lower())
    return found


def problems(settings: Mapping[str, str]) -> list[str]:
    """Weak settings, in words; empty where there is none."""
    value = {**DEFAULTS, **settings}
    weak = (
        (value["permitrootlogin"] == "yes", "root may sign in with a password"),
        (value["permitemptypasswords"] == "yes", "empty passwords are accepted"),
        ("1" in value["protocol"].split(","), "the broken protocol 1 is accepted"),
    )
    return [words for wrong, words in weak if wrong]


def matches(name: str, pattern: str) -> bool:
    """Whether an `Include` pattern names that file."""
    return fnmatchcase(name, pattern)
