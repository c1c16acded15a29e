"""Restores files of a set to scratch and compares them with what the PC had read beforehand."""

from __future__ import annotations

import random
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backup import rights
from backup.answers import File
from backup.restic import Restic
from backup.witness import path_sha256, sha256

FILES = 50
DRILL_BYTES = 512 * 1024 * 1024
"""What one drill may put into scratch."""
LEFT_SECONDS = 12 * 3600.0
"""No drill takes so long: its limit is four hours."""
LOST = "\ufffd"
"""Stands for bytes that are no UTF-8: restic lists such a name, and cannot be asked for it."""


class DrillError(Exception):
    """The drill proved nothing."""


@dataclass(frozen=True)
class Known:
    """What the collector knows of a set before a drill."""

    vouching: Mapping[tuple[str, int, int], str]
    """SHA-256 by (hash of the path, size, time), as the PC read it."""
    restored: Mapping[str, datetime]
    """When each file was last restored, by the hash of its path."""


@dataclass(frozen=True)
class Drilled:
    """What one drill restored and compared."""

    files: int
    bytes: int
    compared: int
    """Files whose every byte was held against a witness; the others by their size alone."""
    mismatched: tuple[str, ...]
    set_aside: int
    """Files of the snapshot that could not be asked for by name."""
    seconds: float
    rto_seconds: float
    restored: tuple[str, ...]
    """Hashes of the paths that came back as they should."""


def drill(
    restic: Restic, snapshot: str, scratch: Path, known: Known, chance: random.Random
) -> Drilled:
    """Restore a draw from one snapshot. Raises DrillError or ResticError where nothing is proved."""
    listed: list[File] = []
    restic.files(snapshot, listed.append)
    usable = [file for file in listed if LOST not in file.path]
    chosen = choose(usable, known, chance)
    if not chosen:
        raise DrillError(f"the snapshot {snapshot[:8]} holds no file that can be restored")
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=scratch))
    try:
        seconds = restic.restore(snapshot, folder, [file.path for file in chosen])
        rights.open_up(folder)
        wrong = tuple(_mismatches(folder, chosen, known))
    finally:
        rights.remove(folder)
    compared = sum(voucher(file, known) is not None for file in chosen)
    if compared == 0:
        raise DrillError(
            f"{len(chosen)} files were restored and none could be compared:"
            " no file is as the PC had read it before its backups"
        )
    return Drilled(
        files=len(chosen),
        bytes=sum(file.size_bytes for file in chosen),
        compared=compared,
        mismatched=wrong,
        set_aside=len(listed) - len(usable),
        seconds=seconds,
        rto_seconds=extrapolated(seconds, chosen, listed),
        restored=tuple(path_sha256(file.path) for file in chosen if file.path not in wrong),
    )


def clear(scratch: Path, now: datetime) -> tuple[str, ...]:
    """Remove what a drill left behind that was killed with its process: it lies there in plain."""
    old = [
        folder
        for folder in scratch.glob("*-*")
        if folder.is_dir() and now.timestamp() - folder.stat().st_mtime > LEFT_SECONDS
    ]
    for folder in old:
        with suppress(OSError):
            rights.open_up(folder)
        shutil.rmtree(folder, ignore_errors=True)
    return tuple(sorted(folder.name for folder in old))


def choose(files: Sequence[File], known: Known, chance: random.Random) -> tuple[File, ...]:
    """Half those never or longest not restored, half drawn; those with a witness come first."""
    mixed = chance.sample(files, len(files))
    stalest = sorted(mixed, key=lambda file: _restored_at(file, known))
    vouched = [file for file in stalest if voucher(file, known) is not None]
    drawn = [file for file in mixed if voucher(file, known) is not None]
    order = dict.fromkeys([*vouched[: FILES // 2], *drawn[: FILES // 4], *stalest])
    chosen: list[File] = []
    left_bytes = DRILL_BYTES
    for file in order:
        if len(chosen) < FILES and file.size_bytes <= left_bytes:
            chosen.append(file)
            left_bytes -= file.size_bytes
    return tuple(chosen)


def extrapolated(seconds: float, chosen: Sequence[File], listed: Sequence[File]) -> float:
    """How long all of the snapshot would take at this drill's pace: the worse of bytes and files.

    On the safe side: opening the repository, which happens once, is multiplied as well.
    """
    by_files = len(listed) / len(chosen)
    chosen_bytes = sum(file.size_bytes for file in chosen)
    by_bytes = sum(file.size_bytes for file in listed) / chosen_bytes if chosen_bytes else 1.0
    return seconds * max(by_files, by_bytes)


def _mismatches(folder: Path, chosen: Sequence[File], known: Known) -> Iterator[str]:
    for file in chosen:
        restored = folder / file.path.lstrip("/")
        if not _equal(restored, file, voucher(file, known)):
            yield file.path


def _equal(restored: Path, file: File, voucher: str | None) -> bool:
    try:
        found = restored.stat(follow_symlinks=False)
        if not stat.S_ISREG(found.st_mode) or found.st_size != file.size_bytes:
            return False
        return voucher is None or sha256(restored) == voucher
    except OSError:
        return False  # not there, or not readable: either way it did not come back


def voucher(file: File, known: Known) -> str | None:
    """SHA-256 that the PC had read. The witness counts where size and time still agree: else the PC changed the file since."""
    if file.modified_ns is None:
        return None
    return known.vouching.get((path_sha256(file.path), file.size_bytes, file.modified_ns))


def _restored_at(file: File, known: Known) -> float:
    at = known.restored.get(path_sha256(file.path))
    return at.timestamp() if at else 0.0
