"""Rule hardware-removed: nothing is taken out of a PC unseen."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.altered import TOGETHER, failing, members, named, returned, unaltered, unexplained
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.lately import Altered

LISTS = ("disks", "graphics", "cpus")
"""Memory has a rule of its own; what is plugged in comes and goes as it is meant to."""


def judge(office: Office, declared: Machine) -> Finding:
    """A part that went and did not come back; with another in its place it is a swap."""
    found = members(unexplained(office, "hardware-removed", declared.id, "hardware"), LISTS)
    gone = tuple(
        one
        for one in found
        if one.after is None
        and not plugged(one)
        and not returned(one, found)
        and not swapped(one, found)
    )
    if not gone:
        return unaltered("hardware-removed", "hardware", office, declared)
    things = ", ".join(named(one.before) for one in gone)
    return failing("hardware-removed", declared, gone, "removed", {"things": things})


def plugged(one: Altered) -> bool:
    """Whether it hangs on USB: carried away by whoever brought it."""
    value = one.before if one.after is None else one.after
    return isinstance(value, dict) and str(value.get("bus", "")).casefold() == "usb"


def swapped(gone: Altered, found: tuple[Altered, ...]) -> bool:
    """Whether another of its list came within two days of it."""
    place = gone.path.partition("[")[0]
    return any(
        one.before is None
        and one.path.partition("[")[0] == place
        and not plugged(one)
        and abs(one.received_at - gone.received_at) <= TOGETHER
        for one in found
    )


RULE = Rule(
    id="hardware-removed",
    item=23,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="information-content-security:data-loss",
    group="N4",
)
