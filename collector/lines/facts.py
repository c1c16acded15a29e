"""What is kept of a line over days: its availability, its tests, its interruptions. Values alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct


class Availability(Struct, frozen=True):
    """Shares of the time that was looked at in which the line was up; None: nobody looked."""

    office_ratio: float | None = None
    all_ratio: float | None = None
    office_seconds: float = 0.0
    """Looked at."""
    all_seconds: float = 0.0
    office_expected_seconds: float = 0.0
    """All office hours since the first day of the window that was looked at."""

    @property
    def office_down_seconds(self) -> float:
        """Looked at and found down."""
        ratio = 1.0 if self.office_ratio is None else self.office_ratio
        return self.office_seconds * (1 - ratio)


class Speed(Struct, frozen=True):
    """One speed test that came to figures. `report` is its row in `reports`."""

    at: datetime
    asset: str
    scope: str
    down_bits_per_second: float
    up_bits_per_second: float
    report: int | None = None
    latency_seconds: float | None = None
    jitter_seconds: float | None = None


class Cause(Struct, frozen=True):
    """Who is to blame for the interruption that lasts, and the reports that say so."""

    interruption: int
    began_at: datetime
    party: str
    because: str
    subject: str | None = None
    reports: tuple[int, ...] = ()


class LineFacts(Struct, frozen=True):
    """One line."""

    availability: Mapping[str, Availability] = {}
    """By window: `1d`, `7d`, `30d`."""
    speeds: tuple[Speed, ...] = ()
    """Newest first."""
    cause: Cause | None = None
    """Of the interruption that lasts now."""
