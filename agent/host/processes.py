"""How many processes run here, without listing them: the kernel counts the folders of /proc anyway."""

from __future__ import annotations

import os
import time

PROC = "/proc"
LINKS = 2
"""Of any folder, before those of the folders in it (stat(2))."""
RECOUNT_SECONDS = 3600.0
"""A module of the kernel that is loaded may bring a folder of its own."""
TRIES = 3


class Processes:
    """Counts them; each folder of /proc that is no process is known from the last whole list."""

    def __init__(self, folder: str = PROC, links: int = LINKS) -> None:
        self._folder, self._links = folder, links
        self._others: int | None = None
        self._until = float("-inf")

    def count(self) -> int:
        """How many, now; raises `OSError`."""
        if time.monotonic() < self._until and self._others is not None:
            return os.stat(self._folder).st_nlink - self._others
        return self._listed()

    def _listed(self) -> int:
        numbers = 0
        for _ in range(TRIES):
            before = os.stat(self._folder).st_nlink
            numbers, others = _folders(self._folder)
            # Elsewhere the links say nothing of the list: in a namespace of processes, where
            # others are hidden, or while one starts or ends.
            if before == os.stat(self._folder).st_nlink == self._links + numbers + others:
                self._others = self._links + others
                self._until = time.monotonic() + RECOUNT_SECONDS
                return numbers
        self._others = None
        return numbers


def _folders(folder: str) -> tuple[int, int]:
    """Processes, and other folders."""
    numbers = others = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.isdigit():
                numbers += 1
            elif entry.is_dir(follow_symlinks=False):
                others += 1
    return numbers, others
