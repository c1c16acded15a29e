"""What a rule is: its place in the plan, what it opens, and the function that judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from alerts.finding import Finding
from alerts.office import Office
from collector.inventory.model import Inventory

Severity = Literal["critical", "warning", "info"]


class Subject(Protocol):
    """Anything declared that can be judged: a machine, an official, a line, a set, a repository."""

    @property
    def id(self) -> str: ...


S = TypeVar("S", bound=Subject)


@dataclass(frozen=True)
class Rule(Generic[S]):
    """One rule. Its texts (title, what, why, remedy, proof) stand in the catalogue under its id."""

    id: str
    item: Literal[23, 27, 28]
    severity: Severity
    """critical: act now; warning: this week; info: in the monthly report."""
    opens_incident: bool
    """False where only a purchase ends the lack: that is a figure of a report, not an incident."""
    subjects: Callable[[Inventory], tuple[S, ...]]
    judge: Callable[[Office, S], Finding]
    """Exactly one finding for every subject: pass, fail, or unknown with its reason."""
    tag: str = "other:undetermined"
    """Reference Security Incident Taxonomy, as `docs/rules.md` lists it."""
    group: str | None = None
    """N1 to N9, where the signal may be a security incident."""
    level: Literal["M1", "M2", "M3", "M4"] = "M4"
