"""Rule reports-lost: what a PC read reaches the collector; a spool that ran over says so."""

from __future__ import annotations

from datetime import timedelta

from alerts.finding import Evidence, Finding, Seen, Values
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

TOLD_FOR = timedelta(days=7)
"""What is lost stays lost: told for a week, and kept in the store for ever."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the losses that its agent declared within a week."""
    machine = office.state.machines.get(declared.id)
    last_at = machine.agent.last_report_at if machine and machine.agent else None
    if last_at is None:
        return Finding("reports-lost", declared.id, "unknown", "never-read")
    lost = [
        one
        for one in office.past.lost.get(declared.id, ())
        if office.now - one.received_at <= TOLD_FOR
    ]
    if not lost:
        last = (Evidence(declared.id, "report", (Seen("last-report"),), None, last_at),)
        return Finding("reports-lost", declared.id, "pass", "whole", {}, last)
    count = sum(one.count or 0 for one in lost)
    causes = ", ".join(sorted({one.cause for one in lost}))
    evidence = tuple(
        Evidence(
            declared.id,
            "loss",
            (Seen("loss", {"count": one.count or 0, "reason": one.cause}),),
            received_at=one.received_at,
        )
        for one in lost[:5]
    )
    because = "uncounted" if any(one.count is None for one in lost) else "lost"
    values: Values = {"count": count, "reason": causes}
    return Finding(
        "reports-lost",
        declared.id,
        "fail",
        because,
        values,
        evidence,
        signal_at=lost[0].received_at,
    )


RULE = Rule(
    id="reports-lost",
    item=28,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
