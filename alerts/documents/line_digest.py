"""All that a paper on a line is made of: one span of it, and the records that its figures rest on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from alerts.documents.digest import Record
from alerts.documents.period import Period
from collector.inventory.model import Inventory, Line
from collector.line_readings import LineReading
from collector.lines.period import LinePeriod, Lost


class LineDigest(Struct, frozen=True, kw_only=True):
    """One line over one span. `until` is the moment of its figures."""

    inventory: Inventory
    line: Line
    period: Period
    until: datetime
    finished: bool
    """Whether the span is over: else the figures are provisional."""
    told: LinePeriod
    names: Mapping[str, str] = {}
    """What people call a machine."""
    records: Mapping[int, Record] = {}
    """By its number: every report that a vote or a test rests on."""
    sums: Mapping[int, str] = {}
    """By the interruption's number: the SHA-256 of its kept votes."""
    outage: Lost | None = None
    """The one interruption that an outage sheet is about."""
    looks: tuple[LineReading, ...] = ()
    """The collector's own looks around it, oldest first; none where they have been let go."""

    def name(self, asset: str) -> str:
        """In words where the inventory has them."""
        return self.names.get(asset, asset)
