"""Which files a damaged pack hits: the officer is told names, not hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from backup import upkeep
from backup.ledger import Entry
from backup.restic import Restic, ResticError

FILES_TOLD = 20
LIMIT_SECONDS = 120.0
"""0.14 asks for a list that is gone for a quarter of an hour; names are worth less."""
UNKNOWN = "the lists of files cannot be read themselves"


def files_hit(restic: Restic, ledger: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Paths by the name of each pack that is damaged, unreadable or gone; at most twenty a pack.

    A pack of folder lists hits all below: then the paths are those of no file, and `UNKNOWN` is told.
    """
    entries = tuple(ledger)
    packs = {each.name for each in entries if each.kind == "data" and each.problem}
    indexes = [each.name for each in entries if each.kind == "index" and each.state == "sound"]
    if not packs:
        return {}
    restic = replace(restic, limit_seconds=min(LIMIT_SECONDS, restic.limit_seconds))
    try:
        held = upkeep.blobs(restic, indexes, packs)
        every = [blob for blobs in held.values() for blob in blobs]
        found: dict[str, set[str]] = {}
        for blob, path in upkeep.holders(restic, every):
            found.setdefault(blob, set()).add(path)
    except ResticError:
        return dict.fromkeys(sorted(packs), (UNKNOWN,))
    told = {
        pack: sorted({path for blob in blobs for path in found.get(blob, ())})
        for pack, blobs in held.items()
    }
    return {pack: tuple(paths[:FILES_TOLD]) or (UNKNOWN,) for pack, paths in told.items()}
