"""The ledger of a repository: every object that was ever seen there, and when it was last read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, select

from backup.plan import SKEW
from backup.rows import upsert
from backup.tables import ledger_days, objects

Kind = Literal["config", "keys", "snapshots", "index", "data"]
ObjectState = Literal["new", "sound", "going", "damaged", "unreadable", "vanished", "quarantined"]
WELL: tuple[ObjectState, ...] = ("new", "sound", "going")
LASTING: tuple[ObjectState, ...] = ("vanished", "quarantined")
"""Only the officer's word ends these; the others end by themselves when the bytes are right."""
GONE: tuple[ObjectState, ...] = (*LASTING, "going")
"""Not counted on. What is going was let go by ourselves, and nobody has looked yet whether it went."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Before anything was ever read."""

Key = tuple[Kind, str]
"""Kind and name."""


@dataclass(frozen=True)
class Entry:
    """One file of a repository."""

    kind: Kind
    name: str
    size_bytes: int
    first_seen_at: datetime
    last_verified_at: datetime | None = None
    state: ObjectState = "new"
    sha256: str | None = None
    """The config's, as first seen; of all others the name says it."""

    @property
    def key(self) -> Key:
        return (self.kind, self.name)

    @property
    def unread_since(self) -> datetime:
        return self.last_verified_at or self.first_seen_at

    @property
    def problem(self) -> str | None:
        """What is the matter with it, in words; None while nothing is."""
        return None if self.state in WELL else f"{self.kind}/{self.name}: {self.state}"

    def unread_at(self, now: datetime) -> datetime:
        """Unread since then. A reading that is still to come was noted by a clock that was wrong."""
        return self.unread_since if self.unread_since <= now + SKEW else NEVER


def merged(
    known: Mapping[Key, Entry], found: Mapping[Key, int], now: datetime
) -> tuple[Entry, ...]:
    """The ledger after looking at the list of names: nothing that was ever seen is forgotten.

    While a snapshot of it is going, so is what only such a one needed: pruning was cut short.
    """
    after: list[Entry] = []
    pruned = any(entry.state == "going" and entry.kind == "snapshots" for entry in known.values())
    for key, entry in known.items():
        if key not in found:
            after.append(replace(entry, state=_missing(entry, pruned)))
        else:
            after.append(replace(entry, state=_present(entry, found[key]), size_bytes=found[key]))
    after += [
        Entry(kind, name, size_bytes, first_seen_at=now)
        for (kind, name), size_bytes in found.items()
        if (kind, name) not in known
    ]
    return tuple(after)


def _missing(entry: Entry, pruned: bool) -> ObjectState:
    if entry.state == "quarantined":
        return entry.state
    ours = entry.state == "going" or (pruned and entry.kind in ("data", "index"))
    return "going" if ours and entry.problem is None else "vanished"


def _present(entry: Entry, size_bytes: int) -> ObjectState:
    if entry.state in GONE:
        return "going" if entry.state == "going" and entry.kind == "snapshots" else "new"
    # No object ever changes its size: the sweep would find it too, but only in its turn.
    return "damaged" if entry.state == "sound" and size_bytes != entry.size_bytes else entry.state


def gone(entry: Entry) -> bool:
    """Whether it is not in the repository any more, for whatever reason."""
    return entry.state in GONE


def share(
    ledger: Iterable[Entry], now: datetime, window_days: int, least_bytes: int
) -> tuple[Entry, ...]:
    """What today's sweep reads: the small ones, all that falls due, then the oldest unread.

    Everything but data is small, and one bit of it can hide many files: it is read every time.
    A fifth more than an even share keeps days on which the collector was off from adding up.
    """
    present = [entry for entry in ledger if not gone(entry)]
    even = sum(entry.size_bytes for entry in present) // window_days
    left_bytes = max(least_bytes, even * 6 // 5)
    due_before = now - timedelta(days=max(window_days - 2, 0))
    chosen: list[Entry] = []
    for entry in sorted(
        present,
        key=lambda each: (each.unread_at(now), each.last_verified_at is not None, each.name),
    ):
        due = entry.unread_at(now) <= due_before or entry.kind != "data" or bool(entry.problem)
        if due or left_bytes > 0:
            chosen.append(entry)
            left_bytes -= entry.size_bytes
    return tuple(chosen)


def root(ledger: Iterable[Entry]) -> bytes:
    """One hash over kind, name and size of all that is present."""
    digest = hashlib.sha256()
    for entry in sorted(ledger, key=lambda each: each.key):
        if not gone(entry):
            digest.update(f"{entry.kind}/{entry.name} {entry.size_bytes}\n".encode())
    return digest.digest()


def load(connection: Connection, repository: str) -> dict[Key, Entry]:
    """The ledger as last left."""
    rows = connection.execute(select(objects).where(objects.c.repository == repository))
    fields = ("kind", "name", "size_bytes", "first_seen_at", "last_verified_at", "state", "sha256")
    read = (Entry(**{name: getattr(row, name) for name in fields}) for row in rows)
    return {entry.key: entry for entry in read}


def save(connection: Connection, repository: str, ledger: Sequence[Entry]) -> None:
    """Write these objects; others stay as they are."""
    rows: list[dict[str, object]] = [
        {
            "repository": repository,
            "kind": entry.kind,
            "name": entry.name,
            "size_bytes": entry.size_bytes,
            "first_seen_at": entry.first_seen_at,
            "last_verified_at": entry.last_verified_at,
            "state": entry.state,
            "sha256": entry.sha256,
        }
        for entry in ledger
    ]
    upsert(connection, objects, rows, ("size_bytes", "last_verified_at", "state", "sha256"))


def accept(connection: Connection, repository: str, kind: str, name: str) -> bool:
    """The officer's word on one object: it was meant to vanish, or is rightly in quarantine."""
    seen = connection.execute(
        delete(objects).where(
            objects.c.repository == repository,
            objects.c.kind == kind,
            objects.c.name == name,
            objects.c.state.in_(LASTING),
        )
    )
    return seen.rowcount == 1


def mark(connection: Connection, repository: str, keys: Iterable[Key], state: ObjectState) -> None:
    """Give these objects another state."""
    for kind, name in keys:
        connection.execute(
            objects.update()
            .where(
                objects.c.repository == repository, objects.c.kind == kind, objects.c.name == name
            )
            .values(state=state)
        )


def forget(connection: Connection, repository: str, keys: Iterable[Key]) -> None:
    """Take out what our own pruning removed; everything else that goes away has vanished."""
    for kind, name in keys:
        connection.execute(
            delete(objects).where(
                objects.c.repository == repository, objects.c.kind == kind, objects.c.name == name
            )
        )


def close_day(connection: Connection, repository: str, day: str, ledger: Sequence[Entry]) -> bytes:
    """Chain this day's root to the newest earlier day's hash; a later sweep the same day renews it."""
    present = [entry for entry in ledger if not gone(entry)]
    previous = connection.scalar(
        select(ledger_days.c.hash)
        .where(ledger_days.c.repository == repository, ledger_days.c.day < day)
        .order_by(ledger_days.c.day.desc())
        .limit(1)
    )
    previous_hash: bytes = previous or bytes(32)
    today = root(present)
    chained = hashlib.sha256(previous_hash + day.encode() + today).digest()
    row: dict[str, object] = {
        "repository": repository,
        "day": day,
        "objects": len(present),
        "bytes": sum(entry.size_bytes for entry in present),
        "root": today,
        "previous_hash": previous_hash,
        "hash": chained,
    }
    upsert(connection, ledger_days, [row], ("objects", "bytes", "root", "previous_hash", "hash"))
    return chained
