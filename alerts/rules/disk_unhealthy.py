"""Rule disk-unhealthy: no disk foretells its own death."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.metrics import HEALTHY
from collector.readings import Disk

FAILING = {word for word, healthy in HEALTHY.items() if not healthy}


def judge(office: Office, declared: Machine) -> Finding:
    """One failing disk fails the machine; a disk of unknown health leaves it unproved."""
    machine = office.state.machines.get(declared.id)
    hardware = current(
        "disk-unhealthy", declared.id, "hardware", machine.hardware if machine else None, office.now
    )
    if isinstance(hardware, Finding):
        return hardware
    disks = hardware.value.disks or ()
    failing = [_named(disk) for disk in disks if _health(disk) in FAILING]
    unknown = [_named(disk) for disk in disks if _health(disk) not in HEALTHY]
    seen = tuple(
        Seen("disk-health", {"disk": _named(disk), "health": disk.health})
        if disk.health
        else Seen("disk-unread", {"disk": _named(disk)})
        for disk in disks
    )
    evidence = (evidence_of(declared.id, "hardware", hardware, *(seen or (Seen("no-disks"),))),)
    if failing:
        return Finding(
            "disk-unhealthy",
            declared.id,
            "fail",
            "failing",
            {"disks": ", ".join(failing)},
            evidence,
            signal_at=hardware.received_at,
        )
    if unknown or not disks:
        values = {"disks": ", ".join(unknown), "reason": gap_cause(hardware, "disks")}
        because = "unread" if values["reason"] else "untold" if disks else "none"
        return Finding("disk-unhealthy", declared.id, "unknown", because, values, evidence)
    return Finding(
        "disk-unhealthy", declared.id, "pass", "healthy", {"count": len(disks)}, evidence
    )


def _health(disk: Disk) -> str:
    return (disk.health or "").strip().lower()


def _named(disk: Disk) -> str:
    return disk.model or disk.name or "?"


RULE = Rule(
    id="disk-unhealthy",
    item=28,
    severity="critical",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="availability:outage",
)
