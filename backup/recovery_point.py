"""On how many days the recovery point was held, from the instants of good backups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from backup.tables import backup_runs
from collector.store.columns import Instant


def days_held(
    successes: Sequence[datetime], rpo: timedelta, now: datetime, window_days: int
) -> tuple[int, int]:
    """On how many of the last days a backup was never older than the RPO, and of how many.

    A day counts from the first success on: before that there was nothing to hold.
    """
    times = sorted(successes)
    if not times:
        return 0, 0
    days = min(window_days, max(1, -(-(now - times[0]) // timedelta(days=1))))
    late = [(before + rpo, after) for before, after in zip(times, [*times[1:], now], strict=True)]
    spans = [(since, until) for since, until in late if since < until]
    held = 0
    for back in range(days):
        end = now - back * timedelta(days=1)
        start = end - timedelta(days=1)
        held += not any(since < end and until > start for since, until in spans)
    return held, days


def successes(connection: Connection, since: datetime) -> dict[str, list[datetime]]:
    """Instants of success of each set, from the last one before the window on."""
    inside = select(backup_runs.c.set_id, backup_runs.c.received_at).where(
        backup_runs.c.ok, backup_runs.c.received_at >= since
    )
    before = (
        select(backup_runs.c.set_id, func.max(backup_runs.c.received_at, type_=Instant()))
        .where(backup_runs.c.ok, backup_runs.c.received_at < since)
        .group_by(backup_runs.c.set_id)
    )
    found: dict[str, list[datetime]] = defaultdict(list)
    for statement in (before, inside):
        for set_id, received_at in connection.execute(statement):
            found[set_id].append(received_at)
    return found
