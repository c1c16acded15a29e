"""What is known of every backup set and repository, as values for rules, metrics and screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class Drill(Struct, frozen=True):
    """One restore drill: files restored to scratch and compared byte for byte."""

    at: datetime
    ok: bool
    files: int
    bytes: int
    mismatched: tuple[str, ...]
    seconds: float
    error: str | None = None


class SetStatus(Struct, frozen=True):
    """One backup set. An instant that is None means: never."""

    set: str
    last_success_at: datetime | None = None
    """When the collector received the receipt of the newest successful run."""
    last_receipt: int | None = None
    """Row in `reports` of that receipt: the evidence."""
    last_error: str | None = None
    """Of the newest run, when that one failed."""
    last_proof_at: datetime | None = None
    """Newest drill that restored at least one file and found every byte equal."""
    last_drill: Drill | None = None
    bytes: int | None = None
    rto_seconds: float | None = None
    """Time to restore the whole set, extrapolated from the last drill's rate."""


class RepositoryStatus(Struct, frozen=True):
    """One repository, as the sweep last left its ledger."""

    repository: str
    bytes: int = 0
    read_bytes: int = 0
    """Bytes whose hash was verified within the window of `sweep_days`."""
    oldest_unread_at: datetime | None = None
    """Since when the longest unread object has been unread; None while there is none."""
    last_sweep_at: datetime | None = None
    last_check_at: datetime | None = None
    problems: tuple[str, ...] = ()
    """Objects damaged, vanished or appeared without leave, in words."""


class Backups(Struct, frozen=True):
    """Every declared set and repository has an entry."""

    sets: Mapping[str, SetStatus] = {}
    repositories: Mapping[str, RepositoryStatus] = {}
