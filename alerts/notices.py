"""What people are to be told, when, and what explains what: decided from rows and the time. Pure.

Many things at once are one message; what has a known cause waits while the cause is open; what is
not urgent waits for office hours; what nobody takes up goes to those above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from alerts.finding import Values
from alerts.incidents import ENDED, SERIOUS, Incident
from alerts.rules import RULES
from alerts.rules.rule import Severity
from collector.inventory.model import Channel, Inventory, Notices

Kind = Literal["opened", "recovered", "untaken", "clock"]
"""A new or returning incident; one whose readings pass again; one that nobody took up; a legal
clock of which a share has run."""
Dropped = Literal["ended", "passed"]

RANKS: dict[Severity, int] = {"info": 0, "warning": 1, "critical": 2}
SERIOUS_RANK = 3
"""A security incident of M1 or M2 waits for nothing that was told before it."""
URGENT = RANKS["critical"]
ABOVE: frozenset[Kind] = frozenset({"untaken", "clock"})
"""What those above the officer are told, and all that they are told."""

ONE_MACHINE: Mapping[str, frozenset[str]] = {
    "agent-silent": frozenset({"agent-cloned", "disk-unhealthy"}),
    "disk-filling": frozenset({"disk-unhealthy"}),
    "backup-late": frozenset({"agent-silent", "disk-unhealthy", "repository-damaged"}),
    "backup-unproved": frozenset({"backup-late", "repository-damaged"}),
    "dns-failing": frozenset({"line-down"}),
    "line-slow": frozenset({"line-down"}),
    "line-unstable": frozenset({"line-down"}),
}
"""Effect to its causes, where both are of the same machine, line, set or repository."""
OFFICE_WIDE: Mapping[str, frozenset[str]] = {
    "agent-silent": frozenset({"office-unreachable", "ups-on-battery", "device-unreachable"}),
    "device-unreachable": frozenset({"office-unreachable", "ups-on-battery", "device-unreachable"}),
    "line-down": frozenset({"ups-on-battery", "device-unreachable"}),
}
"""Effect to causes that take others with them, where both begin within a quarter of an hour: power
that is out, and a switch or router between."""
AT_ONCE = timedelta(minutes=15)
CARRIERS = frozenset({"switch", "router"})
"""Kinds of devices behind which others hang; a dead printer explains nothing but itself."""


class Notice(Struct, frozen=True):
    """One thing that happened and is to be told."""

    id: int
    kind: Kind
    incident: Incident | None
    """As it stands now. None: a report that is due every year."""
    at: datetime
    detail: Values = {}
    explains: int = -1
    """The worst of what waits because this one explains it: who tells the cause tells of that."""

    @property
    def rank(self) -> int:
        """How bad it is: 0 for a monthly figure, 2 for now, 3 for a serious security incident."""
        return max(self._own_rank, self.explains)

    @property
    def _own_rank(self) -> int:
        if self.incident is None:
            return RANKS["warning"]
        if self.incident.kind == "security" and self.incident.level in SERIOUS:
            return SERIOUS_RANK
        return RANKS[severity(self.incident)]

    @property
    def urgent(self) -> bool:
        """Whether it is told by night too. That something is over waits for the morning."""
        if self.incident is None:
            return False
        return self.kind in ABOVE or (self.kind == "opened" and self.rank >= URGENT)


class Told(Struct, frozen=True):
    """The last message: when it was made and the worst that it told."""

    at: datetime | None = None
    rank: int = -1


class Decision(Struct, frozen=True):
    """What is told now, together, and what is never told because it ended by itself."""

    tell: tuple[Notice, ...] = ()
    drop: tuple[tuple[Notice, Dropped], ...] = ()


def severity(incident: Incident) -> Severity:
    """The rule's; a rule that is no more counts as a warning."""
    rule = RULES.get(incident.rule)
    return rule.severity if rule else "warning"


def decide(
    pending: Iterable[Notice],
    open_incidents: Iterable[Incident],
    told: Told,
    inventory: Inventory,
    *,
    office_open: bool,
    now: datetime,
) -> Decision:
    """Of what has not been told yet: what goes out now, what never will; the rest waits."""
    notices, causes = tuple(pending), tuple(open_incidents)
    drop = _over(notices)
    gone = {one.id for one, _ in drop}
    left = [one for one in notices if one.id not in gone]
    waiting = _without_effects(left, causes, inventory)
    settings = inventory.notices
    by_night = [one for one in waiting if one.urgent]
    in_hours = waiting if office_open or settings.quiet == "never" else by_night
    ready = in_hours if _ready(in_hours, told, settings, now) else []
    return Decision(tuple(ready), drop)


