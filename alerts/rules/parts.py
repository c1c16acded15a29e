"""The parts of a profile, one rule each: what exactly a PC lacks, for the plan of equipment.

Whether a PC is fit as a whole, and so counted in item 23, is the rule machine-below-profile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.machine_below_profile import parts
from alerts.rules.rule import Rule
from collector.inventory.model import Inventory, Machine, Profile

FIELDS = {"memory": "memory", "cpu": "cpus", "disk": "disks", "ssd": "disks", "display": "monitors"}
"""Which field of the hardware each part is read from."""


def judge(rule: str, part: str, office: Office, declared: Machine) -> Finding:
    """That part alone, by the PC's newest inventory of hardware."""
    machine = office.state.machines.get(declared.id)
    hardware = current(
        rule, declared.id, "hardware", machine.hardware if machine else None, office.now
    )
    if isinstance(hardware, Finding):
        return hardware
    profile = office.inventory.profile(declared.profile)
    found = next(one for one in parts(hardware.value, profile) if one.part == part)
    values: dict[str, str | int | float] = {
        "seen_bytes": "-",
        "cores": "-",
        "count": "-",
        **found.seen.values,
        "profile": profile.name,
        "reason": gap_cause(hardware, FIELDS[part]) or "-",
    }
    because = {"pass": "meets", "fail": "lacks", "unknown": "unread"}[found.verdict]
    evidence = (evidence_of(declared.id, "hardware", hardware, found.seen),)
    return Finding(
        rule,
        declared.id,
        found.verdict,
        because,
        values,
        evidence,
        signal_at=hardware.received_at,
    )


def _rule(id: str, part: str, asks: Callable[[Profile], object]) -> Rule[Machine]:
    def subjects(inventory: Inventory) -> tuple[Machine, ...]:
        asking = {profile.id for profile in inventory.profiles if asks(profile)}
        return tuple(one for one in inventory.machines if one.profile in asking)

    return Rule(
        id=id,
        item=23,
        severity="info",
        opens_incident=False,
        subjects=subjects,
        judge=partial(judge, id, part),
    )


DISK_SMALL = _rule("disk-small", "disk", lambda profile: profile.disk_gib)
DISPLAY_MISSING = _rule("display-missing", "display", lambda profile: profile.display)
MEMORY_SHORT = _rule("memory-short", "memory", lambda _: True)
PROCESSOR_WEAK = _rule("processor-weak", "cpu", lambda _: True)
SSD_MISSING = _rule("ssd-missing", "ssd", lambda profile: profile.ssd)
