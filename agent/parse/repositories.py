"""Where a package manager gets its packages: sources.list(5), deb822 sources and yum.repos.d."""

from __future__ import annotations

from collections.abc import Iterator

from agent.parse.firmware import Part, told
from agent.parse.lines import blocks, rows
from agent.parse.locators import bare

YES = frozenset({"yes", "true", "1"})
NO = frozenset({"no", "false", "0"})


def one_line(text: str) -> tuple[Part, ...]:
    """Lines of sources.list(5): `deb [options] address suite component …`."""
    return tuple(filter(None, (_of_line(row) for row in rows(text))))


def is_list(text: str) -> bool:
    """Whether each line of sources.list(5) names a source."""
    told_by = [row for row in rows(text) if row[0] != "deb-src"]
    return len(one_line(text)) == len(told_by)


def _of_line(words: list[str]) -> Part | None:
    if words[0] != "deb":
        return None  # deb-src: nothing is installed from there
    options = ""
    rest = words[1:]
    if rest and rest[0].startswith("["):
        end = next((i for i, word in enumerate(rest) if word.endswith("]")), len(rest) - 1)
        options, rest = " ".join(rest[: end + 1]).strip("[] "), rest[end + 1 :]
    if len(rest) < 2:
        return None
    trusted = next((one[8:] for one in options.split() if one.startswith("trusted=")), "")
    return _part("apt", rest[0], rest[1], unsigned=trusted.lower() in YES)


def deb822(text: str) -> tuple[Part, ...]:
    """Stanzas of a `.sources` file; an address and a suite each, as apt itself joins them."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return tuple(part for stanza in blocks(kept) for part in _of_stanza(stanza))


def _of_stanza(stanza: dict[str, str]) -> Iterator[Part]:
    fields = {name.lower(): value for name, value in stanza.items()}
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "").lower() in NO:
        return
    unsigned = fields.get("trusted", "").lower() in YES
    for place in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield _part("apt", place, suite, unsigned=unsigned)


def yum(text: str) -> tuple[Part, ...]:
    """Sections of a `.repo` file (dnf.conf(5)) that are switched on."""
    found: list[Part] = []
    name, fields = "", dict[str, str]()
    for line in (*text.splitlines(), "[]"):
        bare = line.strip()
        key, equals, value = bare.partition("=")
        if bare.startswith("[") and bare.endswith("]"):
            place = fields.get("baseurl") or fields.get("metalink") or fields.get("mirrorlist")
            if place and fields.get("enabled", "1").lower() not in NO:
                unsigned = fields.get("gpgcheck", "").lower() in NO
                found.append(_part("dnf", place.split()[0], name, unsigned=unsigned))
            name, fields = bare[1:-1], {}
        elif equals and not bare.startswith(("#", ";")):
            fields.setdefault(key.strip().lower(), value.strip())
    return tuple(found)


def _part(source: str, place: str, suite: str, *, unsigned: bool) -> Part:
    return told(source=source, address=bare(place), suite=suite, signed=not unsigned)
