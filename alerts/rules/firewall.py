"""Rule firewall: every machine filters what comes in from the network."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.checked import checked
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, machine: Machine) -> Finding:
    """As the machine's own check `firewall` says."""
    return checked(office, machine, "firewall", "firewall")


RULE = Rule(
    id="firewall",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
