"""How bad an incident is by the ward's own thresholds; in doubt the higher level is chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from alerts.incidents import Level
from alerts.statements import number
from alerts.vocabulary import Field
from collector.inventory.incidents import Step, Thresholds


class Impact(Struct, frozen=True):
    """How far an incident reached, as far as anybody has said."""

    machines: float | None = None
    persons: float | None = None
    """Whose personal data was touched."""
    interruption_hours: float | None = None

    @classmethod
    def of(cls, told: Mapping[Field, str]) -> Impact:
        """What the officer stated."""
        return cls(
            number(told.get("machines")),
            number(told.get("data-subjects")),
            number(told.get("interruption-hours")),
        )


def level(impact: Impact, thresholds: Thresholds) -> Level:
    """The level that the thresholds give; M4 where none is reached or nothing was said."""
    if _reached(impact, thresholds.m1):
        return "M1"
    if _reached(impact, thresholds.m2):
        return "M2"
    return "M4"


def _reached(impact: Impact, step: Step) -> bool:
    """One measure is enough; exactly the threshold counts as reached."""
    pairs = (
        (impact.machines, step.machines),
        (impact.persons, step.persons),
        (impact.interruption_hours, step.interruption_hours),
    )
    return any(seen is not None and seen >= limit for seen, limit in pairs)
