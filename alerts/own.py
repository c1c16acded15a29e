"""How the collector itself is doing, as judgement sees it: read at the edge, judged like a PC."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class DutyHealth(Struct, frozen=True):
    """One of the collector's own duties: what it failed with, whether it waits past its turn."""

    name: str
    at: datetime
    error: str | None = None
    late: bool = False


class Own(Struct, frozen=True):
    """Read at `at`. None: could not be read."""

    at: datetime
    disk_free_bytes: int | None = None
    disk_total_bytes: int | None = None
    database_bytes: int | None = None
    certificate_until: datetime | None = None
    inventory_problem: str | None = None
    """What is wrong with inventory.yaml; None: it is in force as it stands."""
    duties: tuple[DutyHealth, ...] | None = None
    notices_waiting: int | None = None
    """Notices that no channel took yet."""
    notices_since: datetime | None = None
    """When the oldest of them was written."""
