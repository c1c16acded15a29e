"""The live state of the fleet: the newest reading of each kind of each asset, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, Literal, TypeVar

from msgspec import Struct

from collector.readings import (
    Backup,
    Gap,
    Hardware,
    LineReading,
    Load,
    Presence,
    Security,
    System,
)

T = TypeVar("T")


class Latest(Struct, Generic[T], frozen=True):
    """The newest reading of one kind. `report` is the row in `reports`: its evidence."""

    report: int
    at: datetime
    """By the PC's clock: shown, never compared."""
    received_at: datetime
    """By the collector's clock: what ages are measured with."""
    value: T
    gaps: tuple[Gap, ...] = ()


class Agent(Struct, frozen=True):
    """One joined agent."""

    id: str
    asset: str | None
    state: Literal["pending", "approved", "revoked"]
    hostname: str
    joined_at: datetime
    last_report_at: datetime | None = None


class Machine(Struct, frozen=True):
    """All that is known of one asset. What never came is None."""

    asset: str
    agent: Agent | None = None
    hardware: Latest[Hardware] | None = None
    system: Latest[System] | None = None
    load: Latest[Load] | None = None
    security: Latest[Security] | None = None
    presence: Latest[Presence] | None = None
    backups: Mapping[str, Latest[Backup]] = {}
    """The newest receipt of each set, whether it succeeded or not."""
    cpu_ratio: float | None = None
    """Between the two newest loads of the same boot."""


class State(Struct, frozen=True):
    """The fleet at one moment. An asset without an agent has no entry."""

    machines: Mapping[str, Machine] = {}
    lines: Mapping[str, tuple[LineReading, ...]] = {}
    """Newest first, at least the last ten minutes."""
