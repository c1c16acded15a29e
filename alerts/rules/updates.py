"""Rule updates: security updates of the operating system are installed in time."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.checked import checked
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, machine: Machine) -> Finding:
    """As the machine's own check `updates` says."""
    return checked(office, machine, "updates", "updates")


RULE = Rule(
    id="updates",
    item=27,
    severity="warning",
    # A new update is out every week: its lateness is work for the week, not an incident each.
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
