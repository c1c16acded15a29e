"""/etc/passwd and /etc/group (passwd(5), group(5)), whole or not at all: a lost line hides someone."""

from __future__ import annotations

import re

NAME = re.compile(r"[A-Za-z_+][\w.+@$\\-]*", re.ASCII)
"""As useradd(8) takes them, with the `+` of NIS and the signs that domains bring."""
NUMBER = re.compile(r"[0-9]{0,10}")
PASSWD_FIELDS, GROUP_FIELDS = 7, 4


def passwd(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Rows of seven fields; None where one line is no such row."""
    return _rows(text, PASSWD_FIELDS, (2, 3))


def group(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Rows of name, password, number and members; None where one line is no such row."""
    found = _rows(text, GROUP_FIELDS, (2,))
    members = (name for row in found or () if row[3] for name in row[3].split(","))
    return found if all(map(NAME.fullmatch, members)) else None


def _rows(text: str, fields: int, numbers: tuple[int, ...]) -> tuple[tuple[str, ...], ...] | None:
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            row = tuple(line.split(":"))
            whole = len(row) == fields and NAME.fullmatch(row[0])
            if not whole or not all(NUMBER.fullmatch(row[place]) for place in numbers):
                return None
            found.append(row)
    return tuple(found)
