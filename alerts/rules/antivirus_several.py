"""Rule antivirus-several: one product protects a PC; two hold each other up."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of
from alerts.rules.rule import Rule
from collector.inventory.model import Machine

PROTECTS = ": protecting"
"""How the check `antivirus` writes a product that is on: `Kaspersky: protecting`."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the products that the PC's own check names; whether one protects at all is another rule."""
    machine = office.state.machines.get(declared.id)
    security = current(
        "antivirus-several",
        declared.id,
        "security",
        machine.security if machine else None,
        office.now,
    )
    if isinstance(security, Finding):
        return security
    check = next((one for one in security.value.checks if one.id == "antivirus"), None)
    told = (check.observed or check.reason or "") if check else ""
    count = told.count(PROTECTS)
    values: dict[str, str | int | float] = {"observed": told or "-", "count": count}
    seen = Seen(
        "check",
        {
            "check": "antivirus",
            "observed": told or "-",
            "source": (check.source if check else None) or "-",
        },
    )
    evidence = (evidence_of(declared.id, "security", security, seen),)
    if count > 1:
        return Finding(
            "antivirus-several",
            declared.id,
            "fail",
            "several",
            values,
            evidence,
            signal_at=security.received_at,
        )
    if check is None or check.verdict == "unknown":
        return Finding("antivirus-several", declared.id, "unknown", "untold", values, evidence)
    return Finding("antivirus-several", declared.id, "pass", "one", values, evidence)


RULE = Rule(
    id="antivirus-several",
    item=27,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
