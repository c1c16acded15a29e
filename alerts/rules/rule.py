"""What a rule is: its place in the plan, what it opens, and the function that judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from alerts.finding import Finding
from alerts.office import Office


@dataclass(frozen=True)
class Rule:
    """One rule. Its texts (title, what, why, remedy, proof) stand in the catalogue under its id."""

    id: str
    item: Literal[23, 27, 28]
    severity: Literal["critical", "warning", "info"]
    """critical: act now; warning: this week; info: in the monthly report."""
    opens_incident: bool
    judge: Callable[[Office], Iterable[Finding]]
    tag: str = "other:undetermined"
    """Reference Security Incident Taxonomy, as `incidents.md` lists it."""
    group: str | None = None
    """N1 to N9, where the signal may be a security incident."""
    level: Literal["M1", "M2", "M3", "M4"] = "M4"
