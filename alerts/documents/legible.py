"""Legible text: what a hostile or broken name holds is shown as what it is, and never hidden."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import msgspec

from alerts.documents.model import Paper
from alerts.documents.strings import changed

LONGEST = 2000
"""Characters of one text that are printed: enough for a page, too few to drown a paper."""

_BLANK = re.compile(r"[\s\u0085\u2028\u2029]+")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Controls, direction marks, zero widths, surrogates, private and unassigned characters."""

_NO_BREAK_SPACE = "\u00a0"


def legible(paper: Paper, drawable: Callable[[str], bool]) -> Paper:
    """The same paper in characters that the font draws; any other stands as `[U+1F600]`."""
    plain = msgspec.to_builtins(paper)
    return msgspec.convert(changed(plain, lambda text: line(text, drawable)), Paper)


def line(text: str, drawable: Callable[[str], bool]) -> str:
    """One text as a single line: composed letters (NFC), one space between words, all visible."""
    spaced = _NO_BREAK_SPACE.join(_BLANK.sub(" ", part) for part in text.split(_NO_BREAK_SPACE))
    composed = unicodedata.normalize("NFC", spaced)
    clipped = composed[:LONGEST]
    shown = "".join(_shown(letter, drawable) for letter in clipped)
    left_out = len(composed) - len(clipped)
    return f"{shown} [… lược bớt {left_out} ký tự]" if left_out else shown


def _shown(letter: str, drawable: Callable[[str], bool]) -> str:
    # A mark that found no letter to compose with would pile up over its neighbours.
    if unicodedata.combining(letter) or unicodedata.category(letter) in _HIDDEN:
        return f"[U+{ord(letter):04X}]"
    return letter if drawable(letter) else f"[U+{ord(letter):04X}]"
