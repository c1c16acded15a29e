"""What to do with an incident, step by step: which are done, which comes next, by when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from alerts.filing import Filed
from alerts.incidents import Incident
from alerts.queries import Duty, File
from alerts.sending import Dispatch

StepId = Literal[
    "take", "classify", "contain", "file", "send", "fix", "prove", "report", "final", "close"
]
Stands = Literal["done", "next", "later", "not-needed"]

CLOCK: Mapping[StepId, tuple[str, ...]] = {
    "classify": ("triage",),
    "send": ("anm-now", "anm-24h"),
    "report": ("anm-72h",),
    "final": ("anm-final",),
}
"""Which clocks run out on a step, the soonest first."""
ANCHOR: Mapping[StepId, str] = {
    "take": "act",
    "classify": "classify",
    "contain": "act",
    "file": "papers",
    "send": "papers",
    "fix": "act",
    "prove": "act",
    "report": "papers",
    "final": "papers",
    "close": "act",
}
"""Where on the page it is done."""


class Step(Struct, frozen=True):
    """One line of the checklist."""

    id: StepId
    stands: Stands
    due_at: datetime | None
    anchor: str


def steps(file: File, kept: Iterable[Filed], sent: Iterable[Dispatch]) -> tuple[Step, ...]:
    """In the order in which they are done; exactly one is next while the incident is open."""
    done = _done(file, tuple(kept), tuple(sent))
    duties = {one.obligation: one for one in file.duties}
    found: list[Step] = []
    is_next = file.incident.ended_at is None
    for step, is_done in done.items():
        stands: Stands = "later"
        if is_done is None:
            stands = "not-needed"
        elif is_done:
            stands = "done"
        elif is_next:
            stands, is_next = "next", False
        found.append(Step(step, stands, _due(step, duties), ANCHOR[step]))
    return tuple(found)


def _done(
    file: File, kept: tuple[Filed, ...], sent: tuple[Dispatch, ...]
) -> dict[StepId, bool | None]:
    """None: this incident does not need the step."""
    incident, acts = file.incident, {one.action for one in file.history}
    legal = incident.kind == "security" and not incident.drill
    told = {one.obligation for one in file.duties if one.state in {"sent", "not_applicable"}}
    first = {"anm-now", "anm-24h"} & {one.obligation for one in file.duties}
    return {
        "take": incident.state != "new",
        "classify": "classify" in acts or "triage" in told if legal else None,
        "contain": bool({"handle", "note", "fix"} & acts),
        "file": any(one.kind == "police" for one in kept) if legal else None,
        "send": _sent(incident, first, told, sent) if legal else None,
        "fix": incident.fixed_at is not None,
        "prove": incident.proved_at is not None,
        "report": "anm-72h" in told if legal else None,
        "final": "anm-final" in told if legal else None,
        "close": incident.state == "closed",
    }


def _sent(incident: Incident, first: set[str], told: set[str], sent: tuple[Dispatch, ...]) -> bool:
    """The police have it: by each clock of the first notice, or by any letter where there is none."""
    if first:
        return first <= told
    return any(one.state == "sent" for one in sent) or incident.state == "closed"


def _due(step: StepId, duties: Mapping[str, Duty]) -> datetime | None:
    running = (
        duties[one].due_at
        for one in CLOCK.get(step, ())
        if one in duties and duties[one].state in {"counting", "overdue"}
    )
    return min((one for one in running if one is not None), default=None)
