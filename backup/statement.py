"""What is proved of every set and repository, from the rows of runs, objects and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from backup import forecast as forecasting
from backup import holding, holds, measured, proofs, recovery_point, stores
from backup.forecast import Measured
from backup.holding import Watched
from backup.holds import Hold
from backup.ledger import GONE, WELL
from backup.plan import SKEW, Job, Kind
from backup.proofs import Proof
from backup.status import Backups, Drill, RepositoryStatus, SetStatus
from backup.tables import backup_runs, objects
from collector.inventory.model import BackupSet, Inventory, Repository
from collector.state import State
from collector.store.columns import Instant

PROBLEMS_TOLD = 20
RPO_DAYS = 30
"""How far back the statement looks at the recovery point."""


def backups(connection: Connection, inventory: Inventory, state: State, now: datetime) -> Backups:
    """The status of every declared set and repository."""
    proved, good = proofs.newest(connection), proofs.newest_good(connection)
    runs = _Runs(
        newest=_newest_runs(connection, select(func.max(backup_runs.c.report))),
        newest_good=_newest_runs(
            connection, select(func.max(backup_runs.c.report)).where(backup_runs.c.ok)
        ),
        successes=recovery_point.successes(connection, now - timedelta(days=RPO_DAYS + 1)),
    )
    whole = proofs.whole(connection)
    timed = _Timed(measured.past(whole, good), measured.errors(whole))
    alarms, watched = holding.alarms(connection), holding.newest(connection)
    return Backups(
        site=inventory.site.id,
        sets={
            declared.id: _with_signs(
                _with_live(
                    _set_status(inventory, declared, runs, timed, proved, good, now),
                    declared,
                    state,
                ),
                alarms.get(declared.id, ()),
                watched.get(declared.id),
            )
            for declared in inventory.backups
        },
        repositories={
            declared.id: _repository_status(connection, declared, proved, good, now)
            for declared in inventory.repositories
        },
    )


@dataclass(frozen=True)
class _Runs:
    newest: Mapping[str, Row[Any]]
    newest_good: Mapping[str, Row[Any]]
    successes: Mapping[str, Sequence[datetime]]


@dataclass(frozen=True)
class _Timed:
    past: Mapping[str, Sequence[Measured]]
    errors: Mapping[str, tuple[float, ...]]


def _newest_runs(connection: Connection, ids: Select[tuple[int]]) -> dict[str, Row[Any]]:
    chosen = ids.group_by(backup_runs.c.set_id)
    rows = connection.execute(select(backup_runs).where(backup_runs.c.report.in_(chosen)))
    return {row.set_id: row for row in rows}


def _held_in(
    inventory: Inventory, declared: BackupSet, good: Mapping[Job, Proof]
) -> tuple[Repository, ...]:
    """The set's repository, and each copy of it that was ever found whole."""
    return tuple(
        each
        for each in inventory.repositories
        if each.id == declared.repository
        or (each.copy_of == declared.repository and Job("copy", each.id) in good)
    )


def _set_status(
    inventory: Inventory,
    declared: BackupSet,
    runs: _Runs,
    timed: _Timed,
    proved: Mapping[Job, Proof],
    good: Mapping[Job, Proof],
    now: datetime,
) -> SetStatus:
    bound = good.get(Job("drill", declared.repository, declared.id))
    held_in = _held_in(inventory, declared, good) if declared.id in runs.newest_good else ()
    newest, success = runs.newest.get(declared.id), runs.newest_good.get(declared.id)
    held, days = recovery_point.days_held(
        runs.successes.get(declared.id, ()), timedelta(hours=declared.rpo_hours), now, RPO_DAYS
    )
    ahead = forecasting.forecast(
        declared.id,
        (success.files if success else None) or 0,
        (success.bytes if success else None) or 0,
        timed.past.get(declared.repository, ()),
        bound.detail.rto_seconds if bound else None,
    )
    last_proof_at, last_drill = _drills(declared, proved, good)
    return SetStatus(
        set=declared.id,
        asset=declared.machine,
        rpo_seconds=declared.rpo_hours * 3600,
        last_success_at=success.received_at if success else None,
        last_receipt=success.report if success else None,
        last_error=newest.error if newest and not newest.ok else None,
        last_proof_at=last_proof_at,
        last_drill=last_drill,
        bytes=success.bytes if success else None,
        rto_seconds=ahead.seconds if ahead else None,
        rto_basis=ahead.basis if ahead else None,
        rto_errors=timed.errors.get(declared.id, ()),
        copies=len(held_in),
        media=len({(each.medium, each.offsite) for each in held_in}),
        offsite=any(each.offsite for each in held_in),
        rpo_held_days=held,
        rpo_days=days,
    )


def _drills(
    declared: BackupSet, proved: Mapping[Job, Proof], good: Mapping[Job, Proof]
) -> tuple[datetime | None, Drill | None]:
    """When files were last restored and equal; and the drill to tell: a good one hides no bad one."""
    kinds: tuple[Kind, ...] = ("drill", "whole")
    jobs = [Job(kind, declared.repository, declared.id) for kind in kinds]
    held = max((good[job].at for job in jobs if job in good), default=None)
    made = [proved[job] for job in jobs if job in proved]
    told = max(made, key=lambda one: (not one.ok, one.at), default=None)
    return held, _drill(told) if told else None


