"""What is known of every backup set and repository, as values for rules, metrics and screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from backup.forecast import Basis


class Drill(Struct, frozen=True):
    """One restore drill: a draw of files, or all, restored to scratch and compared."""

    at: datetime
    ok: bool
    files: int
    bytes: int
    mismatched: tuple[str, ...]
    seconds: float
    error: str | None = None
    compared: int = 0
    """Files held against what the PC had read; the others agree in size alone."""


class SetStatus(Struct, frozen=True):
    """One backup set. An instant that is None means: never."""

    set: str
    asset: str = ""
    """The machine that holds the data."""
    rpo_seconds: float = 0.0
    """As declared: a backup older than this is late."""
    last_success_at: datetime | None = None
    """When the collector received the receipt of the newest successful run."""
    last_receipt: int | None = None
    """Row in `reports` of that receipt: the evidence."""
    last_error: str | None = None
    """Of the newest run, when that one failed."""
    last_proof_at: datetime | None = None
    """Newest restore, of a draw or of all, that brought files back and found every byte equal."""
    last_drill: Drill | None = None
    """The newest that failed and was not made good since; else the newest of all."""
    bytes: int | None = None
    rto_seconds: float | None = None
    """Time to restore the whole set as it is now."""
    rto_basis: Basis | None = None
    """`bound`: it is an upper bound from a drill's rate; else it is a forecast."""
    rto_errors: tuple[float, ...] = ()
    """How far off the newest forecasts were, the newest first; 0.1: it took a tenth longer."""
    copies: int = 0
    """Repositories that hold it, the PC's own data not counted."""
    media: int = 0
    """Different media among them."""
    offsite: bool = False
    """Whether one of them lies outside of the building."""
    rpo_held_days: int = 0
    """Of the last `rpo_days`, those on which the newest backup was never older than the RPO."""
    rpo_days: int = 0
    signs: tuple[str, ...] = ()
    """Signs of ransomware that nobody has explained yet: `mass-change (…)`."""
    signs_since: datetime | None = None
    signs_at: datetime | None = None
    """When the newest receipt in which they were looked for came."""
    signs_report: int | None = None
    """Row in `reports` of the newest receipt in which they were looked for; None: in none yet."""
    signs_unknown: tuple[str, ...] = ()
    """Those that could not be looked for in it."""


class RepositoryStatus(Struct, frozen=True):
    """One repository, as the sweep last left its ledger."""

    repository: str
    bytes: int = 0
    read_bytes: int = 0
    """Bytes whose hash was verified within the window of `sweep_days`."""
    oldest_unread_at: datetime | None = None
    """When the object that has waited longest was last read, or first seen if never read: every
    byte was read since. None while nothing is stored."""
    errors: int = 0
    """Objects that are not as they were stored."""
    copy_of: str | None = None
    """The repository that this one is a second copy of."""
    last_copy_at: datetime | None = None
    """When all of the first repository was last found here: of a disk that is brought in, last seen."""
    kind: str = "folder"
    """How it is reached: folder, rest, sftp, s3."""
    quarantined: int = 0
    """Objects in quarantine that the officer has not seen yet."""
    holds: tuple[str, ...] = ()
    """What keeps old snapshots from being forgotten until somebody explains it."""
    failed_proofs: int = 0
    """Sweeps, checks, drills and whole restores of this repository that ever failed."""
    last_sweep_at: datetime | None = None
    last_check_at: datetime | None = None
    problems: tuple[str, ...] = ()
    """Objects damaged, vanished or appeared without leave, and checks that failed, in words."""
    obstacles: tuple[str, ...] = ()
    """What keeps proofs from being made, and says nothing of the bytes: restic is missing."""


class Backups(Struct, frozen=True):
    """Every declared set and repository has an entry."""

    site: str = ""
    sets: Mapping[str, SetStatus] = {}
    repositories: Mapping[str, RepositoryStatus] = {}
