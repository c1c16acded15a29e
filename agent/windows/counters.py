"""The section `load` by psutil, for a system without /proc. The resident reads it: on Windows alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.host import UnreadableError
from agent.lean import Any
from agent.parse.firmware import told

VIRTUAL = ("loopback", "vethernet", "isatap", "teredo", "local area connection*")
"""Start of the names of interfaces that carry what a real one carries too, or nothing."""


def section(now: datetime) -> dict[str, Any]:
    """What each of its parts could be told; raises `UnreadableError` where psutil is missing."""
    try:
        import psutil  # noqa: PLC0415 - the resident on Linux does without
    except ImportError as problem:
        raise UnreadableError("not installed: psutil") from problem
    parts: dict[str, Callable[[Any, datetime], Any]] = {
        "cpu": _cpu,
        "memory": _memory,
        "filesystems": _filesystems,
        "disk": _disk,
        "network": _network,
        "uptime_seconds": lambda source, at: round(at.timestamp() - source.boot_time(), 1),
        "processes": lambda source, _at: len(source.pids()),
    }
    found = {}
    for name, part in parts.items():
        try:
            found[name] = part(psutil, now)
        except (OSError, RuntimeError):
            continue  # what is missing is named as a gap by the probe
    return told(**found)


def _cpu(source: Any, _now: datetime) -> dict[str, Any]:
    # Windows counts interrupts and deferred calls in the kernel's time already.
    times = source.cpu_times()
    busy = times.user + times.system
    return told(
        cores=source.cpu_count(),
        busy_seconds_total=round(busy, 2),
        seconds_total=round(busy + times.idle, 2),
    )


def _memory(source: Any, _now: datetime) -> dict[str, Any]:
    memory, swap = source.virtual_memory(), source.swap_memory()
    return {
        "total_bytes": memory.total,
        "available_bytes": memory.available,
        "swap_total_bytes": swap.total,
        "swap_free_bytes": swap.free,
    }


def _filesystems(source: Any, _now: datetime) -> list[dict[str, Any]]:
    found = []
    for one in source.disk_partitions(all=False):
        # `fixed` is Windows' word for a disk of the PC: no stick, no share, no empty drive.
        if "fixed" in one.opts.split(","):
            try:
                space = source.disk_usage(one.mountpoint)
            except OSError:
                continue  # locked by BitLocker, or not formatted: it has no room to tell of
            row = {"mount": one.mountpoint, "type": one.fstype.lower()}
            found.append({**row, "total_bytes": space.total, "available_bytes": space.free})
    return found


def _disk(source: Any, _now: datetime) -> dict[str, int] | None:
    counted = source.disk_io_counters()
    if counted is None:
        return None
    return {"in_bytes_total": counted.read_bytes, "out_bytes_total": counted.write_bytes}


def _network(source: Any, _now: datetime) -> dict[str, int]:
    interfaces = source.net_io_counters(pernic=True).items()
    real = [one for name, one in interfaces if not name.lower().startswith(VIRTUAL)]
    return {
        "in_bytes_total": sum(one.bytes_recv for one in real),
        "out_bytes_total": sum(one.bytes_sent for one in real),
    }
