"""Rule antivirus: malware protection runs, and its signatures are fresh."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.checked import checked
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, machine: Machine) -> Finding:
    """The worse of the two checks; protection with signatures of unknown age is not proved."""
    running = checked(office, machine, "antivirus", "antivirus")
    if running.verdict != "pass":
        return running
    signatures = checked(office, machine, "antivirus", "antivirus-signatures")
    evidence = (*running.evidence, *signatures.evidence)
    if signatures.verdict == "pass":
        return replace(running, evidence=evidence)
    because = {"fail": "signatures-old", "unknown": "signatures-unknown"}[signatures.verdict]
    values = {"observed": "", "reason": "", **signatures.values}
    return replace(signatures, because=because, values=values, evidence=evidence)


RULE = Rule(
    id="antivirus",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
