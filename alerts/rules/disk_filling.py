"""Rule disk-filling: every local filesystem keeps room to work in."""

from __future__ import annotations

from alerts.finding import Finding, Seen
from alerts.office import Office
from alerts.rules.current import current, evidence_of, gap_cause
from alerts.rules.rule import Rule
from collector.inventory.model import Machine
from collector.readings import Filesystem

FULL_BY_DESIGN = {"squashfs", "iso9660", "udf", "cramfs", "erofs"}
"""Images without free space, from the day they are made (snaps, discs)."""


def judge(office: Office, declared: Machine) -> Finding:
    """By the fullest filesystem; exactly at the threshold is filling."""
    machine = office.state.machines.get(declared.id)
    load = current(
        "disk-filling", declared.id, "load", machine.load if machine else None, office.now
    )
    if isinstance(load, Finding):
        return load
    filesystems = [
        filesystem
        for filesystem in load.value.filesystems or ()
        if filesystem.total_bytes > 0 and filesystem.type not in FULL_BY_DESIGN
    ]
    if not filesystems:
        cause = gap_cause(load, "filesystems")
        seen = Seen("unread", {"reason": cause}) if cause else Seen("no-filesystems")
        evidence = (evidence_of(declared.id, "load", load, seen),)
        because = "unread" if cause else "none"
        return Finding("disk-filling", declared.id, "unknown", because, {"reason": cause}, evidence)
    fullest = max(filesystems, key=_used_ratio)
    used_ratio, limit_ratio = _used_ratio(fullest), office.inventory.rules.disk_filling.used_ratio
    space = {"free_bytes": fullest.available_bytes, "total_bytes": fullest.total_bytes}
    seen = Seen("space", {"mount": fullest.mount, **space})
    return Finding(
        "disk-filling",
        declared.id,
        "fail" if used_ratio >= limit_ratio else "pass",
        "filling" if used_ratio >= limit_ratio else "room",
        {
            "mount": fullest.mount,
            "used_ratio": round(used_ratio, 4),
            "limit_ratio": limit_ratio,
            "free_bytes": fullest.available_bytes,
        },
        (evidence_of(declared.id, "load", load, seen),),
        signal_at=load.received_at,
    )


def _used_ratio(filesystem: Filesystem) -> float:
    return 1 - filesystem.available_bytes / filesystem.total_bytes


RULE = Rule(
    id="disk-filling",
    item=28,
    severity="warning",
    opens_incident=True,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
    tag="availability:outage",
)
