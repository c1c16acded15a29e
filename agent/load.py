"""How busy the PC is: counters since boot, so that a lost report costs resolution, not truth."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.host import Host, UnreadableError
from agent.host.reader import Reader
from agent.lean import Any
from agent.parse.lines import colons, kibibytes, rows, whole
from agent.report import Reading

LOCAL = frozenset(
    [
        "ext2",
        "ext3",
        "ext4",
        "xfs",
        "btrfs",
        "f2fs",
        "jfs",
        "reiserfs",
        "zfs",
        "bcachefs",
        "vfat",
        "exfat",
        "ntfs",
        "ntfs3",
        "fuseblk",
    ]
)
"""Filesystems on a disk of this PC; a mounted share belongs to its server."""
SECTOR_BYTES = 512
"""/proc/diskstats counts in these, whatever the disk's own sectors are (iostats.txt)."""
PARTS = re.compile(r"(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)")
WHOLE = ("cpu", "memory", "filesystems", "disk", "network", "uptime_seconds")
"""Every PC has these: one that is missing was not read."""
NO_MORE = 1e12
"""Seconds or processes: beyond it a number is damage."""
DEVICE, FIELDS_OF_MOUNT = "/dev/", 6
NOT_LOCAL = frozenset({"squashfs", "iso9660", "udf", "erofs", "cramfs", "tmpfs", "devtmpfs"})
"""On a device, but read from an image or a disc, or kept in memory."""
KNOWN = LOCAL | NOT_LOCAL
VIRTUAL = re.compile(r"lo|veth.*|docker.*|br-.*|virbr.*|tun.*|tap.*|wg.*|dummy.*|bond.*")
"""A bridge or a tunnel carries what a real interface carries too: counted once."""
ESCAPED = re.compile(r"\\([0-7]{3})")
"""A blank in a mount's name: proc(5), fstab(5)."""
MEMORY = ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
"""MemAvailable, not MemFree, which counts the page cache as used (proc(5))."""
MEMORY_LINE = re.compile(rf"^({'|'.join(MEMORY)}):[ \t]*(.*)$", re.MULTILINE)
TICKS_PER_SECOND = 100
"""USER_HZ, the unit of /proc/stat on every Linux that this runs on (proc(5))."""


def probe(host: Host) -> Reading:
    """From /proc and statvfs alone: this one runs in the resident process, every minute."""
    reader = Reader(host)
    section = _counted(reader) if host.system == "windows" else _section(reader)
    named = {gap.field.split(".")[0] for gap in reader.gaps}
    for name in WHOLE:
        if name not in section and name not in named:
            reader.gap(name, "not told by /proc" if host.system == "linux" else "not told")
    return Reading(section, tuple(reader.gaps))


def _counted(reader: Reader) -> dict[str, Any]:
    """Windows has no /proc: its counters come whole, by psutil."""
    try:
        return dict(reader.host.counters())
    except UnreadableError as problem:
        for name in WHOLE:
            reader.gap(name, problem.cause)
        return {}


def _section(reader: Reader) -> dict[str, Any]:
    uptime = (reader.text("/proc/uptime", "uptime_seconds") or "").split()
    return _told(
        cpu=_cpu(reader),
        memory=_memory(reader),
        filesystems=_filesystems(reader),
        disk=_disk(reader),
        network=_network(reader),
        uptime_seconds=_decimal(uptime[0]) if uptime else None,
        processes=_processes(reader),
    )


