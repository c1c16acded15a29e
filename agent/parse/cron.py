"""Commands that cron starts: crontab(5), the system's form with an account in each line, and root's own."""

from __future__ import annotations

import re

from agent.lean import NamedTuple

SHORT = re.compile(r"@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)")
FIELD = re.compile(r"[\d*,/~A-Za-z-]+")
FIELDS = 5
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\s*=")


class Commands(NamedTuple):
    """What is started, in the table's order."""

    commands: tuple[str, ...]
    is_whole: bool
    """Every line was a comment, a setting or a command."""


def table(text: str, *, accounts: bool) -> Commands:
    """`accounts`: whether each line names whom the command runs as."""
    found, whole = [], True
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#") or ASSIGNMENT.match(line):
            continue
        command = _command(line, accounts=accounts)
        if command is None:
            whole = False
        else:
            found.append(command)
    return Commands(tuple(found), whole)


def _command(line: str, *, accounts: bool) -> str | None:
    count = 1 if SHORT.match(line) else FIELDS
    words = line.split(None, count + accounts)
    if len(words) <= count + accounts:
        return None
    known = SHORT.fullmatch(words[0]) or all(FIELD.fullmatch(one) for one in words[:count])
    return words[-1] if known else None
