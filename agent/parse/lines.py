"""The plain forms that Linux files come in: `KEY=value`, `key: value`, blocks and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

ASSIGNMENT = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$", re.MULTILINE)
DIGITS = 18
WHOLE = re.compile(rf"\s*(-?\d{{1,{DIGITS}}})\b")


def assignments(text: str) -> dict[str, str]:
    """`KEY="value"` as os-release(5) and shell settings have them; the last one counts."""
    return {name: value.strip().strip("\"'") for name, value in ASSIGNMENT.findall(text)}


def colons(text: str) -> dict[str, str]:
    """`key: value` rows, the first of each key."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if colon:
            found.setdefault(key.strip(), value.strip())
    return found


def blocks(text: str) -> Iterator[dict[str, str]]:
    """Blocks of `key: value` rows with blank lines between them, as /proc/cpuinfo has them."""
    for block in re.split(r"\n\s*\n", text):
        found = colons(block)
        if found:
            yield found


def rows(text: str) -> Iterator[list[str]]:
    """The words of each line, without comments and blank lines."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            yield words


def whole(value: str | None) -> int | None:
    """A whole number, or None where it is none."""
    if value and value.isascii() and value.isdigit() and len(value) <= DIGITS:
        return int(value)  # nearly always, and a tenth of the pattern's cost
    found = WHOLE.match(value or "")
    return int(found[1]) if found else None


def kibibytes(value: str | None) -> int | None:
    """`16303428 kB` of /proc/meminfo in bytes."""
    number = whole(value)
    return None if number is None else number * 1024
