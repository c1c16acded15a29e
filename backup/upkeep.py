"""What only the collector asks of restic: forget, prune, copy, and rebuild what was damaged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from backup import restic
from backup.restic import Restic, ResticError

REPAIRS_PACKS = (0, 16)
"""From this version on restic itself takes out of a damaged pack what is still whole."""
AT_ONCE = 500
"""Ids on one command line."""


def init_like(target: Restic, source: Restic) -> None:
    """Make a repository that cuts files as `source` does, so that copies share what they share."""
    arguments = ["init", *source.arguments, "--copy-chunker-params"]
    target.call(arguments, target.quick_seconds, extra=_source(source))
    target.snapshots()


def copy(target: Restic, source: Restic) -> None:
    """Copy every snapshot that is not there yet."""
    target.call(["copy", *source.arguments], target.limit_seconds, extra=_source(source))


def forget(repository: Restic, ids: Sequence[str]) -> None:
    """Ask for these snapshots to go. Look whether they did: a refusal may end with 0."""
    for start in range(0, len(ids), AT_ONCE):
        repository.call(["forget", *ids[start : start + AT_ONCE]], repository.limit_seconds)


def prune(repository: Restic) -> None:
    """Remove what no snapshot needs."""
    repository.call(["prune"], repository.limit_seconds)


def rebuild_index(repository: Restic) -> None:
    """Make the index anew from the packs that are there."""
    verb = ["repair", "index"] if restic.version() >= REPAIRS_PACKS else ["rebuild-index"]
    repository.call(verb, repository.limit_seconds)


def repair_packs(repository: Restic, ids: Sequence[str], aside: Path) -> bool:
    """Save what is whole of damaged packs, and drop them; False where this restic cannot.

    It leaves its own copy of each pack in the folder that it runs in, and that is `aside`.
    """
    if restic.version() < REPAIRS_PACKS:
        return False
    repository.call(["repair", "packs", *ids], repository.limit_seconds, folder=aside)
    return True


def blobs(
    repository: Restic, indexes: Iterable[str], packs: set[str]
) -> dict[str, tuple[str, ...]]:
    """The pieces of files that each of these packs holds, as the index tells them."""
    held: dict[str, tuple[str, ...]] = {}
    for name in indexes:
        told = _json(repository, ["cat", "--no-lock", "index", name])
        for pack in told.get("packs", ()):
            if pack["id"] in packs:
                held[pack["id"]] = tuple(each["id"] for each in pack["blobs"])
    return held


def holders(repository: Restic, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(piece, path of a file in some snapshot) for each file that one of these pieces is part of."""
    for start in range(0, len(ids), AT_ONCE):
        wanted = ids[start : start + AT_ONCE]
        for each in _json(repository, ["find", "--json", "--no-lock", "--blob", *wanted]):
            yield str(each["id"]), str(each["path"])


def _json(repository: Restic, arguments: list[str]) -> Any:
    output = bytearray()
    repository.call(arguments, repository.limit_seconds, output.extend)
    try:
        # Sentences may stand before and after the JSON.
        found = re.search(rb"^[\[{].*[\]}]\s*$", bytes(output), re.DOTALL | re.MULTILINE)
        return json.loads(found[0]) if found else {}
    except ValueError as error:
        raise ResticError(f"restic {arguments[0]} answered with something unreadable") from error


def _source(source: Restic) -> dict[str, str]:
    return {
        "RESTIC_FROM_REPOSITORY": source.location,
        **source.environment,
        **source.secret("RESTIC_FROM_PASSWORD"),
    }
