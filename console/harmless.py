"""Texts that somebody else wrote, made harmless for a page and for a spreadsheet. Pure."""

from __future__ import annotations

LETTERS_MOST = 32_000
"""Excel holds 32,767 in one cell."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""

TURNING = dict.fromkeys(
    map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
)
"""Marks that turn the direction of writing: a name could pretend to be another one."""

CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def harmless(text: str) -> str:
    """As it may stand in a cell: no formula, no turning marks, not longer than a cell holds."""
    plain = straight(text).translate(CONTROL)[:LETTERS_MOST]
    return (
        f"'{plain}"
        if plain.lstrip(" \n").startswith(FORMULA) or text.startswith(FORMULA)
        else plain
    )


def straight(text: str) -> str:
    """Without the marks by which a name would turn what stands beside it, too."""
    return text.translate(TURNING)
