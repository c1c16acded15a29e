"""Quarantine: junk is moved out of a repository, never deleted, with a row and an audit entry each."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from backup.tables import quarantined
from collector import audit

FOLDER = "quarantine"
"""In the state folder; a folder for each repository in it."""
ACTOR = "wardwatch"


@dataclass(frozen=True)
class Junk:
    """One file that has no business in a repository. `kind` is the folder that it lay in."""

    kind: str
    name: str
    reason: str


@dataclass(frozen=True)
class Kept:
    """One file in quarantine."""

    junk: Junk
    at: datetime


def move(folder: Path, aside: Path, junk: Junk) -> None:
    """Out of the repository; a second one of that name takes the first one's place."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = _path(folder, junk)
    if found is not None:
        shutil.move(found, _place(aside, junk))


def copy(path: Path, aside: Path, junk: Junk) -> None:
    """Keep the bytes of an object that is about to be replaced; what is gone has none."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_file():
        shutil.copyfile(path, _place(aside, junk))


def put_back(folder: Path, aside: Path, kind: str, name: str) -> bool:
    """Into the repository again, by the officer's word; False where there is no such file."""
    kept = aside / f"{kind}-{_safe(name)}"
    target = folder / kind / (name[:2] if kind == "data" else "") / name
    if not kept.is_file() or _safe(name) != name:
        return False
    shutil.move(kept, target)
    return True


def note(
    connection: Connection, repository: str, aside: Path, junk: Sequence[Junk], now: datetime
) -> None:
    """A row and an audit entry for each, before it is moved: a move that nobody heard of is a loss."""
    for each in junk:
        values = {"repository": repository, "kind": each.kind, "name": each.name}
        if _is_noted(connection, values) and not _place(aside, each).exists():
            continue  # whoever noted it was cut short before the move
        connection.execute(insert(quarantined).values(**values, reason=each.reason, at=now))
        audit.append(connection, now, ACTOR, "object-quarantined", values)


def kept(connection: Connection, repository: str, limit: int = 100) -> Iterable[Kept]:
    """What was put into quarantine, the newest first."""
    rows = connection.execute(
        select(quarantined)
        .where(quarantined.c.repository == repository)
        .order_by(quarantined.c.id.desc())
        .limit(limit)
    )
    return [Kept(Junk(row.kind, row.name, row.reason), row.at) for row in rows]


def _path(folder: Path, junk: Junk) -> Path | None:
    return next((path for path in (folder / junk.kind).rglob("*") if path.name == junk.name), None)


def _is_noted(connection: Connection, values: Mapping[str, str]) -> bool:
    same = [quarantined.c[name] == value for name, value in values.items()]
    return connection.scalar(select(quarantined.c.id).where(*same).limit(1)) is not None


def _place(aside: Path, junk: Junk) -> Path:
    return aside / f"{junk.kind}-{_safe(junk.name)}"


def _safe(name: str) -> str:
    """A name came from outside: it stays one part of a path."""
    return "".join(letter if letter.isalnum() else "_" for letter in name)[:128]
