"""A device's configuration: fetched, compared with the last one, kept whole and enciphered."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from collector.devices import leases, ledger, plans, ssh
from collector.devices.dialects import DIALECTS, Dialect, masked, stable, whole
from collector.devices.ssh import DEADLINES, Deadlines, KeyChangedError, Place, SshError, Trusted
from collector.devices.tables import device_configurations, device_fetches
from collector.files import write_private
from collector.inventory.model import Device
from collector.store.database import Store

KEY = "devices.key"
"""In the state folder, readable by the collector alone: without it the kept texts are noise."""
NONCE_BYTES = 12
DIFFERENCE_LINES = 400
FACT_LETTERS = 2000


class Fetched(Struct, frozen=True):
    """What one fetch brought."""

    device: str
    at: datetime
    problem: str | None = None
    text: str | None = None
    facts: dict[str, str] = {}
    key: str | None = None
    """The host key that was seen."""
    leases: tuple[tuple[str, str], ...] = ()
    """Address and hardware address, where it tells to whom it lent any."""


def fetch(
    device: Device,
    secrets: Path,
    pinned: str | None,
    last_bytes: int | None,
    clock: Callable[[], datetime],
    deadlines: Deadlines = DEADLINES,
) -> Fetched:
    """Sign in, ask, and hold the answer to its end marker. Never raises for what the device does."""
    if device.ssh is None or device.address is None:
        return Fetched(device.id, clock(), "no way to fetch it is declared")
    dialect, seen = DIALECTS[device.ssh.dialect], [pinned]

    def trusted(key: str) -> bool:
        seen[0] = key
        return pinned is None or key == pinned

    try:
        asked = _by_legacy if device.ssh.legacy else _by_session
        text, facts, lent = asked(_place(device, secrets), trusted, dialect, deadlines)
    except KeyChangedError as error:
        return Fetched(device.id, clock(), str(error), key=error.seen)
    except SshError as error:
        return Fetched(device.id, clock(), str(error), key=seen[0])
    if not whole(text, dialect, last_bytes):
        return Fetched(device.id, clock(), "the configuration is cut off", key=seen[0])
    return Fetched(device.id, clock(), None, text, facts, seen[0], leases.understood(lent))


def _by_session(
    place: Place, trusted: Trusted, dialect: Dialect, deadlines: Deadlines
) -> tuple[str, dict[str, str], str]:
    facts, lent = {}, ""
    with ssh.session(place, trusted, deadlines) as session:
        text = session.run(dialect.command, unix=dialect.unix)
        for name, command in dialect.facts:
            try:
                facts[name] = session.run(command, unix=dialect.unix).strip()[:FACT_LETTERS]
            except SshError as error:
                facts[name] = f"({error})"
        with suppress(SshError):  # one without a DHCP server
            lent = session.run(dialect.leases, unix=dialect.unix) if dialect.leases else ""
    return text, facts, lent


def _by_legacy(
    place: Place, trusted: Trusted, dialect: Dialect, deadlines: Deadlines
) -> tuple[str, dict[str, str], str]:
    from collector.devices import legacy  # noqa: PLC0415 - asyncssh, for who opted in alone

    commands = (dialect.command, *(command for _, command in dialect.facts))
    limit = f"timeout {deadlines.command} " if dialect.unix else ""
    told = legacy.run_all(
        place, trusted, tuple(f"{limit}{command}" for command in commands), deadlines
    )
    names = (name for name, _ in dialect.facts)
    facts = zip(names, (one.strip()[:FACT_LETTERS] for one in told[1:]), strict=True)
    return told[0], dict(facts), ""


def last_bytes(store: Store, device: str) -> int | None:
    """The size of the newest whole configuration."""
    newest = (
        select(device_configurations.c.size_bytes)
        .where(device_configurations.c.device == device)
        .order_by(device_configurations.c.id.desc())
        .limit(1)
    )
    with store.read() as connection:
        return connection.execute(newest).scalar_one_or_none()


def newest_difference(connection: Connection, device: str) -> str:
    """What the newest configuration changed, secrets hidden; empty where it is the first."""
    newest = (
        select(device_configurations.c.difference)
        .where(device_configurations.c.device == device)
        .order_by(device_configurations.c.id.desc())
        .limit(1)
    )
    return connection.execute(newest).scalar_one_or_none() or ""


def record(store: Store, folder: Path, dialect: str, one: Fetched) -> None:
    """Keep what came: a new row where the configuration differs from the newest."""
    key = _key(folder)
    with store.write() as connection:
        held = connection.execute(
            select(device_fetches).where(device_fetches.c.device == one.device)
        ).first()
        if one.key is not None:
            ledger.pin(connection, one.device, "host-key", one.key, one.at)
        facts = msgspec.json.encode(one.facts).decode() if one.facts else None
        row = {
            "at": one.at,
            "problem": one.problem,
            "fetched_at": one.at if one.problem is None else held.fetched_at if held else None,
            "facts": facts or (held.facts if held else None),
        }
        connection.execute(delete(device_fetches).where(device_fetches.c.device == one.device))
        connection.execute(insert(device_fetches).values(device=one.device, **row))
        if one.text is None:
            return
        newest = connection.execute(
            select(device_configurations)
            .where(device_configurations.c.device == one.device)
            .order_by(device_configurations.c.id.desc())
            .limit(1)
        ).first()
        plain = stable(one.text, DIALECTS[dialect])
        sha256 = hashlib.sha256(plain.encode()).hexdigest()
        if newest is not None and newest.sha256 == sha256:
            return
        shown = masked(plain)
        connection.execute(
            insert(device_configurations).values(
                device=one.device,
                at=one.at,
                size_bytes=len(one.text.encode()),
                sha256=sha256,
                masked=shown,
                sealed=sealed(one.text, key, one.device),
                difference=difference(newest.masked if newest else "", shown) if newest else "",
                planned=newest is None or plans.planned(connection, one.device, one.at),
            )
        )


def difference(before: str, after: str) -> str:
    """A unified difference of masked texts; a changed secret shows as a changed line count only."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    shown = [*lines][2 : DIFFERENCE_LINES + 2]
    return "\n".join(shown) or "(only what is hidden changed)"


def sealed(text: str, key: bytes, device: str) -> bytes:
    """Enciphered, and bound to its device."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text.encode(), device.encode())


def unsealed(raw: bytes, folder: Path, device: str) -> str:
    """The full text again. Raises SshError where the key is another, or a byte was changed."""
    try:
        cipher = AESGCM(_key(folder))
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], device.encode()).decode()
    except InvalidTag as error:
        raise SshError("the kept configuration was changed, or its key is another") from error


def _key(folder: Path) -> bytes:
    path = folder / KEY
    if not path.exists():
        write_private(path, AESGCM.generate_key(256))
    return path.read_bytes()


def _place(device: Device, secrets: Path) -> Place:
    if device.ssh is None or device.address is None:
        raise SshError("no way to fetch it is declared")
    way = device.ssh
    return Place(
        device.address,
        way.port,
        way.user,
        secrets / way.key_file if way.key_file else None,
        secrets / way.password_file if way.password_file else None,
    )
