"""This machine itself, as a host."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime

from agent.closed_list import FOLDERS, PROGRAMS
from agent.host import (
    LIMIT_BYTES,
    Entries,
    Key,
    Neighbour,
    Piece,
    Space,
    UnreadableError,
    mounts,
)
from agent.host.processes import PROC, Processes
from agent.lean import TYPE_CHECKING, Any

if TYPE_CHECKING:  # of the probe `line` alone
    from agent.line.looking import Seen, Wanted

CHUNK_BYTES = 64 * 1024
Answer = tuple[Mapping[str, str], ...] | UnreadableError
BINARY: int = getattr(os, "O_BINARY", 0)
ABSENT = (FileNotFoundError, NotADirectoryError)
PROCESSES = Processes()
"""Remembers, from one reading of the load to the next, what of /proc is no process."""


class Live:
    """The machine that this process runs on."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.answers: dict[str, Answer] = {}
        """What WMI has answered: the classes of a batch are asked once."""

    @property
    def system(self) -> str:
        return "windows" if sys.platform == "win32" else "linux"

    def read(self, path: str) -> bytes:
        try:
            if path in KEPT:
                return MOUNTS.read() if path == mounts.PATH else _again(path)
            return _whole(path)
        except OSError as problem:
            raise unreadable(path, problem) from problem

    def piece(self, path: str, start: int) -> Piece:
        return piece(path, path, start)

    def names(self, path: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(os.listdir(path)))  # noqa: PTH208 - names alone: 10 times cheaper than Path.iterdir
        except OSError as problem:
            raise unreadable(path, problem) from problem

    def link(self, path: str) -> str:
        try:
            return os.path.realpath(path, strict=True)
        except OSError as problem:
            raise unreadable(path, problem) from problem

    def run(self, program: str, argument: str | None = None) -> str:
        if sys.platform != "win32" and not _installed(PROGRAMS[program].arguments[0]):
            # Told without the machinery that starts programs: most of the list is on no one PC.
            raise UnreadableError(f"not installed: {program}", absent=True)
        from agent import programs  # noqa: PLC0415

        return programs.output(program, argument)

    def space(self, mount: str) -> Space:
        try:
            if sys.platform == "win32":
                import shutil  # noqa: PLC0415

                # As GetDiskFreeSpaceEx tells: what is free, quotas left aside.
                size = shutil.disk_usage(mount)
                return Space(size.total, size.free)
            found = os.statvfs(mount)
        except OSError as problem:
            raise unreadable(mount, problem) from problem
        return Space(found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize)

    def addresses(self) -> dict[str, tuple[str, ...]]:
        if sys.platform == "linux":
            from agent.host import netlink  # noqa: PLC0415 - the probe `system` alone needs it

            try:
                return netlink.addresses()
            except OSError as problem:
                raise unreadable("network addresses", problem) from problem
        try:
            import psutil  # noqa: PLC0415
        except ImportError as problem:
            raise UnreadableError("not installed: psutil", absent=True) from problem
        try:
            found = psutil.net_if_addrs()
        except OSError as problem:
            raise unreadable("network addresses", problem) from problem
        families = {"AF_INET", "AF_INET6"}
        return {
            name: tuple(
                row.address.partition("%")[0] for row in rows if row.family.name in families
            )
            for name, rows in found.items()
        }

    def neighbours(self) -> tuple[Neighbour, ...]:
        if sys.platform == "linux":
            from agent.host import netlink  # noqa: PLC0415 - the probe `neighbours` alone needs it

            try:
                return netlink.neighbours()
            except OSError as problem:
                raise unreadable("table of neighbours", problem) from problem
        raise UnreadableError("no rtnetlink on this system", absent=True)

    def look(self, wanted: Wanted) -> Seen:
        from agent import tls  # noqa: PLC0415 - the probe `line` alone needs it
        from agent.line import looking  # noqa: PLC0415

        # The collector checks certificates; here only the time counts, and nothing is sent.
        return looking.look(wanted, tls.unverified())

    def processes(self) -> int:
        if sys.platform == "win32":
            raise UnreadableError("no counters but /proc on this system", absent=True)
        try:
            return PROCESSES.count()
        except OSError as problem:
            raise unreadable(PROC, problem) from problem

    def counters(self) -> Mapping[str, Any]:
        if sys.platform == "win32":
            from agent.windows import counters  # noqa: PLC0415

            return counters.section(self.at)
        raise UnreadableError("no counters but /proc on this system", absent=True)

    def wmi(self, name: str, namespace: str = "root\\cimv2") -> tuple[Mapping[str, str], ...]:
        # The list of classes knows each one's namespace; the resident never loads it.
        if sys.platform == "win32":
            from agent.host import live_windows  # noqa: PLC0415

            return live_windows.instances(name, self.answers)
        raise UnreadableError(f"no WMI on this system: {name}", absent=True)

    def key(self, path: str) -> Key:
        if sys.platform == "win32":
            from agent.host import live_windows  # noqa: PLC0415

            return live_windows.key(path)
        raise UnreadableError(f"no registry on this system: {path}", absent=True)

    def events(self, channel: str, after: int) -> Entries:
        if sys.platform == "win32":
            from agent.host import live_windows  # noqa: PLC0415

            return live_windows.events(channel, after)
        raise UnreadableError(f"no event channels on this system: {channel}", absent=True)