def lasting(
    open_incidents: Iterable[Incident], passing: Mapping[tuple[str, str], datetime], now: datetime
) -> tuple[Incident, ...]:
    """Those that may still explain others. `passing`: since when a rule's finding has passed again.

    Power that is back explains no PC that is not; the others get a quarter of an hour to follow.
    """
    return tuple(
        one for one in open_incidents if now - passing.get((one.rule, one.subject), now) <= AT_ONCE
    )


def causes_of(
    one: Notice, open_incidents: Iterable[Incident], inventory: Inventory
) -> tuple[Incident, ...]:
    """The open incidents that explain this one: the cause is told, and is enough.

    A security signal has no such cause: neither a switch that dies nor a disk that will kills an
    agent. Another security signal may be one: it is told as loudly.
    """
    if one.incident is None:
        return ()
    effect = one.incident
    causes = ONE_MACHINE.get(effect.rule, frozenset())
    places = _places(effect.subject, inventory)
    return tuple(
        other
        for other in open_incidents
        if (effect.kind != "security" and _office_wide(effect, other, inventory))
        or (
            other.rule in causes
            and (effect.kind != "security" or other.kind == "security")
            and places & _places(other.subject, inventory)
        )
    )


def _without_effects(
    notices: Iterable[Notice], open_incidents: tuple[Incident, ...], inventory: Inventory
) -> list[Notice]:
    """What has no cause, each as bad as the worst that it explains: a switch may hide a server."""
    told: list[Notice] = []
    worst: dict[str, int] = {}
    for one in notices:
        causes = causes_of(one, open_incidents, inventory) if one.kind == "opened" else ()
        for cause in causes:
            worst[cause.id] = max(worst.get(cause.id, -1), one.rank)
        if not causes:
            told.append(one)
    return [
        replace(one, explains=worst.get(one.incident.id, -1))
        if one.incident and one.kind == "opened"
        else one
        for one in told
    ]


def _office_wide(effect: Incident, cause: Incident, inventory: Inventory) -> bool:
    if cause.rule not in OFFICE_WIDE.get(effect.rule, frozenset()) or cause.id == effect.id:
        return False
    if abs(cause.opened_at - effect.opened_at) > AT_ONCE:
        return False
    kinds = {one.id: one.kind for one in inventory.devices}
    carries = kinds.get(cause.subject) in CARRIERS
    carried = kinds.get(effect.subject) not in CARRIERS
    return (carries and carried) if cause.rule == "device-unreachable" else True


def shown(channel: Channel, notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """What of it that channel tells."""
    above = [one for one in notices if one.kind in ABOVE and one.incident is not None]
    if channel.escalation:
        return tuple(above)
    least = RANKS[channel.least]
    return tuple(one for one in notices if one in above or one.rank >= least)


def _places(subject: str, inventory: Inventory) -> frozenset[str]:
    """Where it is: the machine or repository itself; a set lies on its machine and its repository."""
    for one in inventory.backups:
        if one.id == subject:
            return frozenset({subject, one.machine, one.repository})
    return frozenset({subject})


def _over(notices: tuple[Notice, ...]) -> tuple[tuple[Notice, Dropped], ...]:
    """What an officer has ended, or what passed by itself, before it was told."""
    passed = {one.incident.id for one in notices if one.incident and one.kind == "recovered"}
    opened = {one.incident.id for one in notices if one.incident and one.kind == "opened"}
    found: list[tuple[Notice, Dropped]] = []
    for one in notices:
        if one.incident is None:
            continue
        # A security signal is told all the same: what passes by itself may come back.
        brief = one.incident.kind != "security" and one.incident.id in passed & opened
        if one.incident.state in ENDED and one.kind != "recovered":
            found.append((one, "ended"))
        elif brief and one.kind in {"opened", "recovered"}:
            found.append((one, "passed"))
    return tuple(found)


def _ready(notices: list[Notice], told: Told, settings: Notices, now: datetime) -> bool:
    """After the pause all that is gathered goes; within it only what is worse than was told."""
    within = told.at is not None and now - told.at < timedelta(seconds=settings.pause_seconds)
    moving = [one for one in notices if not within or (one.urgent and one.rank > told.rank)]
    gather = timedelta(seconds=settings.gather_seconds)
    return bool(moving) and min(one.at for one in moving) + gather <= now
