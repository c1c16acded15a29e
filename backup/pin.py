"""Where sets and repositories lie on this machine, and what is pinned on a PC: backup.json."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Any

from collector.inventory.model import BackupSet, Inventory, Repository

PASSWORD_BITS = 256

_REMOTE = re.compile(r"(rest|s3|sftp|b2|azure|gs|swift|rclone):")


class PinError(Exception):
    """A repository's key is not where it should be."""


def repository(inventory: Inventory, id: str) -> Repository:
    """The declared repository; the reader of the inventory has made sure that it exists."""
    return next(each for each in inventory.repositories if each.id == id)


def location(declared: Repository, state_folder: Path) -> str:
    """As restic is told it: an absolute folder, or the URL as declared."""
    if _REMOTE.match(declared.path):
        return declared.path
    return str(state_folder / declared.path)


def folder(declared: Repository, state_folder: Path) -> Path | None:
    """The repository's folder on a disk of this machine; None where it lies elsewhere."""
    return None if _REMOTE.match(declared.path) else state_folder / declared.path


def password_file(declared: Repository, state_folder: Path) -> Path:
    """The repository's password file, made with a random password when there is none yet.

    Raises PinError where the repository exists and its password does not: a new one would open
    nothing, and would hide that the old one is lost.
    """
    path = state_folder / declared.password_file
    if path.exists():
        return path
    place = folder(declared, state_folder)
    if place is not None and (place / "config").exists():
        raise PinError(
            f"{path} is missing and the repository {declared.id} exists: put the password back"
            " from the recovery sheet"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(PASSWORD_BITS // 8) + "\n", "ascii")
    return path


def pinned(inventory: Inventory, asset: str, state_folder: Path) -> dict[str, Any]:
    """The content of backup.json for one asset. Raises PinError."""
    mine = [each for each in inventory.backups if each.machine == asset]
    return {"sets": {each.id: _entry(inventory, each, state_folder.absolute()) for each in mine}}


def _entry(inventory: Inventory, declared: BackupSet, state_folder: Path) -> dict[str, Any]:
    kept_in = repository(inventory, declared.repository)
    return {
        "paths": [_source(path, state_folder) for path in declared.paths],
        "excludes": list(declared.excludes),
        "repository": location(kept_in, state_folder),
        "password_file": str(password_file(kept_in, state_folder)),
    }


def _source(path: str, state_folder: Path) -> str:
    """A relative path lies in the state folder; one with a drive is absolute on its own PC."""
    return path if re.match(r"[A-Za-z]:[\\/]", path) else str(state_folder / path)
