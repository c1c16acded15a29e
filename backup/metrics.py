"""The families of backups: every declared set and repository keeps its series, proved or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from math import nan

from backup.status import Backups, RepositoryStatus, SetStatus
from collector.exposition import Family, Sample

NEVER = 0.0
"""As an instant: `time() - x` is then older than any limit, so that a rule needs no second case."""


def families(backups: Backups, now: datetime) -> Iterable[Family]:
    """Every family of this package."""
    yield from _of_sets(backups)
    yield from _of_repositories(backups, now)


def _of_sets(backups: Backups) -> Iterator[Family]:
    def family(name: str, help: str, value: Callable[[SetStatus], float]) -> Family:
        labels = {"site": backups.site}
        return Family(
            f"wardwatch_backup_{name}",
            "gauge",
            help,
            tuple(
                Sample({"asset": status.asset, **labels, "set": status.set}, value(status))
                for status in backups.sets.values()
            ),
        )

    yield family(
        "last_success_timestamp_seconds",
        "When the receipt of the newest successful backup came; 0 for never",
        lambda status: _instant(status.last_success_at),
    )
    yield family(
        "last_proof_timestamp_seconds",
        "When files were last restored and found equal; 0 for never",
        lambda status: _instant(status.last_proof_at),
    )
    yield family(
        "rpo_seconds",
        "Recovery point objective as declared: an older backup is late",
        lambda status: status.rpo_seconds,
    )
    yield family(
        "rto_seconds",
        "Forecast time to restore the whole set, an upper bound before its first whole restore;"
        " NaN before the first good drill",
        lambda status: nan if status.rto_seconds is None else status.rto_seconds,
    )
    yield family(
        "copies",
        "Repositories that hold the set",
        lambda status: status.copies,
    )
    yield family(
        "bytes",
        "Size of the newest successful backup; NaN before the first",
        lambda status: nan if status.bytes is None else float(status.bytes),
    )


def _of_repositories(backups: Backups, now: datetime) -> Iterator[Family]:
    def family(name: str, help: str, value: Callable[[RepositoryStatus], float]) -> Family:
        return Family(
            f"wardwatch_repository_{name}",
            "counter" if name.endswith("_total") else "gauge",
            help,
            tuple(
                Sample({"site": backups.site, "repository": status.repository}, value(status))
                for status in backups.repositories.values()
            ),
        )

    yield family("bytes", "Bytes stored", lambda status: status.bytes)
    yield family(
        "read_ratio",
        "Share of the stored bytes that were read again and matched within sweep_days",
        lambda status: status.read_bytes / status.bytes if status.bytes else 0.0,
    )
    yield family(
        "oldest_unread_seconds",
        "Age of the oldest reading: every byte was read since; NaN while nothing is stored",
        lambda status: _age(status, now),
    )
    yield family(
        "damaged_objects",
        "Objects that are not as they were stored",
        lambda status: status.errors,
    )
    yield family(
        "quarantined_objects",
        "Objects in quarantine that nobody has looked at yet",
        lambda status: status.quarantined,
    )
    yield family(
        "held",
        "What keeps old snapshots from being forgotten until it is explained",
        lambda status: len(status.holds),
    )
    yield family(
        "last_copy_timestamp_seconds",
        "Of a second copy: when all of the first was last found there; 0 for never",
        lambda status: _instant(status.last_copy_at),
    )
    yield family(
        "errors_total",
        "Sweeps, checks, drills and whole restores that failed",
        lambda status: status.failed_proofs,
    )


def _instant(at: datetime | None) -> float:
    return at.timestamp() if at else NEVER


def _age(status: RepositoryStatus, now: datetime) -> float:
    since = status.oldest_unread_at
    return (now - since).total_seconds() if since else nan
