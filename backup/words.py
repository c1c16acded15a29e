"""The statement in sentences: what is proved of each repository and set, and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from backup import measured
from backup.status import Backups, RepositoryStatus, SetStatus
from collector.inventory.model import Inventory
from collector.messages import Language, catalogue


def sentences(backups: Backups, inventory: Inventory, language: Language) -> tuple[str, ...]:
    """One line each, in the order of the inventory; instants in the site's own hours."""
    zone = ZoneInfo(inventory.site.timezone)
    return (
        *(
            sentence
            for declared in inventory.repositories
            for sentence in _repository(backups.repositories[declared.id], zone, language)
        ),
        *(
            sentence
            for declared in inventory.backups
            for sentence in _set(backups.sets[declared.id], zone, language)
        ),
    )


def in_one(backups: Backups, inventory: Inventory, language: Language) -> str | None:
    """The whole of it in one sentence; None where nothing is declared to be backed up.

    A repository on another machine is not read from here, and counts as not read.
    """
    stores = [backups.repositories[declared.id] for declared in inventory.repositories]
    sets = [backups.sets[declared.id] for declared in inventory.backups]
    if not stores or not sets:
        return None
    zone = ZoneInfo(inventory.site.timezone)
    read = _oldest("read", (_read_at(one) for one in stores), zone, language)
    proved = _oldest("proved", (_proved_at(one) for one in sets), zone, language)
    return catalogue("backup").text(language, "all.both", read=read, proved=proved)


def _read_at(status: RepositoryStatus) -> datetime | None:
    """Since when every byte was read and matched; None where one was not."""
    is_read = status.kind == "folder" and status.last_sweep_at and not status.errors
    return status.oldest_unread_at if is_read and status.read_bytes == status.bytes else None


def _proved_at(status: SetStatus) -> datetime | None:
    """When it was last restored and equal; None where it never was, or failed since."""
    return status.last_proof_at if status.last_drill and status.last_drill.ok else None


def _oldest(
    done: str, instants: Iterable[datetime | None], zone: ZoneInfo, language: Language
) -> str:
    texts, every = catalogue("backup"), tuple(instants)
    known = [one for one in every if one is not None]
    if len(known) < len(every):
        counts: dict[str, object] = {"count": len(every) - len(known), "total": len(every)}
        return texts.text(language, f"all.un{done}", **counts)
    return texts.text(language, f"all.{done}", at=_local(min(known), zone))


def _repository(status: RepositoryStatus, zone: ZoneInfo, language: Language) -> Iterator[str]:
    texts, named = catalogue("backup"), status.repository
    if status.copy_of is not None:
        yield _copy(status, zone, language)
    if status.kind != "folder":
        yield texts.text(language, "repository.elsewhere", repository=named, kind=status.kind)
    elif status.last_sweep_at is None or status.oldest_unread_at is None:
        yield texts.text(language, "repository.never", repository=named)
    elif status.read_bytes < status.bytes:
        percent = status.read_bytes * 100 // status.bytes
        yield texts.text(language, "repository.partly", repository=named, percent=percent)
    else:
        since = _local(status.oldest_unread_at, zone)
        yield texts.text(language, "repository.read", repository=named, at=since)
    if status.quarantined:
        count = status.quarantined
        yield texts.text(language, "repository.quarantined", repository=named, count=count)
    if status.holds:
        yield texts.text(language, "repository.held", repository=named, count=len(status.holds))
    if status.errors:
        yield texts.text(language, "repository.damaged", repository=named, errors=status.errors)


def _copy(status: RepositoryStatus, zone: ZoneInfo, language: Language) -> str:
    texts, first = catalogue("backup"), status.copy_of or ""
    if status.last_copy_at is None:
        return texts.text(language, "repository.copy-never", repository=status.repository, of=first)
    at = _local(status.last_copy_at, zone)
    return texts.text(language, "repository.copy", repository=status.repository, of=first, at=at)


def _set(status: SetStatus, zone: ZoneInfo, language: Language) -> Iterator[str]:
    texts, named, drill = catalogue("backup"), status.set, status.last_drill
    if status.last_success_at is None:
        yield texts.text(language, "set.no-backup", set=named)
        return
    yield texts.text(
        language,
        "set.rpo",
        set=named,
        rpo_hours=f"{status.rpo_seconds / 3600:g}",
        held=status.rpo_held_days,
        days=status.rpo_days,
    )
    counts: dict[str, object] = {"copies": status.copies, "media": status.media}
    where = "set.copies-offsite" if status.offsite else "set.copies"
    yield texts.text(language, where, set=named, **counts)
    if drill is None:
        yield texts.text(language, "set.unproved", set=named)
    elif drill.ok:
        at = _local(drill.at, zone)
        yield texts.text(
            language, "set.proved", set=named, at=at, files=drill.files, compared=drill.compared
        )
    else:
        error = drill.error or "-"
        yield texts.text(language, "set.failed", set=named, at=_local(drill.at, zone), error=error)
    if status.rto_seconds is not None:
        sure = "set.rto-at-most" if status.rto_basis == "bound" else "set.rto"
        yield texts.text(language, sure, set=named, seconds=ceil(status.rto_seconds))
    worst = measured.worst(status.rto_errors)
    if worst is not None:
        off: dict[str, object] = {
            "percent": ceil(abs(worst) * 100),
            "count": len(status.rto_errors),
        }
        yield texts.text(language, "set.rto-off", set=named, **off)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M %d/%m/%Y")
