"""The proofs that were made: one row each, written when it ends, whether it proved anything or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from backup.forecast import Basis
from backup.plan import Job, Kind
from backup.tables import proofs


class Detail(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands beside the counts. Paths are those of the repository, shown to the officer."""

    problems: tuple[str, ...] = ()
    mismatched: tuple[str, ...] = ()
    compared: int = 0
    set_aside: int = 0
    rto_seconds: float | None = None
    """Upper bound of a drill: its time at the pace of the worse of files and bytes."""
    forecast_seconds: float | None = None
    """What was forecast for this restore just before it began."""
    forecast_basis: Basis | None = None
    streamed: bool = False
    """A whole set that was read out without being written: its time measures no restore."""
    snapshot: str | None = None
    hits: dict[str, tuple[str, ...]] = {}
    """Files that each damaged pack is part of, by the pack's name."""
    forgotten: tuple[str, ...] = ()
    """Snapshots that retention let go, a hundred at most."""
    obstacle: bool = False
    """Something outside of the repository stood in the way: nothing is known of its bytes."""


NOTHING_TOLD = Detail()
WHOLES_READ = 500
"""Four of each set in an office of a hundred, and some for people."""


@dataclass(frozen=True)
class Proof:
    """One proof, good or failed."""

    job: Job
    at: datetime
    ok: bool
    files: int = 0
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None
    detail: Detail = NOTHING_TOLD


def sentence(proof: Proof) -> str:
    """What came of it, as the log and the command line tell the operator."""
    subject = proof.job.set or proof.job.repository
    if not proof.ok:
        return f"{proof.job.kind} of {subject} failed: {proof.error}"
    compared = proof.detail.compared
    said = {
        "prepare": f"repository {subject} made",
        "watch": f"watch of {subject}: {proof.files} objects are in their place",
        "check": f"check of {subject}: its structure is whole",
        "sweep": f"sweep of {subject}: {proof.files} objects read, none damaged",
        "drill": f"drill of {subject}: {proof.files} files restored, {compared} compared, all equal",
        "whole": f"whole restore of {subject}: {proof.files} files, {compared} compared, all equal",
        "restore": f"restore of {subject}: {proof.files} files",
        "heal": f"heal of {subject}: {proof.files} objects replaced and read back",
        "copy": f"copy into {subject}: all of it is there, {proof.files} new",
        "retain": f"retention of {subject}: {proof.files} snapshots forgotten",
        "selftest": "selftest: the verifier found the fault that it was given",
    }
    return said[proof.job.kind]


def keep(connection: Connection, proof: Proof) -> int:
    """Write one proof and return its row. Of the watch, which comes every few minutes, one stays."""
    if proof.job.kind == "watch":
        same = (proofs.c.kind == "watch", proofs.c.repository == proof.job.repository)
        connection.execute(delete(proofs).where(*same))
    number: int = connection.execute(
        insert(proofs)
        .values(
            kind=proof.job.kind,
            repository=proof.job.repository,
            set_id=proof.job.set,
            at=proof.at,
            ok=proof.ok,
            files=proof.files,
            bytes=proof.bytes,
            seconds=proof.seconds,
            error=proof.error,
            detail=msgspec.json.encode(proof.detail).decode(),
        )
        .returning(proofs.c.id)
    ).scalar_one()
    return number


def newest(connection: Connection) -> dict[Job, Proof]:
    """The last proof of each kind, repository and set."""
    return _read(connection, _LAST)


def newest_good(connection: Connection) -> dict[Job, Proof]:
    """The last proof of each that held."""
    return _read(connection, _LAST.where(proofs.c.ok))


def whole(connection: Connection) -> tuple[Proof, ...]:
    """The newest good restores of whole sets, made as proofs or for people; the newest first."""
    ids = (
        select(proofs.c.id)
        .where(proofs.c.kind.in_(("whole", "restore")), proofs.c.ok)
        .order_by(proofs.c.id.desc())
        .limit(WHOLES_READ)
    )
    found = [_proof(row) for row in connection.execute(select(proofs).where(proofs.c.id.in_(ids)))]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def failed(connection: Connection, repository: str) -> int:
    """How many proofs of a repository ever failed: it only grows."""
    return (
        connection.scalar(
            select(func.count()).where(
                proofs.c.repository == repository,
                proofs.c.ok.is_(False),
                proofs.c.kind.in_(("sweep", "check", "drill", "whole")),
            )
        )
        or 0
    )


_LAST = select(func.max(proofs.c.id)).group_by(proofs.c.kind, proofs.c.repository, proofs.c.set_id)


def _read(connection: Connection, ids: Select[tuple[int]]) -> dict[Job, Proof]:
    rows = connection.execute(select(proofs).where(proofs.c.id.in_(ids)))
    return {proof.job: proof for proof in map(_proof, rows)}


def _proof(row: Row[Any]) -> Proof:
    kind: Kind = row.kind
    return Proof(
        job=Job(kind, row.repository, row.set_id),
        at=row.at,
        ok=row.ok,
        files=row.files,
        bytes=row.bytes,
        seconds=row.seconds,
        error=row.error,
        detail=msgspec.json.decode(row.detail, type=Detail),
    )
