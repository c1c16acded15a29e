"""When each backup set was last due by its schedule, as the command prints it and the API answers."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from backup.plan import scheduled_at
from collector.inventory.model import Inventory


class Due(Struct, frozen=True):
    """One set by its schedule."""

    set: str
    machine: str
    schedule: str
    last_due_at: datetime | None
    rpo_seconds: float


def plan(inventory: Inventory, now: datetime) -> tuple[Due, ...]:
    """Every declared set, in the inventory's order."""
    return tuple(
        Due(
            *(one.id, one.machine, one.schedule),
            scheduled_at(one, inventory.site.timezone, now),
            one.rpo_hours * 3600.0,
        )
        for one in inventory.backups
    )
