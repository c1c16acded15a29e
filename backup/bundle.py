"""What a PC is given to back up with: pins, passwords and its login, to be laid into its agent's folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent import escrow
from backup import passwords, pin, server
from backup.passwords import Password
from collector.files import write_private
from collector.inventory.model import Inventory, Repository
from collector.store.database import Store

FOLDER = "backup"
"""In the agent's folder; the pins name it relative to that."""


def write(
    store: Store,
    inventory: Inventory,
    asset: str,
    state_folder: Path,
    into: Path,
    host: str,
    port: int,
) -> tuple[Path, ...]:
    """Write `backup.json` and its secrets below a folder. Raises PinError, OSError.

    `host` and `port` are where the backup server is reached from the PC. A password that the PC
    made itself lies there already: it is not among the secrets, and the pins name its own file.
    """
    kept = {each.repository for each in inventory.backups if each.machine == asset}
    repositories = [each for each in inventory.repositories if each.id in kept]
    pins = pin.pinned(inventory, asset, state_folder, kept)
    (into / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    carried = {each.id: passwords.carried(store, each, state_folder) for each in repositories}
    reached = {
        each.id: dict(_reached(each, carried[each.id], state_folder)) for each in repositories
    }
    written = [_copied(file, into) for files in reached.values() for file in files.items()]
    for declared in inventory.backups:
        if declared.id in pins["sets"]:
            entry: dict[str, Any] = pins["sets"][declared.id]
            kept_in = pin.repository(inventory, declared.repository)
            entry |= {name: f"{FOLDER}/{file[0]}" for name, file in reached[kept_in.id].items()}
            entry.setdefault("password_file", escrow.FILE)
            if kept_in.writer:
                entry["repository"] = server.url(kept_in, host, port)
    write_private(into / "backup.json", json.dumps(pins, ensure_ascii=False).encode())
    return (into / "backup.json", *written)


def _reached(
    declared: Repository, password: Password | None, state_folder: Path
) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """(key of the pin, (name of the file, its content)) for each secret of a repository."""
    if password is not None:
        yield "password_file", (f"{declared.id}.password", f"{password.text}\n".encode())
    if declared.writer:
        line = server.login(declared.writer, state_folder).line
        yield "login_file", (f"{declared.id}.login", f"{line}\n".encode())
        yield "ca_file", ("ca.pem", (state_folder / "ca" / "ca.pem").read_bytes())
        return
    address = pin.address(declared, state_folder)
    for name in ("login_file", "environment_file", "ca_file", "key_file", "known_hosts_file"):
        path = getattr(address, name)
        if path is not None:
            yield name, (f"{declared.id}.{name.removesuffix('_file')}", path.read_bytes())


def _copied(file: tuple[str, tuple[str, bytes]], into: Path) -> Path:
    _key, (name, content) = file
    write_private(into / FOLDER / name, content)
    return into / FOLDER / name
