"""Joining: one-time tokens, agents and the machines they speak for, all of it in the audit log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, func, insert, select, update

from collector.audit import append
from collector.inventory.model import Inventory
from collector.quarantine import TAKEN
from collector.store.tables import agents, tokens
from collector.wire import JoinAnswer, JoinRequest

DAY = timedelta(days=1)
SHUT = ("quarantined", "revoked")
"""Whose key opens nothing any more: the machine joins anew, with a token of its own."""


class JoiningError(Exception):
    """What the officer asked for cannot be done; says why."""


class RefusedError(Exception):
    """A stranger at the door. The reason is for our log; the answer is always the same."""


def join_string(address: str, pin: str, token: str) -> str:
    """What is carried to the PC: `wardwatch:HOST:PORT/PIN/TOKEN`."""
    return f"wardwatch:{address}/{pin}/{token}"


def new_token(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    actor: str,
    asset: str | None = None,
    lifetime: timedelta = DAY,
) -> str:
    """Make a one-time token, for one machine or for any; only its hash is kept."""
    if asset is not None:
        _declared(inventory, asset)
    token = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    connection.execute(
        insert(tokens).values(
            hash=_digest(token), asset=asset, created_at=now, expires_at=now + lifetime
        )
    )
    hours = lifetime // timedelta(hours=1)
    append(connection, now, actor, "token-made", {"asset": asset, "hours": hours})
    return token


def join(
    connection: Connection, now: datetime, inventory: Inventory, request: JoinRequest
) -> JoinAnswer:
    """Let an agent in by its token: at once where the token names a machine, else as pending.

    Asked again with the same token and the same key (the answer was lost), it answers the same.
    Raises RefusedError.
    """
    # The row is locked: of two that come with one token at once, one is let in.
    token = connection.execute(
        select(tokens).where(tokens.c.hash == _digest(request.token)).with_for_update()
    ).first()
    if token is None:
        raise RefusedError("no such token")
    key_hash = bytes.fromhex(request.key_sha256)
    if token.used_at is not None:
        return _again(connection, token, key_hash)
    if now >= token.expires_at:
        raise RefusedError("the token is too old")
    asset: str | None = token.asset
    if asset is not None and inventory.machine(asset) is None:
        raise RefusedError(f"{asset} is no longer declared")
    return _admit(connection, now, token, request, key_hash)


def approve(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    actor: str,
    agent: str,
    asset: str,
) -> None:
    """Match a pending agent to a declared machine. Raises JoiningError."""
    _declared(inventory, asset)
    row = _agent(connection, agent)
    if row.state != "pending":
        raise JoiningError(f"agent {agent} is {row.state}, not pending")
    make_room(connection, now, actor, asset)
    connection.execute(
        update(agents).where(agents.c.id == agent).values(asset=asset, state="approved")
    )
    append(connection, now, actor, "agent-approved", {"agent": agent, "asset": asset})


def revoke(connection: Connection, now: datetime, actor: str, agent: str) -> None:
    """Shut an agent out from its next request on. Its reports stay. Raises JoiningError."""
    row = _agent(connection, agent)
    if row.state == "revoked":
        raise JoiningError(f"agent {agent} is already revoked")
    connection.execute(update(agents).where(agents.c.id == agent).values(state="revoked"))
    append(connection, now, actor, "agent-revoked", {"agent": agent, "asset": row.asset})


def _admit(
    connection: Connection,
    now: datetime,
    token: Row[tuple[object, ...]],
    request: JoinRequest,
    key_hash: bytes,
) -> JoinAnswer:
    agent = f"a{secrets.token_hex(8)}"
    asset: str | None = token.asset
    state = "pending" if asset is None else "approved"
    if asset is not None:
        make_room(connection, now, "joining", asset)
    connection.execute(
        insert(agents).values(
            id=agent,
            asset=asset,
            key_hash=key_hash,
            state=state,
            hostname=request.hostname,
            joined_at=now,
        )
    )
    connection.execute(
        update(tokens).where(tokens.c.hash == token.hash).values(used_at=now, agent=agent)
    )
    detail = {"agent": agent, "asset": asset, "hostname": request.hostname, "state": state}
    append(connection, now, "joining", "agent-joined", detail)
    return JoinAnswer(agent, asset, "pending" if asset is None else "approved")


def _again(connection: Connection, token: Row[tuple[object, ...]], key_hash: bytes) -> JoinAnswer:
    row = _agent(connection, str(token.agent))
    if not hmac.compare_digest(bytes(row.key_hash), key_hash) or row.state in SHUT:
        raise RefusedError("the token was used before, by another key")
    return JoinAnswer(row.id, row.asset, row.state)


def make_room(connection: Connection, now: datetime, actor: str, asset: str) -> None:
    """One machine has one agent: whichever spoke for it until now is revoked."""
    older = connection.execute(
        update(agents)
        .where(agents.c.asset == asset, agents.c.state.in_(TAKEN))
        .values(state="revoked")
        .returning(agents.c.id)
    )
    for row in older.all():
        append(connection, now, actor, "agent-revoked", {"agent": row.id, "asset": asset})


def _agent(connection: Connection, agent: str) -> Row[tuple[object, ...]]:
    row = connection.execute(select(agents).where(agents.c.id == agent).with_for_update()).first()
    if row is None:
        known = connection.execute(select(func.count()).select_from(agents)).scalar_one()
        raise JoiningError(f"no agent {agent} among {known}")
    return row


def _declared(inventory: Inventory, asset: str) -> None:
    if inventory.machine(asset) is None:
        raise JoiningError(f"machine {asset} is not declared in the inventory")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
