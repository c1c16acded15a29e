"""Rule clock-skew: a PC's clock is right, or its logs and its sign-ins are not to be relied on."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

FRESH = timedelta(minutes=10)
"""A load is sent as soon as it is read, each minute: what came later was kept on a stick."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the newest load: the time on it against its receipt. A PC at rest tells no time."""
    machine = office.state.machines.get(declared.id)
    load = current("clock-skew", declared.id, "load", machine.load if machine else None, office.now)
    if isinstance(load, Finding):
        return load
    unsound = gap_cause(load, "at")
    seconds = round(abs((load.received_at - load.at).total_seconds()))
    limit = office.inventory.rules.clock_skew.seconds
    values: dict[str, str | int | float] = {
        "seconds": seconds,
        "limit": limit,
        "reason": unsound or "-",
    }
    evidence = (evidence_of(declared.id, "load", load, Seen("clock", {"seconds": seconds})),)
    if unsound or seconds > limit:
        because = "unsound" if unsound else "wrong"
        return Finding(
            "clock-skew",
            declared.id,
            "fail",
            because,
            values,
            evidence,
            signal_at=load.received_at,
        )
    because = "right" if office.now - load.received_at <= FRESH else "was-right"
    return Finding("clock-skew", declared.id, "pass", because, values, evidence)


RULE = Rule(
    id="clock-skew",
    item=27,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
