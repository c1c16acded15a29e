"""Lets in a PC that has no network: by the request that came on a stick with its first reports."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import Connection, Row, insert, select, update

from agent.invitation import agent_id, hidden
from collector.audit import append
from collector.inventory.model import Inventory
from collector.joining import make_room
from collector.store.tables import agents, tokens
from collector.wire import Hex32, Hex64, Hostname


class WishError(Exception):
    """The PC is not let in; says why, and what to do."""


class Wish(Struct, frozen=True):
    """What the PC asks.

    The token goes by the hash of the hash that the collector keeps, and the key's SHA-256 is
    hidden under it: whoever finds the stick can seal no file by it.
    """

    token: Hex64
    nonce: Hex32
    key: Hex64
    hostname: Hostname
    system: Literal["linux", "windows"]


def admit(
    connection: Connection, now: datetime, inventory: Inventory, agent: str, wish: Wish
) -> tuple[bytes, str]:
    """Let the agent in for the token's machine; its key's SHA-256, and the machine.

    Inside the caller's transaction, which must come to nothing unless the file bears the seal of
    that key. Raises WishError.
    """
    token = _token(connection, wish)
    if token is None or agent_id(bytes(token.hash)) != agent:
        raise WishError("the PC joined by an invitation that this collector did not make")
    if token.used_at is not None:
        raise WishError("the invitation was used before: make another with `wardwatch token new`")
    if now >= token.expires_at:
        raise WishError("the invitation is too old: make another with `wardwatch token new`")
    if token.asset is None or inventory.machine(token.asset) is None:
        raise WishError(f"machine {token.asset} is not declared in the inventory")
    asset = str(token.asset)
    key_hash = hidden(bytes(token.hash), bytes.fromhex(wish.nonce), bytes.fromhex(wish.key))
    make_room(connection, now, "joining", asset)
    row = {"id": agent, "asset": asset, "key_hash": key_hash, "state": "approved"}
    connection.execute(insert(agents).values(**row, hostname=wish.hostname, joined_at=now))
    connection.execute(
        update(tokens).where(tokens.c.hash == token.hash).values(used_at=now, agent=agent)
    )
    detail = {"agent": agent, "asset": asset, "hostname": wish.hostname, "state": "approved"}
    append(connection, now, "joining", "agent-joined", {**detail, "by": "stick"})
    return key_hash, asset


def _token(connection: Connection, wish: Wish) -> Row[tuple[object, ...]] | None:
    """An office makes some hundred tokens in its life: they are looked through."""
    for row in connection.execute(select(tokens).with_for_update()):
        shown = hashlib.sha256(bytes(row.hash)).hexdigest()
        if hmac.compare_digest(shown, wish.token):
            return row
    return None
