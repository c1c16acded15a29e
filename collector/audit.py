"""The audit log: who did what and when, each row chained to the one before by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, Row, insert, select, text

from collector.store.columns import EPOCH
from collector.store.tables import audit

BEGINNING = bytes(32)
"""What the first row is chained to."""


class Chain(msgspec.Struct, frozen=True):
    """What a verification found. Keep `head` elsewhere: the chain alone cannot show a cut-off end."""

    rows: int
    head: bytes
    broken_seq: int | None = None
    """The first row that does not fit; None: every row does."""
    reason: str | None = None


def append(
    connection: Connection,
    now: datetime,
    actor: str,
    action: str,
    detail: Mapping[str, str | int | None],
) -> int:
    """Add one row inside the caller's write transaction, so that act and record stand or fall."""
    if connection.dialect.name == "postgresql":  # SQLite's writers already take turns
        connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    last = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, bytes(last.hash)) if last else (1, BEGINNING)
    words = msgspec.json.encode(detail, order="sorted").decode()
    connection.execute(
        insert(audit).values(
            seq=seq,
            at=now,
            actor=actor,
            action=action,
            detail=words,
            previous_hash=previous,
            hash=_hash(previous, seq, now, actor, action, words),
        )
    )
    return seq


def verify(connection: Connection) -> Chain:
    """Walk the whole chain and name the first row that was changed, removed or slipped in."""
    rows, head = 0, BEGINNING
    for row in connection.execute(select(audit).order_by(audit.c.seq)):
        reason = _fault(row, rows + 1, head)
        if reason is not None:
            return Chain(rows, head, row.seq, reason)
        rows, head = rows + 1, bytes(row.hash)
    return Chain(rows, head)


def _fault(row: Row[tuple[object, ...]], seq: int, previous: bytes) -> str | None:
    if row.seq != seq:
        return f"row {seq} is missing"
    if bytes(row.previous_hash) != previous:
        return f"row {seq} is not chained to the row before it"
    if bytes(row.hash) != _hash(previous, seq, row.at, row.actor, row.action, row.detail):
        return f"row {seq} was changed"
    return None


def _hash(previous: bytes, seq: int, at: datetime, actor: str, action: str, detail: str) -> bytes:
    """SHA-256 over the hash before and the row as canonical JSON, `at` in microseconds."""
    row = {
        "action": action,
        "actor": actor,
        "at": (at - EPOCH) // timedelta(microseconds=1),
        "detail": detail,
        "seq": seq,
    }
    return hashlib.sha256(previous + msgspec.json.encode(row, order="sorted")).digest()
