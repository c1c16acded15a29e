"""What arrives in a folder while restic restores, and whether all of it lies there afterwards."""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backup.answers import File
from backup.drill import LOST

LOOK_SECONDS = 1.0
LOOK_SHARE = 20
"""Looking takes a twentieth of the time at most, however many files there are."""


@dataclass(frozen=True)
class Arrived:
    """How far a restore is, by what lies in its folder: restic 0.14 does not tell."""

    files: int
    bytes: int
    of_files: int
    of_bytes: int

    @property
    def ratio(self) -> float:
        """0 to 1, by bytes; by files where they are all empty."""
        if self.of_bytes:
            return min(1.0, self.bytes / self.of_bytes)
        return min(1.0, self.files / self.of_files) if self.of_files else 1.0


@contextmanager
def watched(
    into: Path, of_files: int, of_bytes: int, tell: Callable[[Arrived], None]
) -> Iterator[None]:
    """Tell at the beginning, every so often, and once at the end, what lies in the folder."""
    ended = threading.Event()

    def look() -> None:
        sizes = [size_bytes for _path, size_bytes in _regular(os.fsencode(into))]
        tell(Arrived(len(sizes), sum(sizes), of_files, of_bytes))

    def watch() -> None:
        wait_seconds = LOOK_SECONDS
        while not ended.wait(wait_seconds):
            began = time.monotonic()
            look()
            wait_seconds = max(LOOK_SECONDS, LOOK_SHARE * (time.monotonic() - began))

    tell(Arrived(0, 0, of_files, of_bytes))
    watcher = threading.Thread(target=watch, name="restore-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        look()


def missing(into: Path, wanted: Sequence[File]) -> Iterator[str]:
    """The files of a list that do not lie below a folder, regular and of their size."""
    lost = [file for file in wanted if LOST in file.path]
    for file in wanted:
        if LOST not in file.path and not _is_there(into, file):
            yield file.path
    lying = _lying(into) if lost else Counter[tuple[str, int]]()
    for file in lost:  # of several that look alike each needs one of its own
        key = (alike(file.path), file.size_bytes)
        if lying[key] == 0:
            yield file.path
        lying[key] -= 1


def _is_there(into: Path, file: File) -> bool:
    try:
        found = (into / file.path.lstrip("/")).stat(follow_symlinks=False)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == file.size_bytes


def _lying(into: Path) -> Counter[tuple[str, int]]:
    """What lies there, by names as restic lists them: bytes that are no UTF-8 look all the same."""
    found: Counter[tuple[str, int]] = Counter()
    top = os.fsencode(into)
    for path, size_bytes in _regular(top):
        below = path.removeprefix(top).decode("utf-8", "replace")
        found[alike(below), size_bytes] += 1
    return found


def _regular(top: bytes) -> Iterator[tuple[bytes, int]]:
    """(path, size) of each regular file below; what goes away meanwhile is left out."""
    for folder, _folders, names in os.walk(top):
        for name in names:
            path = folder + b"/" + name
            try:
                found = os.lstat(path)
            except OSError:
                continue
            if stat.S_ISREG(found.st_mode):
                yield path, found.st_size


def alike(path: str) -> str:
    """A name as it can be compared where its bytes are no UTF-8: they are written in many ways."""
    return re.sub(f"{LOST}+", LOST, path)
