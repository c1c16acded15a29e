"""Witnesses: files whose bytes are read before a backup, to be held against a later restore."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WITNESSES = 64
WITNESS_BYTES = 256 * 1024 * 1024
"""All witnesses of one run together; reading them must stay small beside the backup itself."""


@dataclass(frozen=True)
class Witness:
    """One file as it was on the PC: it vouches for any snapshot with the same size and time."""

    path: str
    """As restic keeps it."""
    size_bytes: int
    modified_ns: int
    sha256: str


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
    drawn: list[Path] = []
    for count, path in enumerate(_regular_files(paths)):
        if len(drawn) < WITNESSES:
            drawn.append(path)
        elif (place := chance.randrange(count + 1)) < WITNESSES:
            drawn[place] = path
    return tuple(drawn)


def read(paths: Iterable[Path]) -> Iterator[Witness]:
    """Read each file; one that cannot be read or that changes meanwhile is no witness."""
    left_bytes = WITNESS_BYTES
    for path in paths:
        try:
            before = path.stat(follow_symlinks=False)
            if before.st_size > left_bytes:
                continue
            digest = sha256(path)
            after = path.stat(follow_symlinks=False)
        except OSError:
            continue  # the backup itself reads every file, and tells which it could not
        left_bytes -= before.st_size
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            yield Witness(stored_path(str(path)), after.st_size, after.st_mtime_ns, digest)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def by_path(witnesses: Iterable[Witness]) -> Mapping[str, Witness]:
    """The witnesses by the path that restic keeps."""
    return {witness.path: witness for witness in witnesses}


def path_sha256(path: str) -> str:
    """What stands for a path outside of the PC and the repository: names stay at home."""
    return hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()


def _regular_files(paths: Sequence[str]) -> Iterator[Path]:
    for root in paths:
        if Path(root).is_file() and not Path(root).is_symlink():
            yield Path(root)
        for folder, _folders, names in os.walk(root):
            for name in names:
                path = Path(folder, name)
                if _is_regular(path):
                    yield path


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat(follow_symlinks=False).st_mode)
    except OSError:
        return False
