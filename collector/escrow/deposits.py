"""Takes a PC's own backup password in, and gives it back to the collector alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from sqlalchemy import Connection, Row, insert, select, update

from collector.audit import append
from collector.escrow import sealing
from collector.escrow.tables import escrowed_passwords
from collector.inventory.model import Inventory
from collector.store.tables import agents


class Deposit(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/escrow`: the password that this PC made for its own repositories."""

    version: Literal[1]
    password: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]

    def __repr__(self) -> str:
        return "Deposit()"


class DepositAnswer(Struct, frozen=True):
    """It is kept, and will be for ever."""

    sha256: str
    """Of the password, in lower-case hexadecimal."""


class RefusedError(Exception):
    """The password is not taken; says why, to the agent that came with it."""


@dataclass(frozen=True)
class Kept:
    """One password as it lies in the database."""

    agent: str
    at: datetime
    sha256: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    def opened(self, state_folder: Path) -> str:
        """The password. Raises `sealing.SealError`."""
        return sealing.opened(self.sealed, state_folder, self.agent)


def is_wanted(inventory: Inventory, asset: str | None) -> bool:
    """Whether that machine has a repository of its own; the collector's own makes none.

    On the collector itself the password would only lie twice in the same place.
    """
    machine = inventory.machine(asset) if asset is not None else None
    if machine is None or machine.collector:
        return False
    return any(each.writer == machine.id for each in inventory.repositories)


def take(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    agent: str,
    password: str,
    state_folder: Path,
) -> str | None:
    """Keep the first that an agent brings; why another one is not taken, None where it is.

    The same again changes nothing. Raises RefusedError where this PC needs none, SealError, OSError.
    """
    asset = _asset(connection, agent)
    if asset is None or not is_wanted(inventory, asset):
        raise RefusedError("this PC has no repository of its own")
    shown = hashlib.sha256(password.encode()).digest()
    found = connection.execute(
        select(escrowed_passwords).where(escrowed_passwords.c.agent == agent)
    ).first()
    if found is not None:
        return _again(connection, now, found, shown)
    first = connection.scalar(select(escrowed_passwords.c.agent).limit(1)) is None
    hidden = sealing.sealed(password, state_folder, agent, first=first)
    connection.execute(
        insert(escrowed_passwords).values(
            agent=agent, asset=asset, at=now, sha256=shown, sealed=hidden
        )
    )
    append(connection, now, agent, "backup-password-kept", {"agent": agent, "asset": asset})
    return None


def _asset(connection: Connection, agent: str) -> str | None:
    """Whom an agent speaks for; its row is locked, so that of two passwords one is the first."""
    row = connection.execute(
        select(agents.c.asset, agents.c.state).where(agents.c.id == agent).with_for_update()
    ).first()
    return row.asset if row is not None and row.state == "approved" else None


def _again(
    connection: Connection, now: datetime, found: Row[tuple[object, ...]], shown: bytes
) -> str | None:
    if hmac.compare_digest(bytes(found.sha256), shown):
        return None
    if found.refused_at is None:  # told once: an agent that runs wild does not fill the log
        connection.execute(
            update(escrowed_passwords)
            .where(escrowed_passwords.c.agent == found.agent)
            .values(refused_at=now)
        )
        detail = {"agent": str(found.agent), "asset": str(found.asset)}
        append(connection, now, str(found.agent), "backup-password-refused", detail)
    return "another password of this PC is kept already, and what was stored opens by that one"


def kept_of(connection: Connection, agent: str) -> Kept | None:
    """What that agent handed in."""
    row = connection.execute(
        select(escrowed_passwords).where(escrowed_passwords.c.agent == agent)
    ).first()
    return None if row is None else _kept(row)


def kept_for(connection: Connection, asset: str) -> Iterator[Kept]:
    """All that agents of a machine ever handed in, the newest first."""
    rows = connection.execute(
        select(escrowed_passwords)
        .where(escrowed_passwords.c.asset == asset)
        .order_by(escrowed_passwords.c.at.desc(), escrowed_passwords.c.agent)
    )
    yield from map(_kept, rows.all())


def speaker(connection: Connection, asset: str) -> str | None:
    """The agent that speaks for a machine now."""
    found: str | None = connection.scalar(
        select(agents.c.id).where(agents.c.asset == asset, agents.c.state == "approved")
    )
    return found


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    return Kept(str(row.agent), row.at, bytes(row.sha256), bytes(row.sealed))
