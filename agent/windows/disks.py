"""Physical disks by MSFT_PhysicalDisk, with Win32_DiskDrive beside it and in its place."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import Row, devices

STORAGE = "root\\Microsoft\\Windows\\Storage"
SMART = "root\\wmi"
KINDS = {3: "hdd", 4: "ssd"}
HEALTHS = {0: "good", 1: "failing", 2: "failing"}
# MSFT_PhysicalDisk.BusType and Win32_DiskDrive.InterfaceType.
BUSES = {1: "scsi", 2: "atapi", 3: "ata", 4: "firewire", 6: "fibre", 7: "usb", 8: "raid"} | {
    9: "iscsi", 10: "sas", 11: "sata", 12: "sd", 13: "mmc", 14: "virtual", 15: "virtual",
    16: "spaces", 17: "nvme",
}  # fmt: skip
INTERFACES = {"IDE": "ata", "SCSI": "scsi", "USB": "usb", "1394": "firewire"}
EUI = re.compile(r"(?:[0-9A-F]{4}_){3,7}[0-9A-F]{4}\.", re.IGNORECASE)
"""The name of an NVMe namespace, which Windows gives out as the disk's serial."""
OLD_ATA = re.compile(r"(?:[0-9a-f]{4}){10}", re.IGNORECASE)
"""20 bytes of ATA identify data in hexadecimal, each pair of letters turned round."""


def disks(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a disk, in the order of their numbers; the names are those of Windows."""
    tried = Reader(reader.host)
    physical = tried.instances("MSFT_PhysicalDisk", "disks", STORAGE)
    drives = devices(tried, "Win32_DiskDrive", "disks")
    if not physical:
        reader.gaps.extend(tried.gaps)  # else the drives only add to what is known already
        if drives is None:
            return None
    by_number = {whole(row.get("Index")): row for row in drives or ()}
    pairs = [(row, by_number.get(whole(row.get("DeviceId")), {})) for row in physical or ()]
    pairs = pairs or [({}, row) for row in drives or ()]
    pairs.sort(key=lambda pair: _number(*pair))
    predicted = _predicted(reader)
    return [_disk(reader, *pair, f"disks[{i}]", predicted) for i, pair in enumerate(pairs)]


def _number(disk: Row, drive: Row) -> int:
    number = whole(disk.get("DeviceId")) if disk else whole(drive.get("Index"))
    return -1 if number is None else number


def _disk(
    reader: Reader, disk: Row, drive: Row, place: str, predicted: dict[str, bool]
) -> dict[str, Any]:
    model = disk.get("Model") or disk.get("FriendlyName") or drive.get("Model") or ""
    bus = _bus(disk, drive)
    health = _health(disk, drive, predicted)
    if health is None:
        reader.gap(f"{place}.health", "Windows tells of no health")
    found = told(
        name=drive.get("DeviceID") or f"\\\\.\\PHYSICALDRIVE{disk.get('DeviceId', '')}",
        model=model,
        serial=serial(disk.get("SerialNumber") or drive.get("SerialNumber") or "", disk),
        firmware=disk.get("FirmwareVersion") or drive.get("FirmwareRevision"),
        size_bytes=whole(disk.get("Size")) or whole(drive.get("Size")),
        kind=_kind(disk, model, bus),
        bus=bus,
        health=health,
    )
    return clean(reader, place, found)


def serial(written: str, disk: Row) -> str:
    """The number on the disk's label, from what Windows writes."""
    text = written.strip()
    own = disk.get("AdapterSerialNumber", "").strip()
    if EUI.fullmatch(text) and own:
        # The controller's own number, with that of the namespace behind it: `FJ68N…   _0000`.
        return re.sub(r"\s*_\d{4}$", "", own)
    if OLD_ATA.fullmatch(text):
        letters = bytes.fromhex(text)
        turned = bytes(letters[index ^ 1] for index in range(len(letters)))
        if turned.isascii() and turned.decode("ascii").isprintable():
            return turned.decode("ascii").strip()
    return text


def _kind(disk: Row, model: str, bus: str | None) -> str:
    told_by = KINDS.get(whole(disk.get("MediaType")) or 0)
    if told_by:
        return told_by
    # A spindle's speed is 0 for a solid disk, and 4294967295 where it is not known.
    spindle = whole(disk.get("SpindleSpeed")) or 0
    if 0 < spindle < 100_000:
        return "hdd"
    return (
        "ssd" if bus == "nvme" or re.search(r"\b(SSD|NVMe)\b", model, re.IGNORECASE) else "unknown"
    )


def _bus(disk: Row, drive: Row) -> str | None:
    told_by = BUSES.get(whole(disk.get("BusType")) or 0)
    if told_by:
        return told_by
    if "VEN_NVME" in drive.get("PNPDeviceID", "").upper():
        return "nvme"  # `InterfaceType` says SCSI of it, by the way its driver is built
    return INTERFACES.get(drive.get("InterfaceType", "").upper())


def _health(disk: Row, drive: Row, predicted: dict[str, bool]) -> str | None:
    fails = predicted.get(drive.get("PNPDeviceID", "").upper())
    if fails or drive.get("Status", "").lower().startswith("pred"):
        return "failing"
    status = whole(disk.get("HealthStatus"))
    told_by = HEALTHS.get(status) if status is not None else None
    return told_by or ("good" if fails is False else None)


def _predicted(reader: Reader) -> dict[str, bool]:
    """SMART's word by device id; old disks behind new drivers have none."""
    found = reader.instances("MSStorageDriver_FailurePredictStatus", "disks[].health", SMART)
    return {
        row.get("InstanceName", "").upper().removesuffix("_0"): row["PredictFailure"] == "TRUE"
        for row in found or ()
        if row.get("PredictFailure") in {"TRUE", "FALSE"}
    }
