"""Security updates on systems of apt, by its own lists: what they offer, and what is installed."""

from __future__ import annotations

import re
from datetime import timedelta

from agent.checks.check import DAMAGED, Check, is_to_come, judged, unknown, unread
from agent.host import LIMIT_BYTES, UnreadableError
from agent.host.reader import Reader
from agent.lean import NamedTuple
from agent.parse import apt_lists
from agent.parse.apt_lists import Package, Release

LISTS, STATUS = "/var/lib/apt/lists", "/var/lib/dpkg/status"
STALE = timedelta(days=30)
"""A mirror's lists change daily; ones a month old say nothing of what is missing now."""
LIST = re.compile(r"((?:.+_)?Packages)(\.[a-z0-9]{2,4})?")
"""As its release calls it, with `_` for `/`, and how it is packed."""
RELEASES = ("_InRelease", "_Release")
MOST_BYTES = 64 * 1024 * 1024


class Damaged(NamedTuple):
    """What cannot be read, and why."""

    path: str
    reason: str


def updates(reader: Reader, names: tuple[str, ...] | None) -> Check:
    """No installed package is older than what a pocket of security offers, by lists that are fresh.

    `apt-get upgrade` would cost seconds, and leave out what needs a new package: a kernel.
    """
    releases = {
        name[: -len(end)] + "_": apt_lists.release(reader.text(f"{LISTS}/{name}", "updates") or "")
        for end in RELEASES
        for name in names or ()
        if name.endswith(end)
    }
    if not releases or reader.gaps:
        return unread(LISTS, reader, "no package lists of apt: never refreshed, or another system")
    security = {mirror: one for mirror, one in releases.items() if one.is_security}
    if not security:
        return unknown(LISTS, "none of the package lists is of security updates")
    dates = [one.at for one in security.values() if one.at]
    newest = max((at for at in dates if not is_to_come(at, reader.host.at)), default=None)
    if newest is None:
        return unread(LISTS, reader, "the lists carry no date")
    if reader.host.at - newest > STALE:
        return unknown(LISTS, f"the package lists are of {newest.date()}: too old to tell")
    return _compared(reader, security, names or ())


def _compared(reader: Reader, security: dict[str, Release], names: tuple[str, ...]) -> Check:
    present = _installed(reader)
    if isinstance(present, Damaged):
        return unknown(present.path, present.reason)
    newer: list[Package] = []
    for mirror, one in security.items():
        offered = _offered(reader, mirror, one, names)
        if isinstance(offered, Damaged):
            return unknown(offered.path, offered.reason)
        newer += offered
    waiting = len(apt_lists.outdated(present, newer))
    return judged(LISTS, f"{waiting} security updates are waiting", good=waiting == 0)


def _installed(reader: Reader) -> list[Package] | Damaged:
    data = _data(reader, STATUS)
    if isinstance(data, Damaged):
        return data
    found = list(apt_lists.installed(data.decode("utf-8", "replace")))
    whole = [one for one in found if one]
    return whole if whole and len(whole) == len(found) else Damaged(STATUS, DAMAGED)


def _offered(
    reader: Reader, mirror: str, one: Release, names: tuple[str, ...]
) -> list[Package] | Damaged:
    """All packages of that mirror's lists."""
    lists = [(name, found) for name in names if (found := _of(mirror, name))]
    if not lists:
        return Damaged(LISTS, "a list of security updates that its release names is missing")
    packages: list[Package | None] = []
    for name, (listed, packed) in lists:
        path = f"{LISTS}/{name}"
        data = _unpacked(reader, name) if packed else _data(reader, path)
        if isinstance(data, Damaged):
            return data
        if not apt_lists.is_of(one, listed, data):
            return Damaged(path, "not the list that its release names: damaged, or half refreshed")
        packages += apt_lists.offered(data.decode("utf-8", "replace"))
    whole = [found for found in packages if found]
    return whole if len(whole) == len(packages) else Damaged(LISTS, DAMAGED)


def _of(mirror: str, name: str) -> tuple[str, str] | None:
    """What the release calls that list, and how it is packed; None where it is another's."""
    found = LIST.fullmatch(name.removeprefix(mirror)) if name.startswith(mirror) else None
    return (found[1], found[2] or "") if found else None


def _unpacked(reader: Reader, name: str) -> bytes | Damaged:
    try:
        return reader.host.run("apt-helper", name).encode()
    except UnreadableError as problem:
        return Damaged(f"{LISTS}/{name}", problem.cause)


def _data(reader: Reader, path: str) -> bytes | Damaged:
    """The whole file: these are longer than what is read at once."""
    data = b""
    try:
        while len(data) <= MOST_BYTES:
            more = reader.host.piece(path, len(data)).data
            data += more
            if len(more) < LIMIT_BYTES:
                return data
    except UnreadableError as problem:
        return Damaged(path, problem.cause)
    return Damaged(path, f"larger than {MOST_BYTES} bytes: {path}")
