"""Rule disk-swapped: the disk in a PC is the one that was there, or somebody says why not."""

from __future__ import annotations

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.altered import failing, members, named, returned, unaltered, unexplained
from alerts.rules.hardware_removed import plugged, swapped
from alerts.rules.rule import Rule
from collector.inventory.model import Machine


def judge(office: Office, declared: Machine) -> Finding:
    """One disk went and another came: a repair, or a disk with the office's data carried out."""
    found = members(unexplained(office, "disk-swapped", declared.id, "hardware"), ("disks",))
    gone = tuple(
        one
        for one in found
        if one.after is None
        and not plugged(one)
        and not returned(one, found)
        and swapped(one, found)
    )
    if not gone:
        return unaltered("disk-swapped", "hardware", office, declared)
    came = tuple(one for one in found if one.before is None and not plugged(one))
    values = {
        "old": ", ".join(named(one.before) for one in gone),
        "new": ", ".join(named(one.after) for one in came),
    }
    return failing("disk-swapped", declared, (*gone, *came), "swapped", values)


RULE = Rule(
    id="disk-swapped",
    item=27,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="information-content-security:data-loss",
    group="N4",
)
