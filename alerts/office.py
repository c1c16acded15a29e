"""All that judgement looks at: the office as declared, as observed, and the moment of judging."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from backup.status import Backups
from collector.inventory.model import Inventory
from collector.state import State


class Office(Struct, frozen=True):
    """One value in, findings out: rules read nothing else, no clock, no store."""

    inventory: Inventory
    state: State
    backups: Backups
    now: datetime
