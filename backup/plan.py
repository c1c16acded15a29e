"""Which backups are to be asked for, and which proofs are due: pure, from rows and the time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim

from collector.inventory.model import BackupSet, Inventory

Kind = Literal[
    "prepare",
    "watch",
    "sweep",
    "drill",
    "whole",
    "check",
    "heal",
    "copy",
    "retain",
    "selftest",
    "restore",  # for people: never planned, and a row beside the others
]

LOST = timedelta(hours=8)
"""An ask without a receipt for so long: the PC went off in the middle; it is asked anew."""
RETRY = timedelta(hours=1)
"""After a failed backup, sweep or preparation."""
RETRY_PROOF = timedelta(hours=6)
"""After a failed drill or check: it is a finding already, and repeating it costs the disk."""
RETRY_WHOLE = timedelta(days=1)
"""After a failed whole restore, which reads all of the set."""
SMALL_BYTES = 4 * 1024**3
"""A set of this size is restored whole at any hour; a larger one by night, as the disk has to work."""
NIGHT = range(20, 24), range(5)
"""Hours of the site's own clock."""
SWEEP_EVERY = timedelta(hours=23)
"""A little less than a day, so that sweeps do not wander through the hours."""
CHECK_EVERY = timedelta(days=7)
WATCH_EVERY = timedelta(minutes=10)
"""Junk that a stolen login put into a repository stops its backups for so long at most."""
SKEW = timedelta(minutes=5)
"""So far clocks of servers that share the duties may be apart."""
SELFTEST = "selftest"
"""Stands for the repository of the verifier's own test: one that is made and thrown away."""


@dataclass(frozen=True)
class History:
    """What is known of one set's runs. None: never."""

    asked_at: datetime | None = None
    """Of an ask that is still open."""
    attempted_at: datetime | None = None
    """When it was last asked for, or a receipt last came."""
    ok: bool | None = None
    """Of the newest receipt."""
    snapshot: str | None = None
    """The newest that a receipt named."""
    bytes: int | None = None
    """Of that snapshot, all its files together."""


@dataclass(frozen=True)
class Proved:
    """The newest proof of one kind."""

    at: datetime
    ok: bool


@dataclass(frozen=True)
class Job:
    """One proof to make. `set` stands with drills and whole restores alone."""

    kind: Kind
    repository: str
    set: str | None = None


@dataclass(frozen=True)
class Known:
    """All that planning looks at, beside the inventory and the time."""

    history: Mapping[str, History]
    proved: Mapping[Job, Proved]
    reporting: Set[str]
    """Assets whose agent is there now: no other is asked, so that none blocks a repository."""
    prepared: Set[str]
    """Repositories that exist."""
    elsewhere: Set[str] = frozenset()
    """Repositories on another machine: their bytes cannot be swept from here."""
    waiting: Set[str] = frozenset()
    """Repositories whose PC has yet to make the password: none is made without it."""
    handed_in_at: Mapping[str, datetime] = field(default_factory=dict)
    """When a repository was bound to the password that its PC made."""


def due_backups(inventory: Inventory, known: Known, now: datetime) -> tuple[BackupSet, ...]:
    """The sets to ask for now: one at a time for each repository, the longest waiting first.

    Those that were never backed up come after those that were.
    """
    taken = busy(inventory, known, now)
    chosen: list[BackupSet] = []
    for declared in sorted(inventory.backups, key=lambda each: _turn(known, each)):
        free = declared.repository in known.prepared and declared.repository not in taken
        if (
            free
            and declared.machine in known.reporting
            and _is_due(inventory, declared, known, now)
        ):
            chosen.append(declared)
            taken.add(declared.repository)
    return tuple(chosen)


def due_proofs(inventory: Inventory, known: Known, now: datetime) -> tuple[Job, ...]:
    """The proofs to make now, the most urgent first; a repository with a backup at work waits."""
    taken = busy(inventory, known, now)
    return tuple(
        job
        for job in _jobs(inventory, known)
        if (job.kind == "watch" or job.repository not in taken)
        and _proof_is_due(inventory, job, known, now)
    )


def busy(inventory: Inventory, known: Known, now: datetime) -> set[str]:
    """Repositories into which a backup may run now; a PC that went off holds nobody up."""
    return {
        declared.repository
        for declared in inventory.backups
        if declared.machine in known.reporting
        and (asked_at := _history(known, declared).asked_at)
        and _elapsed(asked_at, now) < LOST
    }


def scheduled_at(declared: BackupSet, timezone: str, now: datetime) -> datetime:
    """The newest moment of the set's schedule that has passed, in the site's own hours."""
    minute = now.astimezone(ZoneInfo(timezone)).replace(second=0, microsecond=0)
    # Going backwards, cronsim leaves out the minute that it starts from.
    newest: datetime = next(CronSim(declared.schedule, minute + timedelta(minutes=1), reverse=True))
    return newest


def _is_due(inventory: Inventory, declared: BackupSet, known: Known, now: datetime) -> bool:
    history = _history(known, declared)
    if history.attempted_at is None:
        return True  # soon after joining: an office without a backup does not wait for the night
    if history.asked_at:
        return _elapsed(history.asked_at, now) >= LOST
    if history.ok is False:
        return _elapsed(history.attempted_at, now) >= RETRY
    if history.attempted_at > now + SKEW:
        return True
    return history.attempted_at < scheduled_at(declared, inventory.site.timezone, now)


