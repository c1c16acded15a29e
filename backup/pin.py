"""Where sets and repositories lie on this machine, and what is pinned on a PC: backup.json."""

from __future__ import annotations

import re
import secrets
from collections.abc import Container
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backup import stores
from backup.stores import Address
from collector.files import make_private
from collector.inventory.model import BackupSet, Inventory, Repository

PASSWORD_BITS = 256


class PinError(Exception):
    """A repository's key is not where it should be."""


def repository(inventory: Inventory, id: str) -> Repository:
    """The declared repository; the reader of the inventory has made sure that it exists."""
    return next(each for each in inventory.repositories if each.id == id)


def address(declared: Repository, state_folder: Path) -> Address:
    """As the collector reaches it: absolute names of files, no secret."""

    def file(path: str | None) -> Path | None:
        return None if path is None else state_folder / path

    place = folder(declared, state_folder)
    return Address(
        path=declared.path if place is None else str(place),
        login_file=file(declared.login_file),
        environment_file=file(declared.environment_file),
        ca_file=file(declared.ca_file),
        key_file=file(declared.key_file),
        known_hosts_file=file(declared.known_hosts_file),
    )


def location(declared: Repository, state_folder: Path) -> str:
    """An absolute folder, or the URL as declared: fit to be shown, without any login."""
    return address(declared, state_folder).path


def folder(declared: Repository, state_folder: Path) -> Path | None:
    """The repository's folder on a disk of this machine; None where it lies elsewhere."""
    return state_folder / declared.path if stores.kind(declared.path) == "folder" else None


def password_file(declared: Repository, state_folder: Path) -> Path:
    """The repository's password file, made with a random password when there is none yet.

    Raises PinError where the repository exists and its password does not: a new one would open
    nothing, and would hide that the old one is lost.
    """
    path = state_folder / declared.password_file
    if declared.exact and not path.exists():
        raise PinError(f"{path} is missing: a copy byte for byte has the first one's password_file")
    if path.exists():
        return path
    place = folder(declared, state_folder)
    if place is not None and (place / "config").exists():
        raise PinError(
            f"{path} is missing and the repository {declared.id} exists: put the password back"
            " from the recovery sheet"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_private(path, f"{secrets.token_urlsafe(PASSWORD_BITS // 8)}\n".encode())
    return path


def pinned(
    inventory: Inventory, asset: str, state_folder: Path, elsewhere: Container[str] = ()
) -> dict[str, Any]:
    """The content of backup.json for one asset. Raises PinError.

    Of the password of repositories `elsewhere` nothing is said, and none is made.
    """
    mine = [each for each in inventory.backups if each.machine == asset]
    sets = {}
    for each in mine:
        kept_in = repository(inventory, each.repository)
        sets[each.id] = _entry(each, kept_in, state_folder.absolute())
        if kept_in.id not in elsewhere:
            key = password_file(kept_in, state_folder.absolute())
            sets[each.id]["password_file"] = str(key)
    return {"sets": sets}


def _entry(declared: BackupSet, kept_in: Repository, state_folder: Path) -> dict[str, Any]:
    reached = asdict(address(kept_in, state_folder))
    return {
        "paths": [_source(path, state_folder) for path in declared.paths],
        "excludes": list(declared.excludes),
        "canary": declared.canary,
        "repository": reached.pop("path"),
        **{name: str(path) for name, path in reached.items() if path is not None},
    }


def _source(path: str, state_folder: Path) -> str:
    """A relative path lies in the state folder; one with a drive is absolute on its own PC."""
    return path if re.match(r"[A-Za-z]:[\\/]", path) else str(state_folder / path)
