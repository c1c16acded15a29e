"""What the officer answers for: a device that was changed, or is about to be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from collector.devices.ledger import unpin
from collector.devices.tables import device_configurations, device_plans


def accept(connection: Connection, device: str, until_at: datetime, actor: str) -> tuple[str, ...]:
    """Trust identity, host key and configuration as they are, and what changes until then.

    Returns what is pinned anew with the next look.
    """
    connection.execute(delete(device_plans).where(device_plans.c.device == device))
    row = {"device": device, "until_at": until_at, "actor": actor}
    connection.execute(insert(device_plans).values(**row))
    here = device_configurations.c.device == device
    connection.execute(update(device_configurations).where(here).values(planned=True))
    return unpin(connection, device)


def planned(connection: Connection, device: str, at: datetime) -> bool:
    """Whether a change at that moment was announced."""
    here = device_plans.c.device == device
    until_at = connection.execute(select(device_plans.c.until_at).where(here)).scalar_one_or_none()
    return until_at is not None and at <= until_at
