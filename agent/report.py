"""The nouns that leave a PC: a gap, a reading, and the report that carries one reading."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from agent.lean import Any, NamedTuple

NOTHING: Mapping[str, str] = MappingProxyType({})


class Gap(NamedTuple):
    """One thing that could not be read. Absence of a part that the PC does not have is no gap."""

    field: str
    """Dotted path inside the section: `monitors`, `disks[0].health`."""
    cause: str
    """In words for the operator, what stood in the way: `permission denied: /sys/...`."""


class Reading(NamedTuple):
    """What one probe read: the section as `docs/wire.md` describes it, and its gaps."""

    section: Any
    gaps: tuple[Gap, ...] = ()
    notes: Mapping[str, str] = NOTHING
    """How far logs were read, for the agent itself: kept with the report, never sent."""


class Written(NamedTuple):
    """A section as JSON text already: a child wrote it, and the resident only passes it on.

    Read into objects and written again, the programs of one PC would cost it megabytes.
    """

    text: str


class Report(NamedTuple):
    """One reading as it is spooled and sent. (agent, epoch, seq) names it for ever."""

    seq: int
    kind: str
    at: str
    """RFC 3339 in UTC by the PC's own clock: data, never used for order."""
    section: Any
    gaps: tuple[Gap, ...] = ()
    cpu_seconds: float = 0.0
    """What the reading cost the PC."""
