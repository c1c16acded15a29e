"""Papers that were handed over to the police: the file as it was, by whom, when, and its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Select, insert, select, update

from alerts import filing, rows
from alerts.incidents import NotAllowed
from alerts.sending import MEDIA
from collector import audit
from console.tables import handed_over


class Handed(Struct, frozen=True):
    """One paper on the police's list, without its content."""

    number: int
    incident: str
    file_name: str
    sha256: str
    handed_by: str
    handed_at: datetime
    taken_back_at: datetime | None


class Paper(Struct, frozen=True):
    """The file itself."""

    file_name: str
    media_type: str
    content: bytes


def hand_over(
    connection: Connection, now: datetime, actor: str, incident: str, paper: Paper
) -> int:
    """From now on whoever has the role `police` may read that file. Its number on their list."""
    digest = hashlib.sha256(paper.content)
    number = connection.execute(
        insert(handed_over).values(
            incident=incident,
            file_name=paper.file_name,
            media_type=paper.media_type,
            content=paper.content,
            sha256=digest.digest(),
            handed_by=actor,
            handed_at=now,
        )
    ).inserted_primary_key
    told = {"incident": incident, "file": paper.file_name, "sha256": digest.hexdigest()}
    audit.append(connection, now, actor, "handed-over", told)
    return int(number[0]) if number else 0


def hand_over_kept(
    connection: Connection, now: datetime, actor: str, incident: str, numbers: tuple[int, ...]
) -> tuple[int, ...]:
    """Kept papers of that incident, byte for byte as they were made; what is listed stays once.

    Raises NotAllowed for a drill, and for what is not kept.
    """
    known = rows.incident(connection, incident)
    if known is None:
        raise NotAllowed("unknown", incident=incident)
    if known.drill:
        raise NotAllowed("send-drill", incident=incident)
    found = tuple(filing.one(connection, number) for number in numbers)
    kept = tuple(one for one in found if one is not None and one[0].incident == incident)
    if not kept or len(kept) < len(numbers):
        raise NotAllowed("send-no-paper", incident=incident)
    there = {(one.incident, one.sha256): one.number for one in listed(connection)}
    return tuple(
        there.get((incident, filed.sha256))
        or hand_over(
            connection, now, actor, incident, Paper(filed.name, MEDIA[filed.format], content)
        )
        for filed, content in kept
    )


def take_back(connection: Connection, now: datetime, actor: str, number: int) -> bool:
    """Off the list again; what was read was read. False where it was not on it."""
    taken = connection.execute(
        update(handed_over)
        .where(handed_over.c.id == number, handed_over.c.taken_back_at.is_(None))
        .values(taken_back_at=now)
    )
    if taken.rowcount:
        audit.append(connection, now, actor, "taken-back", {"number": number})
    return bool(taken.rowcount)


def listed(connection: Connection, *, all_of_them: bool = False) -> tuple[Handed, ...]:
    """Newest first; those that were taken back only where all are asked for."""
    found = _columns().order_by(handed_over.c.id.desc())
    if not all_of_them:
        found = found.where(handed_over.c.taken_back_at.is_(None))
    return tuple(
        Handed(
            row.id,
            row.incident,
            row.file_name,
            bytes(row.sha256).hex(),
            row.handed_by,
            row.handed_at,
            row.taken_back_at,
        )
        for row in connection.execute(found)
    )


def paper(connection: Connection, number: int) -> Paper | None:
    """The file, unless it was taken back."""
    row = connection.execute(
        select(handed_over).where(handed_over.c.id == number, handed_over.c.taken_back_at.is_(None))
    ).one_or_none()
    return Paper(row.file_name, row.media_type, bytes(row.content)) if row else None


def _columns() -> Select[tuple[int, str, str, bytes, str, datetime, datetime]]:
    table = handed_over.c
    return select(
        table.id,
        table.incident,
        table.file_name,
        table.sha256,
        table.handed_by,
        table.handed_at,
        table.taken_back_at,
    )
