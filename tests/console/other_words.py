"""Words of one language's catalogues on a page of the other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from collector.messages import LANGUAGES, Language, catalogue

PACKAGES = ("agent", "backup", "alerts", "console")
LONG = 12
"""Letters of several words that no other text holds by chance; what is shorter must be all of it."""
HOLE = re.compile(r"\{[^{}]*\}")


@cache
def parts(language: Language) -> frozenset[str]:
    """What stands between the holes of every text."""
    found = {
        " ".join(part.split()).strip(" ,.;:–-()·")
        for package in PACKAGES
        for text in catalogue(package).texts[language].values()
        for part in HOLE.split(text)
    }
    return frozenset(one for one in found if len(re.findall(r"[^\W\d_]", one)) > 1)


def foreign(language: Language, declared: str) -> frozenset[str]:
    """Parts of the other language's texts that neither this one nor the office's own words hold."""
    (other,) = (one for one in LANGUAGES if one != language)
    own = {one.casefold() for one in parts(language)}
    known = declared.casefold()
    return frozenset(
        one for one in parts(other) if one.casefold() not in own and one.casefold() not in known
    )


def strays(language: Language, words: Iterable[str], declared: str) -> dict[str, str]:
    """Each stray part, and the words on the page that hold it."""
    shown = sorted(set(words))
    whole = {one.strip(" ,.;:–-()·"): one for one in shown}
    together = "\n".join(shown)
    found = {}
    for part in foreign(language, declared):
        if part in whole:
            found[part] = whole[part]
        elif len(part) >= LONG and " " in part and part in together:
            place = together.index(part)
            begin, end = together.rfind("\n", 0, place) + 1, together.find("\n", place)
            found[part] = together[begin : end if end >= 0 else None]
    return found
