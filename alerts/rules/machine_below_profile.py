"""Rule machine-below-profile: a machine is what its profile says that digital work needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.finding import Evidence, Finding, Seen
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


@dataclass(frozen=True)
class Part:
    """One thing that the profile asks for, how it stands, and what was seen of it."""

    part: str
    verdict: Verdict
    seen: Seen


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
    seen = tuple(parts(hardware.value, profile))
    evidence: tuple[Evidence, ...] = (
        evidence_of(declared.id, "hardware", hardware, *(one.seen for one in seen)),
    )
    verdicts = {one.part: one.verdict for one in seen}
    if profile.os_supported:
        os = os_supported.judge(office, declared)
        verdicts["os"] = os.verdict
        evidence += os.evidence
    lacking = [part for part, verdict in verdicts.items() if verdict == "fail"]
    unread = [part for part, verdict in verdicts.items() if verdict == "unknown"]
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


def parts(hardware: Hardware, profile: Profile) -> Iterator[Part]:
    """Every part that the profile asks for: memory, cpu, disk, ssd, display."""
    memory_bytes = hardware.memory.total_bytes if hardware.memory else None
    yield _size("memory", memory_bytes, profile.memory_gib)
    yield _cores(hardware, profile.cpu_cores)
    if profile.disk_gib:
        yield _size("disk", _largest_bytes(hardware.disks), profile.disk_gib)
    if profile.ssd:
        yield _ssd(hardware.disks)
    if profile.display:
        yield _display(hardware)


def _unread(part: str) -> Part:
    return Part(part, "unknown", Seen("part-unread", {"unread_parts": part}))


def _size(part: str, seen_bytes: int | None, wanted_gib: float) -> Part:
    if seen_bytes is None:
        return _unread(part)
    enough = seen_bytes >= wanted_gib * GIB * NOMINAL_RATIO
    seen = Seen(part, {"seen_bytes": seen_bytes, "wanted_bytes": int(wanted_gib * GIB)})
    return Part(part, "pass" if enough else "fail", seen)


def _cores(hardware: Hardware, wanted: int) -> Part:
    counts = [cpu.cores for cpu in hardware.cpus or ()]
    known = [count for count in counts if count is not None]
    seen = Seen("cpu", {"cores": sum(known), "wanted": wanted})
    if sum(known) >= wanted:
        return Part("cpu", "pass", seen)
    if not counts or len(known) < len(counts):
        return _unread("cpu")
    return Part("cpu", "fail", seen)


def _fixed(disks: tuple[Disk, ...] | None) -> list[Disk]:
    # A stick or a USB disk is carried away: it does not make a PC fit for work.
    return [disk for disk in disks or () if (disk.bus or "").lower() != "usb"]


def _largest_bytes(disks: tuple[Disk, ...] | None) -> int | None:
    sizes = [disk.size_bytes for disk in _fixed(disks)]
    if not sizes or None in sizes:
        return None
    return max(size for size in sizes if size is not None)


def _ssd(disks: tuple[Disk, ...] | None) -> Part:
    kinds = [disk.kind for disk in _fixed(disks)]
    if "ssd" in kinds:
        return Part("ssd", "pass", Seen("ssd"))
    if not kinds or "unknown" in kinds:
        return _unread("ssd")
    return Part("ssd", "fail", Seen("no-ssd"))


def _display(hardware: Hardware) -> Part:
    if hardware.monitors is None:
        return _unread("display")
    seen = Seen("display", {"count": len(hardware.monitors)})
    return Part("display", "pass" if hardware.monitors else "fail", seen)


RULE = Rule(
    id="machine-below-profile",
    item=23,
    severity="warning",
    opens_incident=False,
    subjects=lambda inventory: inventory.machines,
    judge=judge,
)