def _drill(proof: Proof) -> Drill:
    return Drill(
        at=proof.at,
        ok=proof.ok,
        files=proof.files,
        bytes=proof.bytes,
        mismatched=proof.detail.mismatched,
        seconds=proof.seconds,
        error=proof.error,
        compared=proof.detail.compared,
    )


def _with_live(status: SetStatus, declared: BackupSet, state: State) -> SetStatus:
    """A receipt that came a moment ago, before the duties took it up, counts already."""
    machine = state.machines.get(declared.machine)
    latest = machine.backups.get(declared.id) if machine else None
    if latest is None or (status.last_receipt or 0) >= latest.report:
        return status
    if not latest.value.ok:
        return msgspec.structs.replace(status, last_error=latest.value.error)
    return msgspec.structs.replace(
        status,
        last_success_at=latest.received_at,
        last_receipt=latest.report,
        last_error=None,
        bytes=latest.value.bytes,
    )


def _with_signs(status: SetStatus, held: Sequence[Hold], seen: Watched | None) -> SetStatus:
    return msgspec.structs.replace(
        status,
        signs=tuple(f"{one.cause} ({one.detail})" for one in held),
        signs_since=held[0].since if held else None,
        signs_at=seen.received_at if seen else None,
        signs_report=seen.report if seen else None,
        signs_unknown=seen.unknown if seen else (),
    )


def _repository_status(
    connection: Connection,
    declared: Repository,
    proved: Mapping[Job, Proof],
    good: Mapping[Job, Proof],
    now: datetime,
) -> RepositoryStatus:
    size, read, oldest = _read(connection, declared, now)
    broken = (objects.c.repository == declared.id, objects.c.state.not_in(WELL))
    errors = connection.scalar(select(func.count()).where(*broken)) or 0
    failed = proofs.failed(connection, declared.id)
    failures = _failures(declared, proved)
    sweep = _last_sweep(Job("sweep", declared.id), proved, good)
    check = good.get(Job("check", declared.id))
    copied = good.get(Job("copy", declared.id))
    aside = (objects.c.repository == declared.id, objects.c.state == "quarantined")
    return RepositoryStatus(
        repository=declared.id,
        copy_of=declared.copy_of,
        last_copy_at=copied.at if copied else None,
        kind=stores.kind(declared.path),
        quarantined=connection.scalar(select(func.count()).where(*aside)) or 0,
        holds=tuple(
            f"{each.cause}: {each.detail}" for each in holds.unexplained(connection, declared.id)
        ),
        bytes=size,
        read_bytes=read,
        oldest_unread_at=oldest,
        last_sweep_at=sweep.at if sweep else None,
        last_check_at=check.at if check else None,
        errors=errors,
        failed_proofs=failed,
        problems=_object_problems(connection, broken)
        + _told(each for each in failures if not each.detail.obstacle),
        obstacles=_told(each for each in failures if each.detail.obstacle),
    )


def _read(
    connection: Connection, declared: Repository, now: datetime
) -> tuple[int, int, datetime | None]:
    """Bytes that are there, those read within the window, and since when all are."""
    present = (objects.c.repository == declared.id, objects.c.state.not_in(GONE))
    window = now - timedelta(days=declared.sweep_days)
    read_at = objects.c.last_verified_at
    # A reading that is still to come was noted by a clock that was wrong: it counts for nothing.
    past = read_at <= now + SKEW
    fresh = (objects.c.state == "sound") & (read_at >= window) & past
    unread_since = case((past, read_at), else_=objects.c.first_seen_at)
    size, read, oldest = connection.execute(
        select(
            func.coalesce(func.sum(objects.c.size_bytes), 0),
            func.coalesce(func.sum(case((fresh, objects.c.size_bytes), else_=0)), 0),
            func.min(unread_since, type_=Instant()),
        ).where(*present)
    ).one()
    return int(size), int(read), oldest


def _last_sweep(job: Job, proved: Mapping[Job, Proof], good: Mapping[Job, Proof]) -> Proof | None:
    """The newest that read anything, whatever it found."""
    newest = proved.get(job)
    return newest if newest and newest.files else good.get(job)


def _object_problems(
    connection: Connection, broken: tuple[ColumnElement[bool], ...]
) -> tuple[str, ...]:
    rows = connection.execute(
        select(objects.c.kind, objects.c.name, objects.c.state)
        .where(*broken)
        .order_by(objects.c.kind, objects.c.name)
        .limit(PROBLEMS_TOLD)
    )
    return tuple(f"{row.kind}/{row.name}: {row.state}" for row in rows)


def _failures(declared: Repository, proved: Mapping[Job, Proof]) -> tuple[Proof, ...]:
    """The newest proofs of the repository itself that failed as a whole."""
    kinds: tuple[Kind, ...] = ("prepare", "sweep", "check", "copy", "retain", "heal")
    jobs = tuple(Job(kind, declared.id) for kind in kinds)
    failed = (proved[job] for job in jobs if job in proved and not proved[job].ok)
    return tuple(proof for proof in failed if not proof.detail.problems)


def _told(failures: Iterable[Proof]) -> tuple[str, ...]:
    return tuple(f"{proof.job.kind}: {proof.error}" for proof in failures)
