"""Files that must be whole and private: keys and certificates, written so that a crash leaves one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once and durably, readable by its owner alone from its first byte on."""
    fresh = _written(path, content)
    try:
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_private(path: Path, content: bytes) -> None:
    """Make such a file where there is none; of two that are made at once the first one stays."""
    fresh = _written(path, content)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # which, unlike a rename, never replaces
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def _written(path: Path, content: bytes) -> Path:
    """The content beside its place, whole and on the disk."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folder, and its rename is durable with the file
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
