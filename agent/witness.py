"""What a reading rests on, and whether it is still so: a few stats instead of a child.

A probe's file that was neither written nor replaced says what it said. What no file tells (a
program's answer, the processes that run) has no witness here: that is why a full reading is due
now and then all the same.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import sys
import zlib
from collections.abc import Iterable, Mapping

from agent.host import Host, Piece
from agent.lean import Any

SOCKETS = {"/proc/net/tcp": socket.AF_INET, "/proc/net/tcp6": socket.AF_INET6}
KERNEL = ("/proc/", "/sys/")
"""Made when they are read: their times say nothing, what they hold does."""
RESTLESS = re.compile(
    r"/proc(/\d.*|/(uptime|stat|meminfo|loadavg|diskstats|interrupts|cpuinfo|net/(dev|arp).*))?"
    r"|/sys/class/(power_supply|thermal|hwmon)(/.*)?|/sys/.*/statistics/.*|.*/(scaling_)?cur_freq"
)
"""Changes all the time without news: processes, counters, charge, temperature."""
MOST_BYTES = 64 * 1024
NOTHING, REFUSED = "absent", "refused"


def mark(paths: Iterable[str]) -> str:
    """One word for the state of all of them: another as soon as one is written, made or deleted."""
    return _digest({path: signature(path) for path in paths})


def signature(path: str) -> str:
    """The state of one file, folder or link."""
    try:
        if path.startswith(KERNEL):
            return _content(path)
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return NOTHING
    except OSError:
        return REFUSED
    # The inode too: a file put in another's place may carry the times of the old one.
    return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"


def _content(path: str) -> str:
    if path in SOCKETS:
        os.stat(path)  # no such table: no such kind of IP
        try:
            return _listening(SOCKETS[path])
        except OSError:
            pass  # a kernel that will not be asked: the whole table, which changes far more often
    if os.path.isdir(path):
        return f"{zlib.crc32(chr(0).join(sorted(os.listdir(path))).encode()):x}"
    number = os.open(path, os.O_RDONLY)
    try:
        return f"{zlib.crc32(os.read(number, MOST_BYTES)):x}"
    finally:
        os.close(number)


def _listening(family: int) -> str:
    if sys.platform != "linux":
        raise OSError(f"no sockets of {family} are told here")
    from agent.host import netlink  # noqa: PLC0415 - of Linux alone

    return f"{zlib.crc32(b' '.join(netlink.listening(family))):x}"


def _digest(signatures: Mapping[str, str]) -> str:
    told = "\n".join(f"{path} {signatures[path]}" for path in sorted(signatures))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


class Witness:
    """A host that notes what is asked of it, each with its state before the first answer."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._seen: dict[str, str] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """All that can bear witness."""
        return tuple(sorted(self._seen))

    @property
    def mark(self) -> str:
        """Their state as it was read; compare it with `mark(paths)` later."""
        return _digest(self._seen)

    def forget(self) -> None:
        """Begin anew, for another section."""
        self._seen.clear()

    def __getattr__(self, name: str) -> Any:
        """Whatever else a host can be asked: no file's state tells of that."""
        return getattr(self._host, name)

    def read(self, path: str) -> bytes:
        self._note(path)
        return self._host.read(path)

    def piece(self, path: str, start: int) -> Piece:
        self._note(path)
        return self._host.piece(path, start)

    def names(self, path: str) -> tuple[str, ...]:
        self._note(path)
        return self._host.names(path)

    def link(self, path: str) -> str:
        self._note(path)
        return self._host.link(path)

    def _note(self, path: str) -> None:
        if path not in self._seen and not RESTLESS.fullmatch(path):
            self._seen[path] = signature(path)
