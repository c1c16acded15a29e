"""Witnesses: files whose bytes are read before a backup, to be held against a later restore."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backup.entropy import HEAD_BYTES, looks_encrypted

WITNESSES = 64
WITNESS_BYTES = 256 * 1024 * 1024
"""All witnesses of one run together; reading them must stay small beside the backup itself."""


@dataclass(frozen=True)
class Witness:
    """One file as it was on the PC: it vouches for any snapshot with the same size and time."""

    path: Path
    size_bytes: int
    modified_ns: int
    sha256: str
    encrypted: bool | None = None
    """Whether its beginning looks encrypted; None where it is too short to tell."""


def stored_path(path: str) -> str:
    r"""How restic names a path inside a snapshot: `C:\Users` becomes `/C/Users`."""
    if os.name == "posix":
        return path
    drive, rest = os.path.splitdrive(path)
    return f"/{drive.rstrip(':')}{rest.replace(os.sep, '/')}"


def choose(paths: Sequence[str], chance: random.Random) -> tuple[Path, ...]:
    """Draw files evenly from all below the paths, in one walk (reservoir sampling).

    The seed stays on this PC: who damages a repository cannot know which files will be held
    against it.
    """
    # Asking the system's own chance for every file of thousands takes as long as the walk.
    quick, drawn = random.Random(chance.getrandbits(256)), list[str]()  # noqa: S311 - seeded by it
    for count, path in enumerate(_regular_files(paths)):
        if len(drawn) < WITNESSES:
            drawn.append(path)
        elif (place := quick.randrange(count + 1)) < WITNESSES:
            drawn[place] = path
    return tuple(map(Path, drawn))


def read(paths: Iterable[Path]) -> Iterator[Witness]:
    """Read each file; one that cannot be read or that changes meanwhile is no witness."""
    left_bytes = WITNESS_BYTES
    for path in paths:
        try:
            before = path.stat(follow_symlinks=False)
            if before.st_size > left_bytes:
                continue
            with path.open("rb") as file:
                encrypted = looks_encrypted(file.read(HEAD_BYTES))
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = path.stat(follow_symlinks=False)
        except OSError:
            continue  # the backup itself reads every file, and tells which it could not
        left_bytes -= before.st_size
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            yield Witness(path, after.st_size, after.st_mtime_ns, digest, encrypted)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_unchanged(witness: Witness) -> bool:
    """Whether the file still is of the size and time of change that it had when it was read."""
    try:
        now = witness.path.stat(follow_symlinks=False)
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns) == (witness.size_bytes, witness.modified_ns)


def path_sha256(path: str) -> str:
    """What stands for a path outside of the PC and the repository: names stay at home."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()


def _regular_files(paths: Sequence[str]) -> Iterator[str]:
    for root in paths:
        if stat.S_ISREG(os.lstat(root).st_mode):
            yield root
        else:
            yield from _below(root)


def _below(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError:
        return  # the backup itself tells which folder it could not read
    for entry in found:
        if entry.is_file(follow_symlinks=False):
            yield entry.path
        elif entry.is_dir(follow_symlinks=False):
            yield from _below(entry.path)
