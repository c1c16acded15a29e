"""Rule account-outside-hours: nobody makes accounts while the office is closed."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.happened import judged, unexplained
from alerts.rules.rule import Rule
from collector import office_hours
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """By when it happened on the PC's clock; in office hours it is the rule account-created's."""
    made = unexplained(office, "account-outside-hours", declared.id, {"account-created"})
    site = office.inventory.site
    found = tuple(one for one in made if not office_hours.is_open(site, one.at))
    return judged("account-outside-hours", office, declared, found, "security")


RULE = Rule(
    id="account-outside-hours",
    item=27,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="intrusions:privileged-account-compromise",
    group="N2",
    level="M3",
)
