"""Rule line-contract-missing: the contract of a line is declared, so that a paper can cite it."""

from __future__ import annotations

from alerts.finding import Evidence, Finding, Seen
from alerts.office import Office
from alerts.rules.rule import Rule
from collector.inventory.model import Line


def judge(_office: Office, line: Line) -> Finding:
    """By the declaration alone."""
    if line.contract is None:
        evidence = (Evidence(line.id, "line", (Seen("no-contract"),)),)
        return Finding("line-contract-missing", line.id, "fail", "missing", evidence=evidence)
    values = {"contract": line.contract}
    evidence = (Evidence(line.id, "line", (Seen("contract", values),)),)
    return Finding("line-contract-missing", line.id, "pass", "declared", values, evidence)


RULE = Rule(
    id="line-contract-missing",
    item=28,
    severity="info",
    opens_incident=False,
    subjects=lambda inventory: inventory.lines,
    judge=judge,
)
