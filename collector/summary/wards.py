"""At the city: which wards may tell, each let in by a one-time token, on the audit log."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.audit import append
from collector.inventory.model import Inventory
from collector.joining import RefusedError
from collector.summary import signing
from collector.summary.tables import ward_tokens, wards
from collector.summary.wire import WardAnswer, WardRequest, joining_words

WEEK = timedelta(days=7)
"""A ward's officer may be reached by post."""


class WardError(Exception):
    """What the city's officer asked for cannot be done; says why."""


def join_string(address: str, pin: str, token: str) -> str:
    """What is carried to the ward: `wardwatch-city:HOST:PORT/PIN/TOKEN`."""
    return f"wardwatch-city:{address}/{pin}/{token}"


def new_token(
    connection: Connection,
    now: datetime,
    inventory: Inventory,
    actor: str,
    site: str,
    lifetime: timedelta = WEEK,
) -> str:
    """Make a one-time token for one declared ward; only its hash is kept. Raises WardError."""
    if inventory.ward(site) is None:
        raise WardError(f"ward {site} is not declared under `wards` in the inventory")
    token = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
    connection.execute(
        insert(ward_tokens).values(
            hash=_digest(token), site=site, created_at=now, expires_at=now + lifetime
        )
    )
    hours = lifetime // timedelta(hours=1)
    append(connection, now, actor, "ward-token-made", {"ward": site, "hours": hours})
    return token


def join(
    connection: Connection, now: datetime, inventory: Inventory, request: WardRequest
) -> WardAnswer:
    """Know a ward by its key from now on; the key that it had until now counts no more.

    Asked again with the same token and the same key (the answer was lost), it answers the same.
    Raises RefusedError.
    """
    token = connection.execute(
        select(ward_tokens).where(ward_tokens.c.hash == _digest(request.token)).with_for_update()
    ).first()
    if token is None:
        raise RefusedError("no such token")
    if token.site != request.site or inventory.ward(request.site) is None:
        raise RefusedError(f"the token is not for {request.site}")
    public_key = bytes.fromhex(request.public_key)
    words = joining_words(request.token, request.site)
    if not signing.fits(public_key, bytes.fromhex(request.proof), words):
        raise RefusedError("the key is not the ward's own")
    if token.used_at is not None:
        known = public_key_of(connection, request.site)
        if known is None or not hmac.compare_digest(known, public_key):
            raise RefusedError("the token was used before, by another key")
    elif now >= token.expires_at:
        raise RefusedError("the token is too old")
    else:
        _admit(connection, now, token.hash, request.site, public_key)
    return WardAnswer(request.site, inventory.site.name)


def public_key_of(connection: Connection, site: str) -> bytes | None:
    """The key that signs for that ward; None for one that never joined."""
    found = connection.execute(
        select(wards.c.public_key).where(wards.c.site == site)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def _admit(
    connection: Connection, now: datetime, token_hash: bytes, site: str, public_key: bytes
) -> None:
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        kind(wards)
        .values(site=site, public_key=public_key, joined_at=now)
        .on_conflict_do_update(
            index_elements=[wards.c.site], set_={"public_key": public_key, "joined_at": now}
        )
    )
    connection.execute(
        update(ward_tokens).where(ward_tokens.c.hash == token_hash).values(used_at=now)
    )
    detail = {"ward": site, "public_key_sha256": hashlib.sha256(public_key).hexdigest()}
    append(connection, now, "joining", "ward-joined", detail)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
