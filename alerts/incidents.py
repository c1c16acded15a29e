"""An incident and its states: what may follow what, and who has to say why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from alerts.finding import Finding, Kind
from alerts.told import TOLD
from alerts.words import refusal

IncidentState = Literal[
    "new", "acknowledged", "handling", "fixed", "closed", "false_alarm", "duplicate", "void"
]
OPEN: frozenset[IncidentState] = frozenset({"new", "acknowledged", "handling", "fixed"})
ENDED: frozenset[IncidentState] = frozenset({"closed", "false_alarm", "duplicate", "void"})

Level = Literal["M1", "M2", "M3", "M4"]
SERIOUS: frozenset[Level] = frozenset({"M1", "M2"})

Flag = Literal[
    "national-security", "interruption", "personal-data", "personal-data-harm", "sensitive-data"
]
"""What an officer finds out about an incident, and the law asks for."""

Action = Literal[
    "take",
    "handle",
    "note",
    "fix",
    "prove",
    "close",
    "false-alarm",
    "duplicate",
    "void",
    "reopen",
]
"""What an officer does. What the suite does by itself is `opened`, `signal`, `recur`, `proved`…"""

FOLLOWS: dict[Action, dict[IncidentState, IncidentState]] = {
    "take": {"new": "acknowledged"},
    "handle": {"new": "handling", "acknowledged": "handling"},
    "note": {state: state for state in sorted(OPEN | ENDED)},
    "fix": {"acknowledged": "fixed", "handling": "fixed"},
    "prove": {"fixed": "fixed"},
    "close": {"fixed": "closed"},
    "false-alarm": dict.fromkeys(sorted(OPEN), "false_alarm"),
    "duplicate": dict.fromkeys(sorted(OPEN), "duplicate"),
    "void": dict.fromkeys(sorted(OPEN | ENDED - {"void"}), "void"),
    "reopen": dict.fromkeys(("fixed", "closed", "false_alarm", "duplicate"), "handling"),
}

NEEDS_REASON: frozenset[Action] = frozenset(
    {"note", "fix", "prove", "false-alarm", "duplicate", "void", "reopen"}
)

REOPENS_WITHIN = timedelta(hours=24)
"""The same alert so soon after the end is the same incident; later it is a new one, linked."""


class Incident(Struct, frozen=True):
    """One incident as it stands. `t0` is when the first signal reached the collector."""

    id: str
    kind: Kind
    rule: str
    subject: str
    state: IncidentState
    t0: datetime
    opened_at: datetime
    level: Level
    group: str | None
    tag: str
    drill: bool
    flags: tuple[Flag, ...]
    signal: Finding
    linked: str | None = None
    merged_into: str | None = None
    """Of a duplicate: the incident that goes on for both."""
    corrected_t0: datetime | None = None
    """What the clocks start from where T0 was corrected; `t0` itself is never edited."""
    fixed_at: datetime | None = None
    proved_at: datetime | None = None
    """When a reading received after the fix proved it; without one it can't be closed."""
    ended_at: datetime | None = None
    version: int = 1

    @property
    def starts_at(self) -> datetime:
        """What the legal clocks count from."""
        return self.corrected_t0 or self.t0

    @property
    def told(self) -> bool:
        """Whether a person reported it: no rule will read it, so a person has to prove its fix."""
        return self.rule in TOLD


class NotAllowed(Exception):  # noqa: N818 - it refuses an act, nothing went wrong
    """An act that does not follow from the incident's state. `key` names its text in `refused`.

    In words by itself it speaks English, as the command line does; `words.refusal` knows both.
    """

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(refusal(key, values, "en"))
        self.key = key
        self.values = values


def follow(incident: Incident, action: Action, reason: str) -> IncidentState:
    """The state after that act, or NotAllowed with what stands in the way."""
    after = FOLLOWS[action].get(incident.state)
    if after is None:
        raise NotAllowed(
            "state",
            incident=incident.id,
            state=incident.state,
            actions=action,
            allowed_actions=" ".join(actions(incident)),
        )
    if action == "prove" and not incident.told:
        raise NotAllowed("detected", incident=incident.id)
    if action in NEEDS_REASON and not reason.strip():
        raise NotAllowed("reason", incident=incident.id, actions=action)
    if action == "close" and incident.proved_at is None:
        raise NotAllowed("unproved", incident=incident.id)
    return after


def actions(incident: Incident) -> tuple[Action, ...]:
    """What an officer may do next, in the order of the buttons."""
    return tuple(
        action
        for action, states in FOLLOWS.items()
        if incident.state in states
        and (action != "close" or incident.proved_at is not None)
        and (action != "prove" or (incident.told and incident.proved_at is None))
    )


EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No office had this before: an earlier year is a slip, and the first one lies before all calendars
once it is told on another clock."""


def to_the_minute(instant: datetime) -> datetime:
    """Rounded down: a clock that starts early is never late."""
    return instant.replace(second=0, microsecond=0)


def proves(finding: Finding, fixed_at: datetime) -> bool:
    """A passing verdict that rests on something received after the fix."""
    return finding.verdict == "pass" and any(
        one.received_at is not None and one.received_at > fixed_at for one in finding.evidence
    )
