"""Changes of a PC's inventory as findings: what went or came fails until it is explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from alerts.finding import Evidence, Finding, Kind, Seen, Values
from alerts.office import Office
from alerts.rules.current import current, evidence_of
from collector.inventory.model import Machine
from collector.lately import Altered

CITED = 5
MEMBER = re.compile(r"([a-z_.]+)\[([^\]]*)\]")
"""A whole member of a list that came or went: `disks[S1]`, not `disks[S1].health`."""
TOGETHER = timedelta(days=2)
"""A disk that goes and one that comes within this are one act, in one report or in two."""


def unexplained(office: Office, rule: str, asset: str, kind: str) -> tuple[Altered, ...]:
    """Changes of that inventory that nobody explained, oldest first."""
    until = office.past.explained.get((rule, asset))
    return tuple(
        one
        for one in office.past.changed.get(asset, ())
        if one.kind == kind and (until is None or one.received_at > until)
    )


def members(found: Iterable[Altered], lists: Iterable[str]) -> tuple[Altered, ...]:
    """Those by which a whole member of one of these lists came or went."""
    wanted = frozenset(lists)
    return tuple(one for one in found if (told := MEMBER.fullmatch(one.path)) and told[1] in wanted)


def named(value: Any) -> str:
    """What a member calls itself."""
    if not isinstance(value, dict):
        return str(value)
    return str(value.get("model") or value.get("name") or value.get("locator") or "?")


def returned(gone: Altered, later: Iterable[Altered]) -> bool:
    """Whether what went came back since: a disk that was read again was never taken."""
    return any(
        one.path == gone.path and one.before is None and one.received_at >= gone.received_at
        for one in later
    )


def failing(
    rule: str,
    declared: Machine,
    found: Sequence[Altered],
    because: str,
    values: Values,
    kind: Kind = "operational",
) -> Finding:
    """The finding of these changes; its signal is when the first was received."""
    evidence = tuple(
        Evidence(
            declared.id,
            one.kind,
            (
                Seen(
                    "gone" if one.after is None else "came" if one.before is None else "changed",
                    {"what": named(one.before if one.after is None else one.after)},
                ),
            ),
            one.report,
            one.received_at,
        )
        for one in found[:CITED]
    )
    return Finding(
        rule,
        declared.id,
        "fail",
        because,
        {"room": declared.room, **values},
        evidence,
        kind,
        signal_at=min(one.received_at for one in found),
    )


def unaltered(rule: str, kind: str, office: Office, declared: Machine) -> Finding:
    """Passing by the newest inventory of that kind."""
    machine = office.state.machines.get(declared.id)
    held = getattr(machine, kind) if machine else None
    latest = current(rule, declared.id, kind, held, office.now)
    if isinstance(latest, Finding):
        return latest
    evidence = (evidence_of(declared.id, kind, latest, Seen("inventory-told")),)
    return Finding(rule, declared.id, "pass", "unaltered", {}, evidence)
