"""Physical disks by /sys/block, with smartctl's word on health where it is installed."""

from __future__ import annotations

import re

from agent.hardware.clean import clean
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told

SECTOR_BYTES = 512
"""/sys/block/*/size counts in these, whatever the disk's own sectors are."""
NOT_DISKS = re.compile(r"(loop|ram|zram|dm-|md|sr|fd|nbd|zd)\d*.*|nvme\d+c\d+n\d+|mmcblk\d+boot\d+")


def disks(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a disk; the names are the kernel's."""
    names = reader.names("/sys/block", "disks")
    if names is None:
        return _by_smartctl_alone(reader)
    real = [name for name in names if not NOT_DISKS.fullmatch(name)]
    return [_disk(reader, name, f"disks[{index}]") for index, name in enumerate(real)]


def _by_smartctl_alone(reader: Reader) -> list[dict[str, Any]] | None:
    from agent.parse import smartctl

    found = smartctl.disk(reader.output("smartctl", "disks") or "")
    if found is None:
        reader.gap("disks", "no /sys/block here")
        return None
    return [{"kind": "unknown", **clean(reader, "disks[0]", found)}]


def _disk(reader: Reader, name: str, place: str) -> dict[str, Any]:
    folder = f"/sys/block/{name}"

    def text(file: str, field: str) -> str | None:
        return reader.text(f"{folder}/{file}", f"{place}.{field}")

    size = reader.number(f"{folder}/size", f"{place}.size_bytes")
    own = told(
        name=name,
        model=text("device/model", "model") or text("device/name", "model"),
        serial=text("device/serial", "serial") or text("serial", "serial"),
        firmware=text("device/firmware_rev", "firmware") or text("device/rev", "firmware"),
        size_bytes=size * SECTOR_BYTES if size is not None else None,
        kind=_kind(name, text("queue/rotational", "kind")),
        bus=_bus(name, reader.link(folder, f"{place}.bus")),
    )
    asked = reader.output("smartctl", f"{place}.health", name)
    smart = _smart(asked) if asked else {}
    if "health" not in smart and not any(gap.field == f"{place}.health" for gap in reader.gaps):
        silent = "smartctl is not installed" if asked is None else "smartctl tells of no health"
        reader.gap(f"{place}.health", silent)
    # The disk's own word over the kernel's, which cuts models at 16 signs.
    better = {key: value for key, value in smart.items() if key not in {"size_bytes", "bus"}}
    if better.get("kind") == "unknown":
        del better["kind"]
    return clean(reader, place, own | better)


def _smart(text: str) -> dict[str, Any]:
    from agent.parse import smartctl

    return smartctl.disk(text) or {}


def _kind(name: str, rotational: str | None) -> str:
    if name.startswith(("nvme", "mmcblk")):
        return "ssd"
    if name.startswith(("vd", "xvd")):
        return "unknown"  # a virtual machine is told "rotational" of whatever lies below it
    return {"0": "ssd", "1": "hdd"}.get(rotational or "", "unknown")


def _bus(name: str, link: str | None) -> str | None:
    by_name = (("nvme", "nvme"), ("mmcblk", "mmc"), ("vd", "virtio"), ("xvd", "xen"))
    for prefix, bus in by_name:
        if name.startswith(prefix):
            return bus
    marks = (("/usb", "usb"), ("/ata", "sata"), ("/virtio", "virtio"), ("/end_device", "sas"))
    return next((bus for mark, bus in marks if link and mark in link), None)