def _whole(path: str) -> bytes:
    return b"".join(_chunks(path))


EVERY_MINUTE = ("uptime", "stat", "loadavg", "meminfo", "diskstats", "net/dev", "self/mounts")
KEPT = (
    frozenset(f"/proc/{name}" for name in EVERY_MINUTE) if sys.platform == "linux" else frozenset()
)
_OPEN: dict[tuple[int, str], int] = {}
"""By process: `self` of a child is the child. No place in a file is kept, that both would share."""


def _again(path: str) -> bytes:
    """A file of /proc that is read every minute: it stays open, and is told anew from its start."""
    held = (os.getpid(), path)
    if held not in _OPEN:
        _OPEN[held] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    number, parts, size = _OPEN[held], [], 0
    while chunk := os.pread(number, CHUNK_BYTES, size):
        parts.append(chunk)
        size += len(chunk)
        if size > LIMIT_BYTES:
            raise larger(path)
    return b"".join(parts)


MOUNTS = mounts.Mounts(_again)


def _installed(name: str) -> bool:
    return any(os.path.exists(f"{folder}/{name}") for folder in FOLDERS)  # noqa: PTH110 - without pathlib


def _chunks(path: str) -> Iterator[bytes]:
    # In small steps: asked for megabytes at once, some files of /proc/sys answer ENOMEM.
    # By the bare calls: a probe reads hundreds of files, and a file object costs more than they do.
    number = os.open(path, os.O_RDONLY | BINARY)
    try:
        left = LIMIT_BYTES
        while chunk := os.read(number, CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise larger(path)
            yield chunk
    finally:
        os.close(number)


def piece(place: str, path: str, start: int) -> Piece:
    """As `Host.piece`, of the file at `place`."""
    try:
        with open(place, "rb") as file:  # noqa: PTH123 - the resident does without pathlib
            file.seek(start)
            return Piece(os.fstat(file.fileno()).st_ino, file.read(LIMIT_BYTES))
    except OSError as problem:
        raise unreadable(path, problem) from problem


def larger(path: str) -> UnreadableError:
    """Whatever stands behind the limit may be what is looked for: a part is no answer."""
    return UnreadableError(f"larger than {LIMIT_BYTES} bytes: {path}")


def unreadable(path: str, problem: Exception) -> UnreadableError:
    """The problem in words, marked as absent where there is no such thing."""
    reason = (getattr(problem, "strerror", None) or str(problem)).lower()
    return UnreadableError(f"{reason}: {path}", absent=isinstance(problem, ABSENT))
