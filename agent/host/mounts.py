"""The table of mounts: read anew when the kernel says that it changed, and now and then anyway."""

from __future__ import annotations

import os
import select
from collections.abc import Callable

PATH = "/proc/self/mounts"
AGAIN = 10
"""Reads by what is kept, at most, before the table is read whatever the kernel says: a system whose
/proc does not tell of changes is ten minutes late with them, and no later."""


class Mounts:
    """For one process: what a change is told to, a child of it would take away from its parent.

    poll(2) on the table tells POLLERR and POLLPRI once after each change (proc(5)). The table is
    the longest thing that the resident reads each minute, and the one that hardly ever changes.
    """

    def __init__(self, read: Callable[[str], bytes], path: str = PATH) -> None:
        self._read, self._path = read, path
        self._process = 0
        self._text = b""
        self._kept = 0
        self._changes: select.poll | None = None

    def read(self) -> bytes:
        """The table as it is now. Raises OSError."""
        if self._process != os.getpid():
            if self._process:
                return self._read(self._path)  # a child's: it has its own eyes, and lives for once
            changes = select.poll()
            changes.register(os.open(self._path, os.O_RDONLY | os.O_CLOEXEC), select.POLLPRI)
            self._process, self._changes = os.getpid(), changes
        elif self._kept and self._changes and not self._changes.poll(0):
            self._kept -= 1
            return self._text
        self._kept = 0  # a change is told once: where reading it fails, the next one reads again
        self._text = self._read(self._path)
        self._kept = AGAIN
        return self._text
