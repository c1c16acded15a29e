"""Rule agent-cloned: one key, one machine; what two machines say under one name is not believed."""

from __future__ import annotations

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.state import Machine as Observed


def judge(office: Office, declared: Machine) -> Finding:
    """By the state of the machine's agent: quarantined by the collector, when and for what.

    It passes again once an agent of its own reports for the machine: a report is the proof.
    """
    machine = office.state.machines.get(declared.id) or Observed(declared.id)
    agent = machine.agent
    if agent is None or agent.state in ("pending", "revoked"):
        return Finding("agent-cloned", declared.id, "unknown", "no-agent", {})
    last_at = agent.last_report_at
    seen = Seen("last-report" if last_at else "no-report")
    evidence = (Evidence(declared.id, "report", (seen,), None, last_at),)
    if agent.state == "quarantined":
        return Finding(
            "agent-cloned",
            declared.id,
            "fail",
            "two-machines" if agent.quarantine_cause == "two-machines" else "same-number",
            {"agent": agent.id, "room": declared.room},
            evidence,
            "security",
            signal_at=agent.quarantined_at,
        )
    if last_at is None:
        return Finding("agent-cloned", declared.id, "unknown", "no-report", {})
    return Finding(
        "agent-cloned", declared.id, "pass", "alone", {"agent": agent.id}, evidence, "security"
    )


RULE = Rule(
    id="agent-cloned",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    group="N2",
    level="M3",
)