def _told(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _cpu(reader: Reader) -> dict[str, Any] | None:
    # The rest of the file is a line of a thousand counters of interrupts.
    lines = (reader.text("/proc/stat", "cpu") or "").partition("\nintr ")[0].splitlines()
    first = lines[0].split() if lines else []
    ticks = [whole(word) or 0 for word in first[1:9]] if first[:1] == ["cpu"] else []
    if len(ticks) < 4:
        return None
    # user nice system idle iowait irq softirq steal; guest time is counted in user already.
    idle = ticks[3] + (ticks[4] if len(ticks) > 4 else 0)
    load = (reader.text("/proc/loadavg", "cpu.load_1") or "").split()
    return _told(
        cores=sum(1 for line in lines[1:] if line.startswith("cpu")),
        busy_seconds_total=(sum(ticks) - idle) / TICKS_PER_SECOND,
        seconds_total=sum(ticks) / TICKS_PER_SECOND,
        load_1=_decimal(load[0]) if load else None,
    )


def _memory(reader: Reader) -> dict[str, Any] | None:
    text = reader.text("/proc/meminfo", "memory") or ""
    lines = dict(reversed(MEMORY_LINE.findall(text)))  # of one that is there twice the first counts
    total, available, swap, swap_free = (kibibytes(lines.get(name)) for name in MEMORY)
    found = _told(
        total_bytes=total,
        available_bytes=available,
        swap_total_bytes=swap,
        swap_free_bytes=swap_free,
    )
    return found or None


@lru_cache(1)  # of a minute before: the table hardly ever changes
def _mounted(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The local filesystems of that table, place and kind, and what of it cannot be told."""
    found: list[tuple[str, str]] = []
    seen: set[str] = set()
    lines = tuple(rows(text))
    mounts = [row for row in lines if len(row) == FIELDS_OF_MOUNT and row[1].startswith("/")]
    gaps = ["a line cannot be read"] if len(mounts) < len(lines) else []
    for device, mount, kind, *_ in mounts:
        if device.startswith(DEVICE) and kind not in KNOWN:
            gaps.append(f"a filesystem of a kind that is not known: {kind}")
        # One disk mounted at several places (bind mounts, btrfs subvolumes) is one filesystem.
        if device in seen or not (kind in LOCAL or mount == "/"):
            continue
        seen.add(device)
        found.append((ESCAPED.sub(lambda code: chr(int(code[1], 8)), mount), kind))
    return tuple(found), tuple(gaps)


def _filesystems(reader: Reader) -> list[dict[str, Any]] | None:
    text = reader.text("/proc/self/mounts", "filesystems")
    if text is None:
        return None
    found: list[dict[str, Any]] = []
    mounted, gaps = _mounted(text)
    for cause in gaps:
        reader.gap("filesystems", cause)
    for place, kind in mounted:
        try:
            space = reader.host.space(place)
        except UnreadableError as problem:
            # In the table and yet not there: it is missing all the same.
            reader.gap(f"filesystems[{len(found)}]", problem.cause)
            continue
        row = {"mount": place, "type": kind, "total_bytes": space.total_bytes}
        found.append({**row, "available_bytes": space.available_bytes})
    return found


def _disk(reader: Reader) -> dict[str, Any] | None:
    text = reader.text("/proc/diskstats", "disk")
    if text is None:
        return None
    disks = [row for row in rows(text) if len(row) >= 10 and PARTS.fullmatch(row[2])]
    return {
        "in_bytes_total": sum(whole(row[5]) or 0 for row in disks) * SECTOR_BYTES,
        "out_bytes_total": sum(whole(row[9]) or 0 for row in disks) * SECTOR_BYTES,
    }


def _network(reader: Reader) -> dict[str, Any] | None:
    lines = colons(reader.text("/proc/net/dev", "network") or "")
    counters = [row.split() for name, row in lines.items() if not VIRTUAL.fullmatch(name)]
    real = [row for row in counters if len(row) >= 16]
    if not lines:
        return None
    return {
        "in_bytes_total": sum(whole(row[0]) or 0 for row in real),
        "out_bytes_total": sum(whole(row[8]) or 0 for row in real),
    }


def _processes(reader: Reader) -> int | None:
    try:
        return reader.host.processes() or None
    except UnreadableError as problem:
        reader.missed("processes", problem)
        return None


def _decimal(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < NO_MORE else None  # `nan` and `inf` are floats too, and no JSON
