"""Volumes of the PC's own disks by Win32_LogicalDisk: how full they are is told by `load`."""

from __future__ import annotations

from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.firmware import told
from agent.parse.lines import whole
from agent.windows.classes import devices

KINDS = frozenset("0123456")
LOCAL_DISK = 3


def volumes(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a drive letter. None where the class is not there, which is a gap."""
    found = devices(reader, "Win32_LogicalDisk", "volumes")
    if found is None:
        return None
    torn = sum(1 for row in found if row.get("DriveType") not in KINDS)
    if torn:
        reader.gap("volumes", f"{torn} entries cannot be read")
    return [
        told(
            mount=row.get("DeviceID"),
            type=row.get("FileSystem", "").lower(),
            label=row.get("VolumeName"),
            size_bytes=whole(row.get("Size")),
        )
        for row in found
        if whole(row.get("DriveType")) == LOCAL_DISK
    ]
