"""All that a periodic paper is made of: figures at the end of a span, month by month, and incidents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from alerts.documents.period import Period
from alerts.finding import Finding
from alerts.incidents import Incident
from alerts.queries import Delivery, Duty
from alerts.targets import Target
from collector.inventory.model import Inventory


class Kept(Struct, frozen=True):
    """One incident of the span, as the register keeps it."""

    incident: Incident
    title: str
    what: str
    duties: tuple[Duty, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    measures: tuple[str, ...] = ()
    handler: str | None = None
    lessons: str | None = None


class Record(Struct, frozen=True):
    """One report that a figure rests on."""

    id: int
    asset: str
    received_at: datetime
    sha256: str


class Digest(Struct, frozen=True, kw_only=True):
    """The office over one span. `until` is the moment of its figures."""

    inventory: Inventory
    period: Period
    until: datetime
    finished: bool
    """Whether the span is over: else the figures are provisional."""
    targets: tuple[Target, ...]
    months: tuple[tuple[str, tuple[Target, ...]], ...] = ()
    findings: Mapping[tuple[str, str], Finding] = {}
    """By rule and subject, at `until`."""
    names: Mapping[str, str] = {}
    """What people call a subject."""
    incidents: tuple[Kept, ...] = ()
    records: Mapping[int, Record] = {}

    def target(self, item: int) -> Target:
        """The figure of that item."""
        return next(one for one in self.targets if one.item == item)

    def name(self, subject: str) -> str:
        """In words where the inventory has them."""
        return self.names.get(subject, subject)
