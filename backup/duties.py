"""What the collector does for backups, over and over: ask the PCs, and prove what they stored."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select

from backup import asking, holding, passwords, pin, plan, proofs, receipts
from backup.plan import History, Job, Proved
from backup.prove import Verifier
from backup.tables import backup_runs
from collector import asks
from collector.inventory.model import BackupSet, Inventory
from collector.state import State
from collector.store import tables
from collector.store.database import Store

THERE = timedelta(minutes=5)
"""An agent that reported so recently takes up what is asked of it."""

log = logging.getLogger(__name__)


class Duties:
    """One per duties process. `tick` returns at once: one proof at a time runs beside it."""

    def __init__(self, store: Store, state_folder: Path, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._verifier = Verifier(store, state_folder.absolute(), clock)
        self._at_work: threading.Thread | None = None

    def tick(self, inventory: Inventory, state: State) -> None:
        """Take up receipts, ask for what is due, start the next proof if none is running."""
        now = self._clock()
        owners = {declared.id: declared.machine for declared in inventory.backups}
        with self._store.write() as connection:
            receipts.record(connection, owners, now)
            holding.watch(connection, inventory.backups)
            lacking = passwords.settle(connection, inventory, self._verifier.state_folder, now)
            known = look(connection, inventory, state, self._verifier.state_folder, now)
            known = replace(
                known,
                waiting=frozenset(each.id for each in lacking),
                handed_in_at=passwords.bound_at(connection),
            )
            asking.hand_in(connection, lacking, known.reporting, now)
            for declared in plan.due_backups(inventory, known, now):
                _ask(connection, declared, now)
        jobs = plan.due_proofs(inventory, known, now)
        if jobs and not self.proving:
            self._at_work = threading.Thread(
                target=self._prove, args=(inventory, jobs[0]), name="backup-proof", daemon=True
            )
            self._at_work.start()

    @property
    def proving(self) -> bool:
        """Whether a proof is being made now."""
        return self._at_work is not None and self._at_work.is_alive()

    def stop(self) -> None:
        """Cut the running proof short and wait until its scratch is removed."""
        self._verifier.stop.set()
        if self._at_work is not None:
            self._at_work.join()

    def _prove(self, inventory: Inventory, job: Job) -> None:
        try:
            proof = self._verifier.prove(inventory, job)
        except Exception as error:
            log.exception("%s of %s broke", job.kind, job.set or job.repository)
            self._verifier.broke(job, error)
            return
        log.log(logging.INFO if proof.ok else logging.WARNING, "%s", proofs.sentence(proof))


def _ask(connection: Connection, declared: BackupSet, now: datetime) -> None:
    # What is due again was lost on its way: an open ask would only be found again, not handed over.
    lost = asks.open_ask(connection, declared.machine, "backup", declared.id)
    if lost is not None:
        asks.done(connection, now, declared.machine, lost, "lost: no receipt came")
    asks.ask(connection, now, declared.machine, "backup", declared.id)


def look(
    connection: Connection, inventory: Inventory, state: State, state_folder: Path, now: datetime
) -> plan.Known:
    """All that planning needs, as of now."""
    places = {each.id: pin.folder(each, state_folder) for each in inventory.repositories}
    proved = {job: Proved(proof.at, proof.ok) for job, proof in proofs.newest(connection).items()}
    return plan.Known(
        history=history(connection),
        proved=proved,
        reporting=frozenset(
            asset
            for asset, machine in state.machines.items()
            if machine.agent is not None
            and machine.agent.state == "approved"
            and machine.agent.last_report_at is not None
            and now - machine.agent.last_report_at < THERE
        ),
        prepared=frozenset(
            repository
            for repository, place in places.items()
            if place is None or (place / "config").exists()
        ),
        elsewhere=frozenset(repository for repository, place in places.items() if place is None),
    )


def history(connection: Connection) -> dict[str, History]:
    """What asks and receipts say of each set."""
    found: dict[str, History] = {}
    runs = select(backup_runs).where(
        backup_runs.c.report.in_(
            select(func.max(backup_runs.c.report)).group_by(backup_runs.c.set_id)
        )
    )
    kept = select(backup_runs.c.set_id, backup_runs.c.snapshot, backup_runs.c.bytes).where(
        backup_runs.c.report.in_(
            select(func.max(backup_runs.c.report))
            .where(backup_runs.c.snapshot.is_not(None))
            .group_by(backup_runs.c.set_id)
        )
    )
    stored = {row.set_id: row for row in connection.execute(kept)}
    for row in connection.execute(runs):
        last = stored.get(row.set_id)
        found[row.set_id] = History(
            attempted_at=row.received_at,
            ok=row.ok,
            snapshot=last.snapshot if last else None,
            bytes=last.bytes if last else None,
        )
    asked = select(tables.asks.c.argument, tables.asks.c.asked_at, tables.asks.c.done_at).where(
        tables.asks.c.id.in_(
            select(func.max(tables.asks.c.id))
            .where(tables.asks.c.job == "backup")
            .group_by(tables.asks.c.argument)
        )
    )
    for row in connection.execute(asked):
        found[row.argument] = _with_ask(
            found.get(row.argument, History()), row.asked_at, row.done_at
        )
    return found


def _with_ask(known: History, asked_at: datetime, done_at: datetime | None) -> History:
    # A receipt that came after the ask answers it, also where its number was lost on the way.
    answered = known.attempted_at is not None and known.attempted_at >= asked_at
    return History(
        asked_at=None if done_at or answered else asked_at,
        attempted_at=known.attempted_at if answered else asked_at,
        ok=known.ok,
        snapshot=known.snapshot,
        bytes=known.bytes,
    )
