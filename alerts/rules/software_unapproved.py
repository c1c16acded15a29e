"""Rule software-unapproved: what is new on a PC stands on the office's list of approved programs."""

from __future__ import annotations

from alerts.finding import Finding, Values
from alerts.office import Office
from alerts.rules.altered import failing, members, named, unaltered, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory, Machine
from collector.lately import matches


def judge(office: Office, declared: Machine) -> Finding:
    """Programs that came since the first inventory and are still there, by their names."""
    found = members(
        unexplained(office, "software-unapproved", declared.id, "software"), ("packages",)
    )
    newest = {one.path: one for one in found}
    came = tuple(
        one
        for one in newest.values()
        if one.before is None
        and not matches(named_package(one.after), office.inventory.software.approved)
    )
    if not came:
        return unaltered("software-unapproved", "software", office, declared)
    names = ", ".join(sorted({named_package(one.after) for one in came})[:8])
    values: Values = {"count": len(came), "programs": names}
    return failing("software-unapproved", declared, came, "unapproved", values)


def named_package(value: object) -> str:
    """The name in the PC's list of programs."""
    return str(value.get("name", "?")) if isinstance(value, dict) else named(value)


def _listed(inventory: Inventory) -> tuple[Machine, ...]:
    # Without a list nothing is approved by name, so there is nothing to hold a program against.
    return inventory.machines if inventory.software.approved else ()


RULE = Rule(
    id="software-unapproved",
    item=27,
    severity="info",
    opens_incident=False,
    subjects=_listed,
    judge=judge,
    tag="vulnerable:vulnerable-system",
)
