"""The rows of the list of PCs: each declared machine beside what was read from it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from alerts.finding import Finding
from alerts.office import Office
from alerts.rules import RULES
from collector.inventory.model import Machine as Declared
from collector.inventory.model import Person
from collector.readings import Filesystem, Verdict
from collector.state import Machine

SOUND: Mapping[str, Verdict] = {
    "reporting": "pass",
    "off": "pass",
    "asleep": "pass",
    "pending": "unknown",
    "line-down": "unknown",
    "unplugged": "unknown",
}
"""What is not named here (killed, silent) needs the officer."""

ORDER: tuple[Verdict, ...] = ("pass", "unknown", "fail")


class MachineRow(Struct, frozen=True):
    """One PC at a glance. A ratio is what is in use, None where it could not be read."""

    asset: str
    holder: str | None
    department: str | None
    room: str
    presence: str
    verdict: Verdict
    """The worst of its findings, the monthly ones aside, and of its presence."""
    os: str | None
    cpu_ratio: float | None
    memory_ratio: float | None
    disk_ratio: float | None
    passing: int
    failing: int
    unknown: int
    last_report_at: datetime | None
    critical: int = 0
    """Of the failing ones, those that are to be handled at once."""

    @property
    def colour(self) -> Verdict:
        """Of the presence alone; the row's `verdict` also knows the findings."""
        return state_verdict(self.presence)


def rows(office: Office, findings: Sequence[Finding]) -> tuple[MachineRow, ...]:
    """Every declared machine, in the inventory's order."""
    judged: dict[str, list[Verdict]] = {}
    critical: Counter[str] = Counter()
    for finding in findings:
        severity = RULES[finding.rule].severity if finding.rule in RULES else "warning"
        # What belongs in the monthly report alone makes no PC yellow or red of a morning.
        if severity == "info":
            continue
        judged.setdefault(finding.subject, []).append(finding.verdict)
        critical[finding.subject] += severity == "critical" and finding.verdict == "fail"
    people = {one.id: one for one in office.inventory.people}
    departments = {one.id: one.name for one in office.inventory.departments}
    return tuple(
        _row(
            office,
            one,
            people.get(one.person or ""),
            departments,
            judged.get(one.id, []),
            critical[one.id],
        )
        for one in office.inventory.machines
    )


def memory_ratio(machine: Machine) -> float | None:
    """MemTotal less MemAvailable, of MemTotal."""
    memory = machine.load and machine.load.value.memory
    if not memory or not memory.total_bytes or memory.available_bytes is None:
        return None
    return 1 - memory.available_bytes / memory.total_bytes


def used_ratio(filesystem: Filesystem) -> float | None:
    """None for one without a size, such as an empty optical drive."""
    if not filesystem.total_bytes:
        return None
    return 1 - filesystem.available_bytes / filesystem.total_bytes


def state_verdict(state: str) -> Verdict:
    """How a presence is coloured."""
    return SOUND.get(state, "fail")


def _row(
    office: Office,
    declared: Declared,
    person: Person | None,
    departments: Mapping[str, str],
    judged: Sequence[Verdict],
    critical: int,
) -> MachineRow:
    machine = office.state.machines.get(declared.id, Machine(declared.id))
    state = office.presence(declared)
    filesystems = (machine.load and machine.load.value.filesystems) or ()
    ratios = [ratio for one in filesystems if (ratio := used_ratio(one)) is not None]
    os = machine.system and machine.system.value.os
    belongs = declared.department or (person.department if person else None)
    return MachineRow(
        asset=declared.id,
        holder=person.post if person else None,
        department=departments.get(belongs or ""),
        room=declared.room,
        presence=state,
        verdict=max([*judged, state_verdict(state)], key=ORDER.index),
        os=os.name if os else None,
        cpu_ratio=machine.cpu_ratio,
        memory_ratio=memory_ratio(machine),
        disk_ratio=max(ratios, default=None),
        passing=judged.count("pass"),
        failing=judged.count("fail"),
        unknown=judged.count("unknown"),
        last_report_at=machine.agent.last_report_at if machine.agent else None,
        critical=critical,
    )
