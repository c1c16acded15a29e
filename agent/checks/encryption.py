"""Whether what lies on the disk is of use to a thief."""

from __future__ import annotations

import re

from agent.checks.check import Check, judged, unread
from agent.host.reader import Reader
from agent.parse.lines import rows

SOURCE = "/proc/self/mounts, /sys/block/*/dm"
DEEPEST = 8
"""Layers of mapping below a filesystem: LVM on LUKS on RAID is three."""


def disk_encryption(reader: Reader) -> Check:
    """Follows the root filesystem down to its disk, looking for a LUKS layer."""
    mounts = reader.text("/proc/self/mounts", "mounts")
    devices = [row[0] for row in rows(mounts or "") if len(row) > 1 and row[1] == "/"]
    names = reader.names("/sys/block", "block")
    if not devices or names is None:
        return unread(SOURCE, reader, "the root filesystem's disk is not told")
    start = _kernel_name(reader, devices[-1], names)
    if start is None:
        return unread(
            SOURCE, reader, f"the root filesystem is on no disk of this PC: {devices[-1]}"
        )
    locked = _locked(reader, start, names, DEEPEST)
    if locked is None:
        return unread(SOURCE, reader, f"the layers below {start} cannot be read")
    words = "the root filesystem is encrypted by LUKS" if locked else "the root filesystem is plain"
    return judged(SOURCE, words, good=locked)


def _kernel_name(reader: Reader, device: str, names: tuple[str, ...]) -> str | None:
    if device in {"/dev/root", "rootfs"}:
        return None
    if device.startswith("/dev/mapper/"):
        wanted = device.removeprefix("/dev/mapper/")
        mapped = (name for name in names if name.startswith("dm-"))
        return next((one for one in mapped if _dm(reader, one, "name") == wanted), None)
    name = device.removeprefix("/dev/")
    # A partition: its disk's name, without the number at its end.
    whole = re.sub(r"(?<=\d)p\d+$|(?<=[a-z])\d+$", "", name)
    return next((one for one in (name, whole) if one in names), None)


def _dm(reader: Reader, name: str, file: str) -> str | None:
    return reader.text(f"/sys/block/{name}/dm/{file}", "dm")


def _locked(reader: Reader, name: str, names: tuple[str, ...], depth: int) -> bool | None:
    if not name.startswith(("dm-", "md")):
        return False
    if name.startswith("dm-"):
        uuid = _dm(reader, name, "uuid")
        if uuid is None or depth == 0:
            return None
        if uuid.startswith("CRYPT-"):
            return True
    below = reader.names(f"/sys/block/{name}/slaves", "slaves")
    if not below:
        return None
    found = [_locked(reader, _disk_of(one, names), names, depth - 1) for one in below]
    # Every disk below must be locked; one unknown makes the whole unknown.
    return None if None in found else all(found)


def _disk_of(name: str, names: tuple[str, ...]) -> str:
    whole = re.sub(r"(?<=\d)p\d+$|(?<=[a-z])\d+$", "", name)
    return name if name in names else whole
