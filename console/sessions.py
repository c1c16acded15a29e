"""Who is asking: sessions of people and tokens of programs, and when they end."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from collector import audit
from console import roles
from console.roles import Role
from console.tables import api_tokens, failed_sign_ins, sessions, users

SESSION_HOURS = 12
"""A working day: whoever signs in the next morning proves again who they are."""

IDLE = timedelta(minutes=90)
"""A lunch break; a console that was left open in the evening is shut the next morning."""

SEEN_EVERY = timedelta(minutes=1)
"""How often a busy session is written down as seen."""


class Visitor(Struct, frozen=True):
    """Who is asking, as the session or the token tells."""

    user: str
    form_token: str
    opened_by: str
    session: bytes
    role: Role = "officer"
    seen_at: datetime | None = None

    @property
    def officer(self) -> bool:
        return self.role == "officer"


class Token(Struct, frozen=True):
    """A program's way in; the token itself was shown once and is not kept."""

    user: str
    name: str
    """What the program is, in the words of who made it."""
    created_at: datetime
    expires_at: datetime


def open_session(connection: Connection, now: datetime, user: str, opened_by: str) -> str:
    """Start a session; the answer is the cookie's value, known to the browser alone."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(sessions).values(
            hash=hash_of(token),
            user=user,
            opened_by=opened_by,
            form_token=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
            seen_at=now,
        )
    )
    connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.user == user))
    audit.append(connection, now, user, "signed-in", {"by": opened_by})
    return token


def visitor(connection: Connection, now: datetime, token: str) -> Visitor | None:
    """Whose session that is, while it lasts and somebody still uses it."""
    row = connection.execute(
        select(sessions, users.c.role)
        .join(users, users.c.id == sessions.c.user)
        .where(
            sessions.c.hash == hash_of(token),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - IDLE,
            users.c.closed_at.is_(None),
        )
    ).one_or_none()
    role = roles.role(row.role) if row else None
    if row is None or role is None:
        return None
    return Visitor(row.user, row.form_token, row.opened_by, bytes(row.hash), role, row.seen_at)


def seen(connection: Connection, now: datetime, visitor: Visitor) -> None:
    """The person asked for something: the session lives on from here."""
    where = sessions.c.hash == visitor.session
    connection.execute(update(sessions).where(where).values(seen_at=now))


def end_session(connection: Connection, now: datetime, visitor: Visitor) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    where = sessions.c.hash == visitor.session
    connection.execute(update(sessions).where(where).values(ended_at=now))
    audit.append(connection, now, visitor.user, "signed-out", {})


def end_all(connection: Connection, now: datetime, user: str, but: bytes = b"") -> None:
    """Every session of that user, save one."""
    connection.execute(
        update(sessions)
        .where(sessions.c.user == user, sessions.c.hash != but, sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def new_token(
    connection: Connection, now: datetime, actor: str, user: str, name: str, days: int
) -> str:
    """A token by which a program asks as that user. Only its hash is kept."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(api_tokens).values(
            hash=hash_of(token),
            user=user,
            name=name,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    audit.append(connection, now, actor, "api-token-made", {"user": user, "name": name})
    return token


def program(connection: Connection, now: datetime, token: str) -> Visitor | None:
    """As whom the program with that token asks."""
    row = connection.execute(
        select(api_tokens, users.c.role)
        .join(users, users.c.id == api_tokens.c.user)
        .where(
            api_tokens.c.hash == hash_of(token),
            api_tokens.c.ended_at.is_(None),
            api_tokens.c.expires_at > now,
            users.c.closed_at.is_(None),
        )
    ).one_or_none()
    role = roles.role(row.role) if row else None
    if row is None or role is None:
        return None
    return Visitor(row.user, "", "token", bytes(row.hash), role, now)


def tokens(connection: Connection, now: datetime) -> tuple[Token, ...]:
    """Those that still let a program in, by user and name."""
    rows = connection.execute(
        select(api_tokens)
        .where(api_tokens.c.ended_at.is_(None), api_tokens.c.expires_at > now)
        .order_by(api_tokens.c.user, api_tokens.c.name, api_tokens.c.created_at)
    )
    return tuple(Token(row.user, row.name, row.created_at, row.expires_at) for row in rows)


def end_tokens(connection: Connection, now: datetime, actor: str, user: str, name: str) -> int:
    """End the tokens of that name at once; how many there were."""
    ended = connection.execute(
        update(api_tokens)
        .where(api_tokens.c.user == user, api_tokens.c.name == name)
        .where(api_tokens.c.ended_at.is_(None), api_tokens.c.expires_at > now)
        .values(ended_at=now)
    ).rowcount
    if ended:
        audit.append(connection, now, actor, "api-token-ended", {"user": user, "name": name})
    return ended


def hash_of(token: str) -> bytes:
    """SHA-256: the tokens carry 192 random bits and more, so it can't be searched backwards."""
    return hashlib.sha256(token.encode()).digest()
