"""Rule licence: Windows and Office on a PC are licensed."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.readings import Verdict

GOOD = "licensed"


def judge(office: Office, declared: Machine) -> Finding:
    """One product that says it is not licensed fails; a system without licences has none to lack."""
    machine = office.state.machines.get(declared.id)
    software = current(
        "licence", declared.id, "software", machine.software if machine else None, office.now
    )
    if isinstance(software, Finding):
        return software
    told = software.value.licences
    if told is None:
        cause = gap_cause(software, "licences") or "-"
        seen = Seen("no-licences", {"reason": cause})
        evidence = (evidence_of(declared.id, "software", software, seen),)
        return Finding("licence", declared.id, "unknown", "unread", {"reason": cause}, evidence)
    bad = [one for one in told if one.status is not None and one.status.casefold() != GOOD]
    unclear = [one for one in told if one.status is None]
    names = ", ".join(one.name or "?" for one in bad or unclear) or "-"
    verdict: Verdict = "fail" if bad else "unknown" if unclear else "pass"
    because = {"fail": "unlicensed", "unknown": "untold", "pass": "licensed"}[verdict]
    seen = Seen("licences", {"count": len(told), "products": names})
    return Finding(
        "licence",
        declared.id,
        verdict,
        because,
        {"count": len(told), "products": names},
        (evidence_of(declared.id, "software", software, seen),),
        signal_at=software.received_at,
    )


RULE = Rule(
    id="licence",
    item=23,
    severity="info",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
