"""One security check of a machine as a finding: the probe judged on the PC, the rule passes it on."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of
from collector.inventory.model import Machine


def checked(office: Office, declared: Machine, rule: str, check_id: str) -> Finding:
    """Pass, fail or unknown as that check says; unknown when the PC did not make it."""
    machine = office.state.machines.get(declared.id)
    security = current(
        rule, declared.id, "security", machine.security if machine else None, office.now
    )
    if isinstance(security, Finding):
        return security
    check = next((check for check in security.value.checks if check.id == check_id), None)
    if check is None:
        seen = Seen("no-check", {"check": check_id})
        evidence = (evidence_of(declared.id, "security", security, seen),)
        return Finding(rule, declared.id, "unknown", "not-checked", {"check": check_id}, evidence)
    observed = check.observed or check.reason or "-"
    seen = Seen("check", {"check": check_id, "observed": observed, "source": check.source or "-"})
    return Finding(
        rule,
        declared.id,
        check.verdict,
        check.verdict,
        {"observed": observed, "reason": check.reason or observed},
        (evidence_of(declared.id, "security", security, seen),),
        signal_at=security.received_at,
    )
