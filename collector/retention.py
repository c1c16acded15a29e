"""What the store lets go of: old loads, never a change of what a machine is or has."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from collector.store.database import Store
from collector.store.tables import latest, reports

KEEP_LOADS = timedelta(days=35)  # a month's report is made with a few days to spare
AT_ONCE = 500  # rows in one transaction: the agents' reports do not wait behind it


def prune(store: Store, now: datetime, at_once: int = AT_ONCE) -> int:
    """Delete loads that were received more than 35 days ago; returns how many.

    A machine's newest load stays, whatever its age: it is the evidence of what is shown.
    """
    old = (
        select(reports.c.id)
        .where(
            reports.c.kind == "load",
            reports.c.received_at < now - KEEP_LOADS,
            reports.c.id.not_in(select(latest.c.report)),
        )
        .limit(at_once)
    )
    deleted = 0
    while True:
        with store.write() as connection:
            count = connection.execute(delete(reports).where(reports.c.id.in_(old))).rowcount
        deleted += count
        if count < at_once:
            return deleted
