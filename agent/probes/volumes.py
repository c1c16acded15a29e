"""Volumes that files lie on, for the probe `system`: how they are built. How full they are is `load`'s."""

from __future__ import annotations

import re

from agent.host import UnreadableError
from agent.host.reader import Reader
from agent.lean import Any
from agent.load import DEVICE, FIELDS_OF_MOUNT, LOCAL, NOT_LOCAL
from agent.parse.firmware import told
from agent.parse.lines import rows

LABELS = "/dev/disk/by-label"
OCTAL = re.compile(r"\\([0-7]{3})")
HEXADECIMAL = re.compile(r"\\x([0-9a-f]{2})")


def volumes(reader: Reader) -> list[dict[str, Any]] | None:
    """One entry a local filesystem, at the place where it is mounted first."""
    text = reader.text("/proc/self/mounts", "volumes")
    if text is None:
        reader.gap("volumes", "no table of mounts")
        return None
    labels = _labels(reader)
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    mounts = [row for row in rows(text) if len(row) == FIELDS_OF_MOUNT and row[1].startswith("/")]
    if len(mounts) < sum(1 for _ in rows(text)):
        reader.gap("volumes", "a line cannot be read")
    for device, mount, kind, options, *_ in mounts:
        if device.startswith(DEVICE) and kind not in LOCAL | NOT_LOCAL:
            reader.gap("volumes", f"a filesystem of a kind that is not known: {kind}")
        # One disk mounted at several places (bind mounts, btrfs subvolumes) is one volume.
        if device in seen or not (kind in LOCAL or mount == "/"):
            continue
        seen.add(device)
        place = OCTAL.sub(lambda code: chr(int(code[1], 8)), mount)
        row = told(mount=place, type=kind, label=labels.get(device), device=device)
        row["size_bytes"] = _size(reader, place, f"volumes[{len(found)}].size_bytes")
        found.append(told(**row, read_only="ro" in options.split(",")))
    return found


def _size(reader: Reader, place: str, name: str) -> int | None:
    try:
        return reader.host.space(place).total_bytes
    except UnreadableError as problem:
        reader.gap(name, problem.cause)
        return None


def _labels(reader: Reader) -> dict[str, str]:
    r"""Device to label, as udev links them; what no file name can hold it writes as `\x20`."""
    links = {
        name: reader.link(f"{LABELS}/{name}", "volumes[].label")
        for name in reader.names(LABELS, "volumes[].label") or ()
    }
    return {
        device: HEXADECIMAL.sub(lambda code: chr(int(code[1], 16)), name)
        for name, device in links.items()
        if device
    }
