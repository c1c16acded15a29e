"""Forgets the snapshots that nothing keeps, and prunes: on the collector's own path, looked at after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backup import holds, ledger, pin, receipts, retention, upkeep
from backup.answers import Snapshot
from backup.plan import Job
from backup.proofs import Detail, Proof
from backup.proving import pruned, watch
from backup.proving.failure import ProofError
from backup.restic import Restic
from backup.retention import Candidate
from collector.inventory.model import Inventory, Keep, Repository
from collector.store.database import Store

if TYPE_CHECKING:
    from backup.prove import Verifier


def make(verifier: Verifier, inventory: Inventory, job: Job) -> Proof:
    """Good when just the snapshots that were to go are gone, and nothing is held."""
    declared = pin.repository(inventory, job.repository)
    folder = pin.folder(declared, verifier.state_folder)
    if folder is not None:
        watch.make(verifier, inventory, Job("watch", declared.id))
    restic, now = verifier.restic(declared), verifier.clock()
    resumed = folder is not None and pruned.settle(verifier, declared, folder, restic)
    if held := _held(verifier.store, declared):
        return verifier.obstacle(job, f"held: {held}; nothing is forgotten until it is explained")
    before = restic.snapshots()
    with verifier.store.read() as connection:
        seen = _first_seen(ledger.load(connection, declared.id), receipts.named(connection), before)
    going = tuple(_going(inventory, declared, before, seen, now))
    if not going and not resumed:
        return Proof(job, now, ok=True)
    restic.unlock()
    if going:
        _forget(verifier, declared, restic, {each.id for each in before}, going)
    freed = 0
    if folder is not None:
        upkeep.prune(restic)
        freed = pruned.write_off(verifier, declared, folder)
    else:
        with verifier.store.write() as connection:
            pruned.told(verifier, connection, declared, len(going), freed)
    return Proof(
        job, now, ok=True, files=len(going), bytes=freed, detail=Detail(forgotten=going[:100])
    )


def _forget(
    verifier: Verifier, declared: Repository, restic: Restic, before: set[str], going: Sequence[str]
) -> None:
    intended = pruned.intend(verifier, declared, going)
    try:
        upkeep.forget(restic, going)
    finally:
        after = {each.id for each in restic.snapshots()}
        pruned.stay(verifier, declared, [each for each in intended if each.name in after])
    _look_again(before, set(going), after)


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
