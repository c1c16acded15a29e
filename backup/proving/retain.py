"""Forgets the snapshots that nothing keeps, and prunes: on the collector's own path, looked at after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backup import holds, ledger, pin, receipts, retention, sweep, upkeep
from backup.answers import Snapshot
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import watch
from backup.proving.failure import ProofError
from backup.retention import Candidate
from collector import audit
from collector.inventory.model import Inventory, Keep, Repository
from collector.store.database import Store

if TYPE_CHECKING:
    from backup.prove import Verifier

ACTOR = "wardwatch"


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when just the snapshots that were to go are gone, and nothing is held."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is not None:
        watch.make(verifier, inventory, Job("watch", declared.id))
    if held := _held(verifier.store, declared):
        return verifier.obstacle(job, f"held: {held}; nothing is forgotten until it is explained")
    restic, now = verifier.restic(declared), verifier.clock()
    before = restic.snapshots()
    with verifier.store.read() as connection:
        seen = _first_seen(ledger.load(connection, declared.id), receipts.named(connection), before)
    going = tuple(_going(inventory, declared, before, seen, now))
    if not going:
        return Proof(job, now, ok=True)
    restic.unlock()
    upkeep.forget(restic, going)
    _look_again({each.id for each in before}, set(going), {each.id for each in restic.snapshots()})
    freed = 0
    if folder is not None:
        upkeep.prune(restic)
        freed = _write_off(verifier, declared, set(going))
    with verifier.store.write() as connection:
        told: dict[str, str | int | None] = {"repository": declared.id, "count": len(going)}
        audit.append(connection, now, ACTOR, "snapshots-forgotten", told | {"bytes": freed})
    return Proof(
        job, now, ok=True, files=len(going), bytes=freed, detail=Detail(forgotten=going[:100])
    )


def _held(store: Store, declared: Repository) -> str | None:
    """Why nothing may go now: what nobody has explained, or an object that is not as it was."""
    with store.read() as connection:
        for hold in holds.unexplained(connection, declared.id):
            return f"{hold.cause} ({hold.detail})"
        for entry in ledger.load(connection, declared.id).values():
            if entry.problem and entry.state != "quarantined":
                return entry.problem
    return None


def _first_seen(
    known: Mapping[ledger.Key, ledger.Entry],
    named: Mapping[str, datetime],
    snapshots: Sequence[Snapshot],
) -> dict[str, tuple[datetime, bool]]:
    """By our own clock: the first receipt that named it, or the first look that found it."""
    found: dict[str, tuple[datetime, bool]] = {}
    for each in snapshots:
        entry = known.get(("snapshots", each.id))
        times = [at for at in (named.get(each.id), entry and entry.first_seen_at) if at]
        if times:
            found[each.id] = (min(times), each.id in named)
    return found


def _going(
    inventory: Inventory,
    declared: Repository,
    snapshots: Sequence[Snapshot],
    seen: Mapping[str, tuple[datetime, bool]],
    now: datetime,
) -> Iterator[str]:
    keeps = {each.id: each.keep for each in inventory.backups if each.repository == declared.id}
    by_tag: dict[str, list[Candidate]] = {}
    for each in snapshots:
        if each.id in seen:
            at, named = seen[each.id]
            by_tag.setdefault(" ".join(each.tags), []).append(Candidate(each.id, at, named))
    for tag, candidates in by_tag.items():
        keep = keeps.get(
            tag, Keep()
        )  # the collector's own state, or a set that is declared no more
        yield from retention.forgotten(candidates, keep, inventory.site.timezone, now)


def _look_again(before: set[str], going: set[str], after: set[str]) -> None:
    if stayed := going & after:
        raise ProofError(
            f"forget was refused: {len(stayed)} of {len(going)} snapshots are still there"
        )
    if lost := before - going - after:
        raise ProofError(f"{len(lost)} snapshots went that were to stay: {min(lost)}")


def _write_off(verifier: Verifier, declared: Repository, going: set[str]) -> int:
    """Take what our own pruning removed out of the ledger; the bytes that it freed."""
    folder = pin.folder(declared, verifier.state_folder)
    if folder is None:
        return 0
    with verifier.store.write() as connection:
        known = ledger.load(connection, declared.id)
        ours = [
            entry
            for entry in known.values()
            if (entry.kind in ("data", "index") or entry.name in going)
            and not ledger.gone(entry)
            and not sweep.path(folder, entry.key).exists()
        ]
        ledger.forget(connection, declared.id, [entry.key for entry in ours])
    verifier.look(declared, folder)
    return sum(entry.size_bytes for entry in ours)
