"""Which of two versions of a Debian package is the newer: deb-version(7), as dpkg compares them."""

from __future__ import annotations

import re

LONGEST = 256
"""No version comes near; a damaged list may hold anything."""
VERSION = re.compile(r"(?:(\d{1,9}):)?(\d[0-9A-Za-z.+~-]*)")
PARTS = re.compile(r"(\D*)(\d*)")
TILDE, END = -1, 0
"""A tilde is before everything, the end of a part too."""
AFTER_LETTERS = 256

Part = tuple[tuple[int, ...], int]
Key = tuple[int, tuple[Part, ...], tuple[Part, ...]]
LAST: Part = ((END,), 0)


def key(version: str) -> Key | None:
    """What sorts as dpkg would; None where it is no version."""
    found = VERSION.fullmatch(version) if len(version) <= LONGEST else None
    if not found:
        return None
    upstream, dash, revision = found[2].rpartition("-")
    return int(found[1] or 0), _parts(upstream if dash else revision), _parts(revision * bool(dash))


def _parts(text: str) -> tuple[Part, ...]:
    found = [((*map(_order, word), END), int(digits or 0)) for word, digits in PARTS.findall(text)]
    while len(found) > 1 and found[-1] == LAST:
        found.pop()  # what the end of the text gave
    return (*found, LAST)


def _order(sign: str) -> int:
    if sign == "~":
        return TILDE
    return ord(sign) if sign.isalpha() else ord(sign) + AFTER_LETTERS