def _turn(known: Known, declared: BackupSet) -> tuple[bool, float]:
    """Recovery points that are held come first: sixty first backups must not break those there are."""
    history = _history(known, declared)
    return history.snapshot is None, history.attempted_at.timestamp() if history.attempted_at else 0


def _history(known: Known, declared: BackupSet) -> History:
    return known.history.get(declared.id, History())


def _jobs(inventory: Inventory, known: Known) -> Iterator[Job]:
    stored = [each for each in inventory.backups if _history(known, each).snapshot]
    copies = [each for each in inventory.repositories if each.copy_of]
    filled = _ordered(each.repository for each in stored)
    first = _ordered(each.id for each in inventory.repositories if not each.copy_of)
    for repository in first:
        if repository not in known.prepared and repository not in filled:
            yield Job("prepare", repository)
    copied = [each.id for each in copies if known.proved.get(Job("copy", each.id))]
    here = [each for each in (*filled, *copied) if each not in known.elsewhere]
    yield from (Job("watch", repository) for repository in here)
    yield from (Job("heal", repository) for repository in here if _may_heal(inventory, repository))
    yield from (Job("sweep", repository) for repository in here)
    yield from (Job("drill", each.repository, each.id) for each in stored)
    yield from (Job("check", repository) for repository in filled)
    for each in copies:
        if each.copy_of in filled:
            made = each.exact or known.proved.get(Job("prepare", each.id))
            yield Job("copy" if made else "prepare", each.id)
    yield from (Job("retain", repository) for repository in filled)
    yield from (Job("whole", each.repository, each.id) for each in stored)
    if filled:
        yield Job("selftest", SELFTEST)


def _may_heal(inventory: Inventory, repository: str) -> bool:
    """Whether the same ciphertext lies in another folder."""
    return any(
        each.exact and repository in (each.id, each.copy_of) for each in inventory.repositories
    )


def _proof_is_due(inventory: Inventory, job: Job, known: Known, now: datetime) -> bool:
    last = known.proved.get(job)
    if job.kind == "heal":
        return _heal_is_due(job, known, now)
    if job.kind == "whole" and not _may_restore_whole(inventory, job, known, now):
        return False
    if last is None:
        return True
    if last.ok:
        return _elapsed(last.at, now) >= _period(inventory, job)
    return _may_hold_now(inventory, job, known, last) or _elapsed(last.at, now) >= _retry(
        job, known
    )


def _may_hold_now(inventory: Inventory, job: Job, known: Known, last: Proved) -> bool:
    """Whether what the proof failed for came since: then it is made anew at once."""
    if job.kind == "prepare":
        return _has_come(job, known, last)
    return job.kind == "check" and any(
        each.repository == job.repository
        and (at := _history(known, each).attempted_at)
        and at > last.at
        for each in inventory.backups
    )


def _has_come(job: Job, known: Known, last: Proved) -> bool:
    """Whether the password came since the repository could not be made for want of it."""
    handed_in_at = known.handed_in_at.get(job.repository)
    return handed_in_at is not None and handed_in_at >= last.at


def _heal_is_due(job: Job, known: Known, now: datetime) -> bool:
    """Once something was found that is not as it was, and again after each later finding."""
    found = [known.proved.get(Job(kind, job.repository)) for kind in ("sweep", "watch")]
    failed = max((each.at for each in found if each and not each.ok), default=None)
    last = known.proved.get(job)
    if failed is None:
        return False
    return last is None or (last.ok and failed > last.at) or _elapsed(last.at, now) >= RETRY


def _may_restore_whole(inventory: Inventory, job: Job, known: Known, now: datetime) -> bool:
    """Once a drill held, and by night where the set is large."""
    drilled = known.proved.get(Job("drill", job.repository, job.set))
    if drilled is None or not drilled.ok:
        return False
    size_bytes = known.history.get(job.set or "", History()).bytes
    hour = now.astimezone(ZoneInfo(inventory.site.timezone)).hour
    return (size_bytes or 0) <= SMALL_BYTES or any(hour in hours for hours in NIGHT)


def _retry(job: Job, known: Known) -> timedelta:
    if job.kind == "whole":
        return RETRY_WHOLE
    if job.repository in known.waiting:
        return SWEEP_EVERY  # it is said once a day, until its PC has joined
    return RETRY_PROOF if job.kind in ("drill", "check", "retain") else RETRY


def _elapsed(at: datetime, now: datetime) -> timedelta:
    """Since then. What lies in the future was noted by a clock that was wrong: it holds nothing up."""
    return now - at if at <= now + SKEW else timedelta.max


def _period(inventory: Inventory, job: Job) -> timedelta:
    if job.kind in ("drill", "whole"):
        declared = next(each for each in inventory.backups if each.id == job.set)
        return timedelta(days=declared.drill_days if job.kind == "drill" else declared.whole_days)
    daily = {"sweep", "copy", "retain"}
    weekly = {"check", "selftest"}
    if job.kind == "watch":
        return WATCH_EVERY
    return SWEEP_EVERY if job.kind in daily else CHECK_EVERY if job.kind in weekly else RETRY


def _ordered(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
