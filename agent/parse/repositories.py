"""Where a package manager gets its packages: sources.list(5), deb822 sources and yum.repos.d."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.parse.firmware import Part, told
from agent.parse.lines import rows
from agent.parse.locators import bare

YES = frozenset({"yes", "true", "1"})
NO = frozenset({"no", "false", "0"})
KINDS = frozenset({"deb", "deb-src"})
ADDRESS = r"[a-z][a-z0-9+.-]*:\S+"
KEY = r"[A-Za-z][A-Za-z0-9_-]*"

Found = tuple[tuple[Part, ...], bool]
"""The sources, and whether all of the file could be read."""


def one_line(text: str) -> Found:
    """Lines of sources.list(5): `deb [options] address suite component …`."""
    found = [_of_line(row) for row in rows(text)]
    return tuple(part for part in found if part), None not in found


def _of_line(words: list[str]) -> Part | None:
    """The source, an empty part for one that installs nothing, None for a line that is none."""
    options, rest = "", words[1:]
    if rest and rest[0].startswith("["):
        end = next((i for i, word in enumerate(rest) if word.endswith("]")), len(rest))
        options, rest = " ".join(rest[: end + 1]).strip("[] "), rest[end + 1 :]
    if words[0] not in KINDS or len(rest) < 2 or not re.fullmatch(ADDRESS, rest[0]):
        return None
    if words[0] != "deb" or rest[0].startswith("cdrom:"):
        return {}
    trusted = next((one[8:] for one in options.split() if one.startswith("trusted=")), "")
    return _part("apt", rest[0], rest[1], unsigned=trusted.lower() in YES)


def deb822(text: str) -> Found:
    """Stanzas of a `.sources` file; an address and a suite each, as apt itself joins them."""
    found: list[Part] = []
    whole = True
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", kept):
        fields = _fields(stanza, ":")
        if fields is None:
            whole = False
        elif fields:
            parts = tuple(_of_stanza(fields))
            found += parts
            whole = whole and bool(parts or _is_off(fields))
    return tuple(found), whole


def _fields(stanza: str, sign: str) -> dict[str, str] | None:
    """Keys in lower case; a line that begins with a blank goes on. None for a line that is neither.

    A key that comes twice is of another stanza, whose beginning is not there.
    """
    fields: dict[str, str] = {}
    last = ""
    for line in filter(str.strip, stanza.splitlines()):
        key, found, value = line.partition(sign)
        if line[0] in " \t" and last:
            fields[last] += f" {line.strip()}"
        elif found and re.fullmatch(KEY, key.strip()) and key.strip().lower() not in fields:
            last = key.strip().lower()
            fields[last] = value.strip()
        else:
            return None
    return fields


def _is_off(fields: dict[str, str]) -> bool:
    return fields.get("enabled", "").lower() in NO or fields.get("types") == "deb-src"


def _of_stanza(fields: dict[str, str]) -> Iterator[Part]:
    kinds = fields.get("types", "").split()
    if "deb" not in kinds or fields.get("enabled", "").lower() in NO:
        return
    unsigned = fields.get("trusted", "").lower() in YES
    for place in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            if re.fullmatch(ADDRESS, place):
                yield _part("apt", place, suite, unsigned=unsigned)


def yum(text: str) -> Found:
    """Sections of a `.repo` file (dnf.conf(5)) that are switched on."""
    found: list[Part] = []
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", ";")))
    heading, *sections = re.split(r"^[ \t]*\[([^\]\n]+)\][ \t]*$", kept, flags=re.MULTILINE)
    whole = not heading.strip() and bool(sections or not kept.strip())
    for name, body in zip(sections[::2], sections[1::2], strict=True):
        fields = _fields(body, "=")
        parts = _of_section(name, fields) if fields is not None else None
        whole = whole and parts is not None
        found += parts or ()
    return tuple(found), whole


def _of_section(name: str, fields: dict[str, str]) -> tuple[Part, ...] | None:
    """None for a section that tells no address, or not whether it is on."""
    told_by = (fields.get(key, "") for key in ("baseurl", "metalink", "mirrorlist"))
    place = next(filter(None, told_by), "").split()[:1]
    on = fields.get("enabled", "1").lower()
    if not place or not re.fullmatch(ADDRESS, place[0]) or on not in YES | NO:
        return None
    unsigned = fields.get("gpgcheck", "").lower() in NO
    return () if on in NO else (_part("dnf", place[0], name, unsigned=unsigned),)


def _part(source: str, place: str, suite: str, *, unsigned: bool) -> Part:
    return told(source=source, address=bare(place), suite=suite, signed=not unsigned)
