"""Network storage: volumes, disks and their temperature, by Synology's, QNAP's and the host's objects."""

from __future__ import annotations

from collector.devices.kinds.kind import Kind
from collector.devices.makers import E
from collector.devices.reading import Disk, Part, Volume
from collector.devices.sensors import Asked
from collector.devices.storage import TABLE as STORAGE
from collector.devices.storage import volumes
from collector.devices.walk import Walk, column, number, text, whole

S = f"{E}6574."
DISK_NAMES, DISK_MODELS, DISK_STATES, DISK_HEAT, DISK_SECTORS, DISK_HEALTH = (
    f"{S}2.1.1.{number}" for number in (2, 3, 5, 6, 9, 13)
)
RAID_NAMES, RAID_STATES, RAID_FREE, RAID_TOTAL = (f"{S}3.1.1.{number}" for number in (2, 3, 4, 5))
Q = f"{E}24681.1.2."
Q_DISK_NAMES, Q_DISK_HEAT, Q_DISK_STATES, Q_DISK_MODELS, Q_DISK_SMART = (
    f"{Q}11.1.{number}" for number in (2, 3, 4, 5, 7)
)
Q_VOLUME_NAMES, Q_VOLUME_STATES = f"{Q}17.1.2", f"{Q}17.1.6"

RAID = {
    # SYNOLOGY-RAID-MIB raidStatus
    1: "normal",
    2: "repairing",
    3: "migrating",
    4: "expanding",
    5: "deleting",
    6: "creating",
    7: "syncing",
    8: "parity-checking",
    9: "assembling",
    10: "cancelling",
    11: "degraded",
    12: "crashed",
    13: "scrubbing",
}
DISK = {1: "normal", 2: "normal", 3: "not-initialised", 4: "system-partition-failed", 5: "crashed"}
HEALTH = {2: "warning", 3: "critical", 4: "failing"}
"""diskHealthStatus of Synology; 1, normal, says no more than diskStatus does."""
Q_DISK = {0: "normal", -5: "absent", -6: "invalid", -9: "error", -4: "unknown"}
"""hdStatus of QNAP: 0 ready, -5 noDisk, -6 invalid, -9 rwError, -4 unknown."""
POOL = "storage pool"
"""A pool is full by design: its volumes take all of it. Only its state is told."""
DISKS_LIMIT = 128


def part(walk: Walk, _maker: str | None) -> Part:
    """The maker's volumes with their state, then the file systems with their sizes."""
    found = [*_raids(walk), *_qnap_volumes(walk), *volumes(walk)]
    return Part(volumes=tuple(found[:DISKS_LIMIT]), disks=(*_disks(walk), *_qnap(walk)))


def _raids(walk: Walk) -> list[Volume]:
    found = []
    for index, value in column(walk, RAID_STATES):
        name = text(walk.get(f"{RAID_NAMES}.{index}")) or f"volume {index}"
        total, free = (whole(walk.get(f"{oid}.{index}")) for oid in (RAID_TOTAL, RAID_FREE))
        sized = total is not None and free is not None and 0 <= free <= total and total > 0
        sized = sized and not name.casefold().startswith(POOL)
        state = RAID.get(whole(value) or 0, "unknown")
        used = total - free if sized and total is not None and free is not None else None
        found.append(Volume(name, total if sized else None, used, state))
    return found


def _disks(walk: Walk) -> list[Disk]:
    found = []
    for index, value in [*column(walk, DISK_STATES)][:DISKS_LIMIT]:
        health = HEALTH.get(whole(walk.get(f"{DISK_HEALTH}.{index}")) or 1)
        sectors = whole(walk.get(f"{DISK_SECTORS}.{index}"))
        found.append(
            Disk(
                name=text(walk.get(f"{DISK_NAMES}.{index}")) or f"disk {index}",
                model=text(walk.get(f"{DISK_MODELS}.{index}")),
                state=health or DISK.get(whole(value) or 0, "unknown"),
                temperature_celsius=_heat(walk, f"{DISK_HEAT}.{index}"),
                bad_sectors=sectors if sectors is not None and sectors >= 0 else None,
            )
        )
    return found


def _qnap(walk: Walk) -> list[Disk]:
    found = []
    for index, value in [*column(walk, Q_DISK_STATES)][:DISKS_LIMIT]:
        told = whole(value)
        state = "unknown" if told is None else Q_DISK.get(told, "unknown")
        if state == "absent":
            continue
        smart = (text(walk.get(f"{Q_DISK_SMART}.{index}")) or "").casefold()
        found.append(
            Disk(
                name=text(walk.get(f"{Q_DISK_NAMES}.{index}")) or f"disk {index}",
                model=text(walk.get(f"{Q_DISK_MODELS}.{index}")),
                state="failing" if state == "normal" and smart in {"abnormal", "bad"} else state,
                temperature_celsius=_heat(walk, f"{Q_DISK_HEAT}.{index}"),
            )
        )
    return found


def _qnap_volumes(walk: Walk) -> list[Volume]:
    states = {"ready": "normal"}
    return [
        Volume(
            name=text(walk.get(f"{Q_VOLUME_NAMES}.{index}")) or f"volume {index}",
            state=states.get(said := (text(value) or "unknown").casefold(), said),
        )
        for index, value in column(walk, Q_VOLUME_STATES)
    ]


def _heat(walk: Walk, oid: str) -> float | None:
    """Degrees Celsius; QNAP writes them as "34 C/93 F". 0 and less is a disk that tells none."""
    value = number(walk.get(oid))
    return value if value is not None and 0 < value < 120 else None


KIND = Kind(
    markers=(f"{S}1", f"{Q}11"),
    scalars=(),
    tables=(
        (DISK_NAMES, DISK_MODELS, DISK_STATES, DISK_HEAT, DISK_SECTORS, DISK_HEALTH),
        (RAID_NAMES, RAID_STATES, RAID_FREE, RAID_TOTAL),
        (Q_DISK_NAMES, Q_DISK_HEAT, Q_DISK_STATES, Q_DISK_MODELS, Q_DISK_SMART),
        (Q_VOLUME_NAMES, Q_VOLUME_STATES),
        STORAGE,
    ),
    sensors=(
        Asked(f"{S}1.1", "system", "state"),
        Asked(f"{S}1.2", "system temperature", "temperature"),
        Asked(f"{S}1.3", "power", "state"),
        Asked(f"{S}1.4.1", "system fan", "state"),
        Asked(f"{S}1.4.2", "CPU fan", "state"),
        Asked(f"{S}1.5.4", "upgrade available", "state"),
        Asked(DISK_STATES, DISK_NAMES, "state"),
        Asked(DISK_HEAT, DISK_NAMES, "temperature"),
        Asked(DISK_SECTORS, DISK_NAMES, "count"),
        Asked(DISK_HEALTH, DISK_NAMES, "state"),
        Asked(RAID_STATES, RAID_NAMES, "state"),
        Asked(f"{Q}6", "system temperature", "temperature"),
    ),
    part=part,
)
