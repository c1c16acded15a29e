"""What apt keeps of its mirrors: releases, the packages that they offer, and what is installed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from agent.lean import NamedTuple
from agent.parse import debian_versions
from agent.parse.debian_versions import Key
from agent.parse.packages import STATES, field

DATE = re.compile(r"^Date:\s*(.{10,60})$", re.MULTILINE)
SUITE = re.compile(r"^(?:Suite|Codename|Label):.*security", re.MULTILINE | re.IGNORECASE)
"""`bookworm-security`, `jammy-security`: the pockets that security updates come from."""
HASHES = "\nSHA256:\n"
HASH = re.compile(r"^ ([0-9a-f]{64}) +(\d{1,12}) (\S+)$", re.MULTILINE)
NAME = re.compile(r"[a-z0-9][a-z0-9+.-]{1,127}")
ARCHITECTURE = re.compile(r"[a-z][a-z0-9-]{1,31}")
"""As deb-control(5) and dpkg-architecture(1) write them."""
EVERY = "all"
"""The architecture of a package that fits each."""


class Release(NamedTuple):
    """The head of one mirror's list of lists."""

    is_security: bool
    at: datetime | None
    """When the mirror made it."""
    hashes: dict[str, str]
    """SHA-256 of each list that it names, by the list's name as apt writes it."""


class Package(NamedTuple):
    """One version of one package."""

    name: str
    architecture: str
    version: Key


def release(text: str) -> Release:
    """InRelease or Release (the wiki's DebianRepository/Format)."""
    head, _, rest = text.partition(HASHES)
    found = DATE.search(head)
    rows = HASH.findall(rest.partition("\n-----BEGIN")[0])
    hashes = {path.replace("/", "_"): sha256 for sha256, _, path in rows}
    return Release(bool(SUITE.search(head)), _date(found[1]) if found else None, hashes)


def _date(text: str) -> datetime | None:
    # A few milliseconds that the quick reading, which leaves the updates out, need not spend.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_of(release: Release, name: str, data: bytes) -> bool:
    """Whether it is that list, whole: a part of it would hide the updates of the rest."""
    return hashlib.sha256(data).hexdigest() == release.hashes.get(name)


def offered(text: str) -> Iterator[Package | None]:
    """Each package of a list `Packages`; None for an entry that cannot be read."""
    for stanza in filter(str.strip, text.split("\n\n")):
        yield _package(f"\n{stanza}\n")


def installed(text: str) -> Iterator[Package | None]:
    """Each package of dpkg's `status` that is there, with None for what cannot be read."""
    for block in filter(str.strip, text.split("\n\n")):
        stanza = f"\n{block}\n"
        status = field(stanza, "Status").split()
        if len(status) != 3 or status[2] not in STATES:
            yield None
        elif status[2] not in {"not-installed", "config-files"}:
            yield _package(stanza)


def outdated(present: list[Package], newer: list[Package]) -> frozenset[str]:
    """Names of what is installed in an older version than is offered."""
    best: dict[str, list[Package]] = {}
    for one in newer:
        best.setdefault(one.name, []).append(one)
    return frozenset(
        one.name
        for one in present
        for other in best.get(one.name, ())
        if _fits(one, other) and other.version > one.version
    )


def _fits(one: Package, other: Package) -> bool:
    return one.architecture == other.architecture or EVERY in {one.architecture, other.architecture}


def _package(stanza: str) -> Package | None:
    name, architecture = field(stanza, "Package"), field(stanza, "Architecture")
    version = debian_versions.key(field(stanza, "Version"))
    if not NAME.fullmatch(name) or not ARCHITECTURE.fullmatch(architecture) or not version:
        return None
    return Package(name, architecture, version)
