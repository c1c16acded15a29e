"""Finds files of a set by name, in the snapshots that had come by a day: each version once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from backup import pin, receipts
from backup.answers import Match
from backup.commands import backup_set
from backup.drill import LOST
from backup.prove import Verifier
from collector.inventory.model import Inventory

LIMIT_SECONDS = 60.0
"""Somebody sits before the page."""
VERSIONS_MOST = 200


@dataclass(frozen=True)
class Version:
    """One content of a file, as told by its size and time, and the newest snapshot that holds it."""

    path: str
    size_bytes: int
    modified_at: datetime | None
    snapshot: str
    seen_at: datetime
    """When the receipt of that snapshot came."""


@dataclass(frozen=True)
class Searched:
    """What was found; `more` where it is cut short."""

    versions: tuple[Version, ...]
    more: bool


def search(
    verifier: Verifier, inventory: Inventory, set_id: str, name: str, until: datetime | None = None
) -> Searched:
    """Files whose name, or whose folder's, holds that text; `*` and `?` stand for any letters.

    By path, the newest version first. Raises CommandError, ResticError.
    """
    declared = backup_set(inventory, set_id)
    quick = replace(verifier, limit_seconds=min(LIMIT_SECONDS, verifier.limit_seconds))
    restic = quick.restic(pin.repository(inventory, declared.repository))
    with verifier.store.read() as connection:
        seen = receipts.named(connection, set_id)
    usable = {
        one: (place, at)
        for place, (one, at) in enumerate(seen.items())
        if until is None or at <= until
    }
    found = [one for one in restic.find(pattern(name), set_id) if one.snapshot in usable]
    versions = tuple(_versions(found, usable))
    return Searched(versions[:VERSIONS_MOST], len(versions) > VERSIONS_MOST)


def pattern(name: str) -> str:
    """What was typed as restic's pattern: brackets and backslashes mean themselves."""
    literal = re.sub(r"([\\\[\]])", r"\\\1", name.strip())
    return literal if "/" in literal else f"*{literal.strip('*')}*"


def _versions(found: list[Match], usable: dict[str, tuple[int, datetime]]) -> Iterator[Version]:
    newest: dict[tuple[str, int, int | None], Match] = {}
    for one in sorted(found, key=lambda each: usable[each.snapshot][0]):
        if LOST not in one.file.path:  # restic cannot be asked for a name that is no UTF-8
            newest[one.file.path, one.file.size_bytes, one.file.modified_ns] = one
    for one in sorted(
        newest.values(), key=lambda each: (each.file.path, -usable[each.snapshot][0])
    ):
        yield Version(
            path=one.file.path,
            size_bytes=one.file.size_bytes,
            modified_at=one.file.modified_at,
            snapshot=one.snapshot,
            seen_at=usable[one.snapshot][1],
        )
