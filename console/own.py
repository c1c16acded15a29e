"""Looks at the collector itself: its disk, database, certificate, inventory, duties and outbox."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from sqlalchemy import Connection, func, select, text

from alerts.own import DutyHealth, Own
from alerts.tables import outbox
from collector.inventory.source import Source
from collector.store.database import Store
from console.health import LATE, Health, health

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(seconds=30)


class OwnLook:
    """Looks twice a minute at most; what was seen holds in between."""

    def __init__(self, store: Store, source: Source, folder: Path) -> None:
        self._store, self._source, self._folder = store, source, folder
        self._last: Own | None = None

    def at(self, now: datetime) -> Own:
        """How the collector is doing, as seen within the last half minute."""
        last = self._last
        if last is None or not timedelta(0) <= now - last.at < LOOK_EVERY:
            last = look(self._store, self._folder, now)
        # A mistake in the inventory is known at once; it costs nothing to ask.
        problem = str(self._source.problem) if self._source.problem else None
        self._last = Own(
            last.at,
            last.disk_free_bytes,
            last.disk_total_bytes,
            last.database_bytes,
            last.certificate_until,
            problem.splitlines()[0] if problem else None,
            duties(health(self._folder), now),
            last.notices_waiting,
            last.notices_since,
        )
        return self._last


def look(store: Store, folder: Path, now: datetime) -> Own:
    """One look. What can't be read is None: a full disk or a missing file must not end judgement."""
    free, total = _disk(folder)
    with store.read() as connection:
        database_bytes = _database_bytes(connection)
        waiting, since = _notices(connection)
    return Own(
        at=now,
        disk_free_bytes=free,
        disk_total_bytes=total,
        database_bytes=database_bytes,
        certificate_until=_certificate_until(folder),
        notices_waiting=waiting,
        notices_since=since,
    )


def duties(known: Sequence[Health], now: datetime) -> tuple[DutyHealth, ...] | None:
    """As the duties process last left word of itself; None where it never ran."""
    if not known:
        return None
    return tuple(
        DutyHealth(
            one.duty,
            one.at,
            one.error,
            late=now > one.at + timedelta(seconds=one.every_seconds) + LATE,
        )
        for one in known
    )


def _disk(folder: Path) -> tuple[int | None, int | None]:
    try:
        usage = shutil.disk_usage(folder)
    except OSError as error:
        log.warning("the disk of %s can't be looked at: %s", folder, error.strerror)
        return None, None
    return usage.free, usage.total


def _database_bytes(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(
            connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        )
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())


def _certificate_until(folder: Path) -> datetime | None:
    try:
        found = x509.load_pem_x509_certificate((folder / "ca" / "server.pem").read_bytes())
    except (OSError, ValueError):
        return None
    return found.not_valid_after_utc


def _notices(connection: Connection) -> tuple[int, datetime | None]:
    count, since = connection.execute(
        select(func.count(), func.min(outbox.c.made_at)).where(
            outbox.c.sent_at.is_(None), outbox.c.refused_at.is_(None)
        )
    ).one()
    return int(count), since
