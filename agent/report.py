"""The nouns that leave a PC: a gap, a reading, and the report that carries one reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that could not be read. Absence of a part that the PC does not have is no gap."""

    field: str
    """Dotted path inside the section: `monitors`, `disks[0].health`."""
    cause: str
    """In words for the operator, what stood in the way: `permission denied: /sys/...`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one probe read: the section as `docs/wire.md` describes it, and its gaps."""

    section: Any
    gaps: tuple[Gap, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    """How far logs were read, for the agent itself: kept with the report, never sent."""


@dataclass(frozen=True, slots=True)
class Report:
    """One reading as it is spooled and sent. (agent, epoch, seq) names it for ever."""

    seq: int
    kind: str
    at: str
    """RFC 3339 in UTC by the PC's own clock: data, never used for order."""
    section: Any
    gaps: tuple[Gap, ...] = ()
    cpu_seconds: float = 0.0
    """What the reading cost the PC."""
