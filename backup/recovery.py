"""What it takes to restore with restic alone: addresses, secrets where they are asked for, commands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from backup import own, passwords, pin, stores
from backup.passwords import Password
from backup.stores import Address
from collector.escrow import sealing
from collector.inventory.model import BackupSet, Inventory, Repository
from collector.store.database import Store

PASSWORD_NAME = "mat-khau.txt"  # noqa: S105 - the name of a file, as the commands say it
TARGET = "khoi-phuc"
"""Where the commands restore to, beside the file of the password."""
LOGIN = "TAI-KHOAN:MAT-KHAU"
"""Stands in an address whose login is not to be printed."""
CA_NAME = "ca.pem"


@dataclass(frozen=True)
class Way:
    """One repository, and how a person opens it with restic alone."""

    repository: Repository
    address: str
    sets: tuple[BackupSet, ...]
    kept_in: tuple[tuple[str, Path], ...]
    """(what it is, where it lies on the collector) of each secret; `password`, or `escrow`, is always there."""
    commands: tuple[str, ...] = field(repr=False)
    """Lines for a shell, in their order; a login may stand in them."""
    password: str | None = field(default=None, repr=False)
    """None where it is not to be printed."""


def ways(
    store: Store, inventory: Inventory, state_folder: Path, *, secrets: bool
) -> tuple[Way, ...]:
    """Every repository in the inventory's order. Raises StoreError, PinError, OSError."""
    place = state_folder.absolute()
    return tuple(_way(store, inventory, each, place, secrets) for each in inventory.repositories)


def _way(
    store: Store, inventory: Inventory, declared: Repository, state_folder: Path, secrets: bool
) -> Way:
    address = pin.address(declared, state_folder)
    first = declared.copy_of or declared.id
    # An exact copy holds the collector's own state where its first one does.
    filled = pin.repository(inventory, first) if declared.exact else declared
    sets = tuple(each for each in inventory.backups if each.repository == first)
    password = passwords.written(store, declared, state_folder)
    kept_in = (_place(declared, password, state_folder), *_others(address))
    return Way(
        repository=declared,
        address=address.path,
        sets=sets,
        kept_in=kept_in,
        commands=(*_entrance(address, secrets), *_restores(address, _tags(filled, sets))),
        password=password.text if secrets and password is not None else None,
    )


def _place(declared: Repository, password: Password | None, state_folder: Path) -> tuple[str, Path]:
    """Where whoever has the collector's disk finds it."""
    if password is not None and password.handed_in is not None:
        return "escrow", state_folder / sealing.KEY
    return "password", state_folder / declared.password_file


def _others(address: Address) -> Iterator[tuple[str, Path]]:
    named = (
        ("login", address.login_file),
        ("keys", address.environment_file),
        ("ca", address.ca_file),
        ("ssh-key", address.key_file),
        ("ssh-host", address.known_hosts_file),
    )
    for name, path in named:
        if path is not None:
            yield name, path


def _entrance(address: Address, secrets: bool) -> Iterator[str]:
    """What is told to the shell first."""
    if address.environment_file is not None:
        given = stores.access(address).environment
        for name, value in given.items():
            yield f"export {name}={shlex.quote(value) if secrets else '...'}"
    yield f"export RESTIC_REPOSITORY={_quoted(_location(address, secrets))}"


def _location(address: Address, secrets: bool) -> str:
    if address.login_file is None:
        return address.path
    login = LOGIN
    if secrets:
        user, _, word = stores.address.secret(address.login_file).partition(":")
        login = f"{quote(user, safe='')}:{quote(word, safe='')}"
    parts = urlsplit(address.path.removeprefix("rest:"))
    return f"rest:{parts.scheme}://{login}@{parts.netloc}{parts.path}"


def _tags(declared: Repository, sets: tuple[BackupSet, ...]) -> tuple[str, ...]:
    ours = () if declared.writer else (own.TAG,)
    return (*(each.id for each in sets), *ours)


def _restores(address: Address, tags: tuple[str, ...]) -> Iterator[str]:
    authority = f" --cacert {CA_NAME}" if address.ca_file else ""
    begin = f"restic{authority} -p {PASSWORD_NAME}"
    yield f"{begin} snapshots"
    for tag in tags:
        yield f"{begin} restore latest --tag {tag} --target {TARGET}"


def _quoted(text: str) -> str:
    """Always in quotes: on paper they show where it begins and ends."""
    plain = shlex.quote(text)
    return plain if plain.startswith("'") else f"'{plain}'"
