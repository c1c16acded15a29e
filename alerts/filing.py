"""The incident's file cabinet: papers as they were made, handed out and signed, each by its hash."""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Row, func, insert, select

from alerts.tables import papers
from collector import audit


class Filed(Struct, frozen=True):
    """One kept file, without its content."""

    id: int
    incident: str | None
    kind: str
    format: str
    name: str
    at: datetime
    actor: str
    sha256: str
    bytes: int
    signs: int | None = None
    """Of a signed file: the one that was handed out."""
    signer: str | None = None


class Draft(Struct, frozen=True):
    """A file to be kept."""

    kind: str
    format: str
    name: str
    content: bytes
    incident: str | None = None
    signs: int | None = None
    signer: str | None = None


def keep(connection: Connection, now: datetime, actor: str, draft: Draft) -> int:
    """Put it in, and return its number; the same bytes of the same kind are kept once."""
    digest = hashlib.sha256(draft.content).hexdigest()
    there = connection.execute(
        select(papers.c.id).where(
            papers.c.sha256 == digest,
            papers.c.kind == draft.kind,
            papers.c.incident == draft.incident,
        )
    ).scalar()
    if there is not None:
        return int(there)
    number: int = connection.execute(
        insert(papers)
        .values(
            incident=draft.incident,
            kind=draft.kind,
            format=draft.format,
            name=draft.name,
            at=now,
            actor=actor,
            sha256=digest,
            content=draft.content,
            signs=draft.signs,
            signer=draft.signer,
        )
        .returning(papers.c.id)
    ).scalar_one()
    detail: dict[str, str | int | None] = {
        "incident": draft.incident,
        "paper": draft.kind,
        "file": draft.name,
        "sha256": digest,
        "signer": draft.signer,
    }
    audit.append(connection, now, actor, "paper.kept", detail)
    return number


def listed(connection: Connection, incident: str) -> tuple[Filed, ...]:
    """Every file of that incident, oldest first."""
    return tuple(
        _filed(row)
        for row in connection.execute(
            _columns().where(papers.c.incident == incident).order_by(papers.c.id)
        )
    )


def newest(connection: Connection, incident: str, kind: str, format: str) -> Filed | None:
    """The latest of its kind and format; a signed one after the one that it signs."""
    row = connection.execute(
        _columns()
        .where(papers.c.incident == incident, papers.c.kind == kind, papers.c.format == format)
        .order_by(papers.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _filed(row)


def one(connection: Connection, id: int) -> tuple[Filed, bytes] | None:
    """That file with its content, or None."""
    row = connection.execute(_columns(content=True).where(papers.c.id == id)).first()
    return None if row is None else (_filed(row), bytes(row.content))


def _columns(*, content: bool = False):  # type: ignore[no-untyped-def] # a select of many columns
    told = (
        papers.c.id,
        papers.c.incident,
        papers.c.kind,
        papers.c.format,
        papers.c.name,
        papers.c.at,
        papers.c.actor,
        papers.c.sha256,
        func.length(papers.c.content).label("bytes"),
        papers.c.signs,
        papers.c.signer,
    )
    return select(*told, papers.c.content) if content else select(*told)


def _filed(row: Row[tuple[object, ...]]) -> Filed:
    return Filed(
        id=row.id,
        incident=row.incident,
        kind=row.kind,
        format=row.format,
        name=row.name,
        at=row.at,
        actor=row.actor,
        sha256=row.sha256,
        bytes=row.bytes,
        signs=row.signs,
        signer=row.signer,
    )
