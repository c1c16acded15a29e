"""Rule machine-below-profile: a machine is what its profile says that digital work needs."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.finding import Evidence, Finding
from alerts.office import Office
from alerts.rules import os_supported
from alerts.rules.current import current, evidence_of
from alerts.rules.rule import Rule
from collector.inventory.model import Machine, Profile
from collector.readings import Disk, Hardware, Verdict

GIB = 1024**3

NOMINAL_RATIO = 0.9
"""Share of a size on the label that must be there: an 8 GiB PC shows 7.5 after firmware and graphics
took theirs, and a disk sold as 256 GB holds 238 GiB."""


def judge(office: Office, declared: Machine) -> Finding:
    """Fails on the first thing surely lacking; what could not be read leaves it unknown."""
    machine = office.state.machines.get(declared.id)
    hardware = current(
        "machine-below-profile",
        declared.id,
        "hardware",
        machine.hardware if machine else None,
        office.now,
    )
    if isinstance(hardware, Finding):
        return hardware
    profile = office.inventory.profile(declared.profile)
    parts = list(_parts(hardware.value, profile))
    evidence: tuple[Evidence, ...] = (
        evidence_of(
            declared.id, "hardware", hardware, "; ".join(text for _, _, text in parts) or "-"
        ),
    )
    if profile.os_supported:
        os = os_supported.judge(office, declared)
        parts.append(("os", os.verdict, os.because))
        evidence += os.evidence
    lacking = [part for part, verdict, _ in parts if verdict == "fail"]
    unread = [part for part, verdict, _ in parts if verdict == "unknown"]
    verdict: Verdict = "fail" if lacking else "unknown" if unread else "pass"
    return Finding(
        "machine-below-profile",
        declared.id,
        verdict,
        {"fail": "below", "unknown": "unread", "pass": "meets"}[verdict],
        {
            "profile": profile.name,
            "decision": profile.decision,
            "lacking_parts": " ".join(lacking),
            "unread_parts": " ".join(unread),
        },
        evidence,
        signal_at=hardware.received_at,
    )


def _parts(hardware: Hardware, profile: Profile) -> Iterator[tuple[str, Verdict, str]]:
    """(part, verdict, what was seen) of every part that the profile asks for."""
    memory_bytes = hardware.memory.total_bytes if hardware.memory else None
    yield _size("memory", memory_bytes, profile.memory_gib)
    yield _cores(hardware, profile.cpu_cores)
    if profile.disk_gib:
        yield _size("disk", _largest_bytes(hardware.disks), profile.disk_gib)
    if profile.ssd:
        yield _ssd(hardware.disks)
    if profile.display:
        yield _display(hardware)


def _size(part: str, seen_bytes: int | None, wanted_gib: float) -> tuple[str, Verdict, str]:
    if seen_bytes is None:
        return part, "unknown", f"{part}: not read"
    enough = seen_bytes >= wanted_gib * GIB * NOMINAL_RATIO
    seen = f"{part}: {seen_bytes / GIB:.1f} of {wanted_gib:g} GiB"
    return part, "pass" if enough else "fail", seen


def _cores(hardware: Hardware, wanted: int) -> tuple[str, Verdict, str]:
    counts = [cpu.cores for cpu in hardware.cpus or ()]
    known = [count for count in counts if count is not None]
    if sum(known) >= wanted:
        return "cpu", "pass", f"cpu: {sum(known)} of {wanted} cores"
    if not counts or len(known) < len(counts):
        return "cpu", "unknown", "cpu: not read"
    return "cpu", "fail", f"cpu: {sum(known)} of {wanted} cores"


def _fixed(disks: tuple[Disk, ...] | None) -> list[Disk]:
    # A stick or a USB disk is carried away: it does not make a PC fit for work.
    return [disk for disk in disks or () if (disk.bus or "").lower() != "usb"]


def _largest_bytes(disks: tuple[Disk, ...] | None) -> int | None:
    sizes = [disk.size_bytes for disk in _fixed(disks)]
    if not sizes or None in sizes:
        return None
    return max(size for size in sizes if size is not None)


def _ssd(disks: tuple[Disk, ...] | None) -> tuple[str, Verdict, str]:
    kinds = [disk.kind for disk in _fixed(disks)]
    seen = f"ssd: {', '.join(kinds) or 'not read'}"
    if "ssd" in kinds:
        return "ssd", "pass", seen
    if not kinds or "unknown" in kinds:
        return "ssd", "unknown", seen
    return "ssd", "fail", seen


def _display(hardware: Hardware) -> tuple[str, Verdict, str]:
    if hardware.monitors is None:
        return "display", "unknown", "display: not read"
    seen = f"display: {len(hardware.monitors)}"
    return "display", "pass" if hardware.monitors else "fail", seen


RULE = Rule(
    id="machine-below-profile",
    item=23,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
