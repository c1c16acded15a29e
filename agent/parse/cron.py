"""Commands that cron starts, by crontab(5): the system's form with an account in each line, and root's."""

from __future__ import annotations

from agent.lean import NamedTuple

SHORT = frozenset(
    f"@{when}"
    for when in ("reboot", "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly")
)
OF_FIELD = "0123456789*,/~-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIELDS = 5


class Commands(NamedTuple):
    """What is started, in the table's order."""

    commands: tuple[str, ...]
    is_whole: bool
    """Every line was a comment, a setting or a command."""


def table(text: str, *, accounts: bool) -> Commands:
    """`accounts`: whether each line names whom the command runs as."""
    found, whole = [], True
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#") or _is_setting(line):
            continue
        command = _command(line, accounts=accounts)
        if command is None:
            whole = False
        else:
            found.append(command)
    return Commands(tuple(found), whole)


def _is_setting(line: str) -> bool:
    name, sign, _ = line.partition("=")
    return bool(sign) and name.strip().isidentifier()


def _command(line: str, *, accounts: bool) -> str | None:
    count = 1 if line.startswith("@") else FIELDS
    words = line.split(None, count + accounts)
    if len(words) <= count + accounts:
        return None
    if count == 1:
        return words[-1] if words[0] in SHORT else None
    return None if any(field.strip(OF_FIELD) for field in words[:count]) else words[-1]
