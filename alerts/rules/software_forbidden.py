"""Rule software-forbidden: nothing that the office forbids is installed."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory, Machine
from collector.readings import Verdict


def judge(office: Office, declared: Machine) -> Finding:
    """By the PC's newest list of programs; a list that was not read to its end proves nothing."""
    machine = office.state.machines.get(declared.id)
    software = current(
        "software-forbidden",
        declared.id,
        "software",
        machine.software if machine else None,
        office.now,
    )
    if isinstance(software, Finding):
        return software
    found = office.past.forbidden.get(declared.id, ())
    names = ", ".join(found[:8]) or "-"
    cause = gap_cause(software, "packages") or gap_cause(software, "sources") or "-"
    verdict: Verdict = "fail" if found else "pass" if software.value.whole else "unknown"
    because = {"fail": "installed", "pass": "clean", "unknown": "partial"}[verdict]
    seen = Seen("programs", {"count": software.value.packages_total or 0, "programs": names})
    return Finding(
        "software-forbidden",
        declared.id,
        verdict,
        because,
        {"programs": names, "reason": cause},
        (evidence_of(declared.id, "software", software, seen),),
        signal_at=software.received_at,
    )


def _listed(inventory: Inventory) -> tuple[Machine, ...]:
    return inventory.machines if inventory.software.forbidden else ()


RULE = Rule(
    id="software-forbidden",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=_listed,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
