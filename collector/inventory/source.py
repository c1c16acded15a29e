"""The inventory of a running collector: read again when the file changes, kept when it breaks."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from collector.inventory.model import Inventory
from collector.inventory.read import InventoryError, load

Stamp = tuple[int, int, int] | None


class Source:
    """One file. Safe to ask from several threads. Raises InventoryError if it is broken at start.

    `kept` is a copy of the file as it was when it was last good: with one, a process that starts
    while the file is broken works by it, as those do that have been running.
    """

    def __init__(self, path: Path | str, kept: Path | None = None) -> None:
        self.path = Path(path)
        self._lock = Lock()
        self._stamp = _stamp(self.path)
        self._problem: InventoryError | None = None
        try:
            self._inventory = load(self.path)
        except InventoryError as error:
            if kept is None or not kept.exists():
                raise
            self._inventory, self._problem = load(kept), error

    @property
    def problem(self) -> InventoryError | None:
        """Why the file as it is now is not in use; None while it is."""
        return self._problem

    def current(self) -> Inventory:
        """The office by the newest good file."""
        with self._lock:
            # Taken before reading: a save in between is seen by the next call.
            stamp = _stamp(self.path)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read()
            return self._inventory

    def _read(self) -> None:
        try:
            self._inventory = load(self.path)
            self._problem = None
        except InventoryError as error:
            self._problem = error


def _stamp(path: Path) -> Stamp:
    """Inode too: an editor replaces the file, and may keep its time and size."""
    try:
        status = path.stat()
    except OSError:
        return None  # not readable now: told by the reader, in words
    return status.st_mtime_ns, status.st_size, status.st_ino
