"""Brings all of a snapshot back, each file held against the listing and each witness by its bytes."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from backup import arriving, rights
from backup.answers import File
from backup.drill import DrillError, Known, voucher
from backup.restic import Restic
from backup.witness import sha256

CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Whole:
    """What one whole restore brought back."""

    files: int
    bytes: int
    compared: int
    """Files whose every byte was held against a witness; the others by name and size."""
    wrong: tuple[str, ...]
    seconds: float
    """That restic took."""
    streamed: bool
    """Read out without being written: no measure of a restore, which takes up to six times longer."""


def listing(restic: Restic, snapshot: str) -> tuple[File, ...]:
    """All files of a snapshot. Raises DrillError where there are none."""
    listed: list[File] = []
    restic.files(snapshot, listed.append)
    if not listed:
        raise DrillError(f"the snapshot {snapshot[:8]} holds no file that can be restored")
    return tuple(listed)


def has_room(scratch: Path, listed: Sequence[File], reserve_bytes: int) -> bool:
    """Whether the set fits onto scratch's disk and leaves the reserve free."""
    there = next(folder for folder in (scratch, *scratch.parents) if folder.exists())
    needed_bytes = sum(file.size_bytes for file in listed)
    return shutil.disk_usage(there).free - needed_bytes >= reserve_bytes


def restored(
    restic: Restic, snapshot: str, listed: Sequence[File], scratch: Path, known: Known
) -> Whole:
    """Restore all of it to scratch, as for people. Raises DrillError, ResticError."""
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="whole-", dir=scratch))
    try:
        seconds = restic.restore(snapshot, folder)
        rights.open_up(folder)
        missing = tuple(arriving.missing(folder, listed))
        lost, vouched = frozenset(missing), _vouched(listed, known)
        differ = tuple(
            path
            for path, digest in vouched.items()
            if path not in lost and sha256(folder / path.lstrip("/")) != digest
        )
    finally:
        rights.remove(folder)
    return _told(listed, len(vouched), (*missing, *differ), seconds, streamed=False)


def streamed(restic: Restic, snapshot: str, listed: Sequence[File], known: Known) -> Whole:
    """Read all of it out as one archive that nothing keeps. Raises DrillError, ResticError."""
    reader = _Reader(
        Counter((arriving.alike(file.path), file.size_bytes) for file in listed),
        _vouched(listed, known),
    )
    vouchers = len(reader.vouched)
    seconds = restic.dump(snapshot, reader.read)
    if reader.broken is not None:
        raise DrillError(f"the archive of {snapshot[:8]} cannot be read: {reader.broken}")
    unseen = tuple(path for path, _size in (+reader.waiting).elements())
    wrong = dict.fromkeys((*unseen, *reader.differ))
    return _told(listed, vouchers, tuple(wrong), seconds, streamed=True)


@dataclass
class _Reader:
    """Ticks off what comes by. Beside the listing it holds one chunk in memory."""

    waiting: Counter[tuple[str, int]]
    vouched: dict[str, str]
    differ: list[str] = field(default_factory=list)
    broken: tarfile.TarError | None = None

    def read(self, stream: IO[bytes]) -> None:
        try:
            # An exception would end restic; what it has to say itself of an early end comes first.
            with tarfile.open(fileobj=stream, mode="r|", errors="surrogateescape") as archive:
                for member in archive:
                    archive.members.clear()  # type: ignore[attr-defined]  # it would keep them all
                    if member.isreg():
                        self._tick(archive, member)
        except tarfile.TarError as error:
            self.broken = error
        while stream.read(CHUNK_BYTES):
            pass

    def _tick(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        path = f"/{name.lstrip('/')}"
        self.waiting[arriving.alike(path), member.size] -= 1
        expected, content = self.vouched.get(path), archive.extractfile(member)
        if expected is not None and content is not None:
            digest = hashlib.sha256()
            while chunk := content.read(CHUNK_BYTES):
                digest.update(chunk)
            if digest.hexdigest() != expected:
                self.differ.append(path)


def _vouched(listed: Sequence[File], known: Known) -> dict[str, str]:
    found = {file.path: voucher(file, known) for file in listed}
    return {path: digest for path, digest in found.items() if digest is not None}


def _told(
    listed: Sequence[File], compared: int, wrong: tuple[str, ...], seconds: float, *, streamed: bool
) -> Whole:
    if compared == 0:
        raise DrillError(
            f"{len(listed)} files were restored and none could be compared:"
            " no file is as the PC had read it before its backups"
        )
    size_bytes = sum(file.size_bytes for file in listed)
    return Whole(len(listed), size_bytes, compared, wrong, seconds, streamed)
