"""Events of a PC as findings: what happened fails until the officer has explained it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from alerts.finding import Evidence, Finding, Kind, Seen, Values
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from collector.inventory.model import Machine
from collector.lately import Occurrence

CITED = 5
"""Reports that one finding names: the first ones are what an incident begins with."""


def unexplained(
    office: Office, rule: str, asset: str, kinds: Collection[str], within: timedelta | None = None
) -> tuple[Occurrence, ...]:
    """What happened and nobody explained, oldest first; `within`: told for so long at most.

    Fixed, closed or called a false alarm, an incident explains what was received until then.
    """
    until = office.past.explained.get((rule, asset))
    return tuple(
        one
        for one in office.past.happened.get(asset, ())
        if one.kind in kinds
        and (until is None or one.received_at > until)
        and (within is None or office.now - one.received_at <= within)
    )


def judged(
    rule: str, office: Office, declared: Machine, found: Sequence[Occurrence], kind: Kind
) -> Finding:
    """Failing by these occurrences; without any, passing by a PC that tells its events."""
    if found:
        return failing(rule, declared, found, "happened", kind)
    return quiet(rule, office, declared)


def failing(
    rule: str,
    declared: Machine,
    found: Sequence[Occurrence],
    because: str,
    kind: Kind,
    values: Values | None = None,
) -> Finding:
    """The finding of what happened; its signal is when the first of it was received."""
    told: dict[str, str | int | float] = {
        "count": sum(one.count for one in found),
        "first_at": min(one.at for one in found).isoformat(),
        "last_at": max(one.at for one in found).isoformat(),
        "room": declared.room,
    }
    return Finding(
        rule,
        declared.id,
        "fail",
        because,
        {**told, **(values or {})},
        tuple(_evidence(declared, found)),
        kind,
        signal_at=min(one.received_at for one in found),
    )


def quiet(rule: str, office: Office, declared: Machine, because: str = "quiet") -> Finding:
    """Passing where the PC tells its events. Its loads come by the minute, its events before them."""
    machine = office.state.machines.get(declared.id)
    events = current(rule, declared.id, "events", machine.events if machine else None, office.now)
    if isinstance(events, Finding):
        return events
    if events.value.happened is None:
        cause = gap_cause(events, "events") or (events.gaps[0].cause if events.gaps else "-")
        seen = Seen("events-unread", {"reason": cause})
        evidence = (evidence_of(declared.id, "events", events, seen),)
        return Finding(rule, declared.id, "unknown", "unread", {"reason": cause}, evidence)
    rest = [evidence_of(declared.id, "events", events, Seen("events-told"))]
    load = machine.load if machine else None
    if load is not None and load.received_at > events.received_at:
        rest.append(evidence_of(declared.id, "load", load, Seen("last-load")))
    return Finding(rule, declared.id, "pass", because, {}, tuple(rest))


def _evidence(declared: Machine, found: Iterable[Occurrence]) -> list[Evidence]:
    by_report: dict[int, list[Occurrence]] = {}
    for one in found:
        by_report.setdefault(one.report, []).append(one)
    return [
        Evidence(
            declared.id,
            "events",
            tuple(map(_seen, rows)),
            report,
            rows[0].received_at,
        )
        for report, rows in list(by_report.items())[:CITED]
    ]


def _seen(one: Occurrence) -> Seen:
    values: Values = {"count": one.count, "event_at": one.at.isoformat()}
    if one.service is None:
        return Seen(f"event-{one.kind}", values)
    name, program = one.service.name or "?", one.service.program or "?"
    return Seen(
        "service", {**values, "name": name, "program": program, "folder": one.service.place}
    )
