"""Who may use the console: users, one-time links, sessions, and the brake on guessing."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from collector import audit
from console.tables import failed_sign_ins, links, sessions, users

SESSION_HOURS = 12
"""A working day: whoever signs in the next morning proves again who they are."""

FAILURES_ALLOWED = 10
FAILURE_WINDOW = timedelta(minutes=15)
"""Ten guesses in a quarter of an hour: a typist never meets it, a guesser gets 960 a day."""

USER = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


class PeopleError(Exception):
    """What was asked about a user can't be done."""


class Visitor(Struct, frozen=True):
    """Who is asking, as the session tells."""

    user: str
    form_token: str
    opened_by: str
    session: bytes


def add(connection: Connection, now: datetime, actor: str, user: str) -> None:
    """Make a user without a password: a one-time link is the first way in."""
    if not USER.fullmatch(user):
        raise PeopleError(f"{user!r} is no user name: lower-case letters, digits, dots, hyphens")
    if connection.scalar(select(users.c.id).where(users.c.id == user)):
        raise PeopleError(f"user {user} is there already")
    connection.execute(insert(users).values(id=user, created_at=now))
    audit.append(connection, now, actor, "user-added", {"user": user})


def known(connection: Connection) -> tuple[str, ...]:
    """All users, by name."""
    return tuple(connection.scalars(select(users.c.id).order_by(users.c.id)))


def has_password(connection: Connection, user: str) -> bool:
    """A user without one gets in by link alone."""
    return password_hash(connection, user) is not None


def password_hash(connection: Connection, user: str) -> str | None:
    """The argon2 hash, or None where there is no such user or no password yet."""
    return connection.scalar(select(users.c.password_hash).where(users.c.id == user))


def set_password(connection: Connection, now: datetime, visitor: Visitor, hash: str) -> None:
    """Keep the new hash, and end every other session of that user."""
    where = users.c.id == visitor.user
    connection.execute(update(users).where(where).values(password_hash=hash, password_at=now))
    connection.execute(
        update(sessions)
        .where(sessions.c.user == visitor.user, sessions.c.hash != visitor.session)
        .where(sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    audit.append(connection, now, visitor.user, "password-set", {})


def new_link(connection: Connection, now: datetime, actor: str, user: str, hours: float) -> str:
    """A token that signs that user in once. Only its hash is kept."""
    if user not in known(connection):
        raise PeopleError(f"there is no user {user}")
    token = secrets.token_urlsafe(24)
    expires_at = now + timedelta(hours=hours)
    connection.execute(
        insert(links).values(hash=_hash(token), user=user, created_at=now, expires_at=expires_at)
    )
    audit.append(connection, now, actor, "link-made", {"user": user})
    return token


def link_is_good(connection: Connection, now: datetime, token: str) -> bool:
    """Unused and not expired. Looking at it does not use it up: previews of chat programs look."""
    return bool(
        connection.scalar(
            select(links.c.user).where(
                links.c.hash == _hash(token), links.c.used_at.is_(None), links.c.expires_at > now
            )
        )
    )


def use_link(connection: Connection, now: datetime, token: str) -> str | None:
    """Compare-and-set: of two who press at once, one gets in."""
    user: str | None = connection.scalar(
        update(links)
        .where(links.c.hash == _hash(token), links.c.used_at.is_(None), links.c.expires_at > now)
        .values(used_at=now)
        .returning(links.c.user)
    )
    return user


def open_session(connection: Connection, now: datetime, user: str, opened_by: str) -> str:
    """Start a session; the answer is the cookie's value, known to the browser alone."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(sessions).values(
            hash=_hash(token),
            user=user,
            opened_by=opened_by,
            form_token=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
        )
    )
    connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.user == user))
    audit.append(connection, now, user, "signed-in", {"by": opened_by})
    return token


def visitor(connection: Connection, now: datetime, token: str) -> Visitor | None:
    """Whose session that is, while it lasts."""
    row = connection.execute(
        select(sessions).where(
            sessions.c.hash == _hash(token),
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > now,
        )
    ).one_or_none()
    return Visitor(row.user, row.form_token, row.opened_by, bytes(row.hash)) if row else None


def end_session(connection: Connection, now: datetime, visitor: Visitor) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    where = sessions.c.hash == visitor.session
    connection.execute(update(sessions).where(where).values(ended_at=now))
    audit.append(connection, now, visitor.user, "signed-out", {})


def guessing(connection: Connection, now: datetime, user: str) -> bool:
    """Too many failures of late for that name, real or not: answers tell nobody which."""
    recent = select(func.count()).where(
        failed_sign_ins.c.user == user[:64], failed_sign_ins.c.at > now - FAILURE_WINDOW
    )
    return (connection.scalar(recent) or 0) >= FAILURES_ALLOWED


def note_failure(connection: Connection, now: datetime, user: str) -> None:
    """Count one failure, and forget those that no longer count."""
    stale = failed_sign_ins.c.at <= now - FAILURE_WINDOW
    connection.execute(delete(failed_sign_ins).where(stale))
    connection.execute(insert(failed_sign_ins).values(user=user[:64], at=now))


def _hash(token: str) -> bytes:
    # The tokens carry 192 random bits and more: a plain hash can't be searched backwards.
    return hashlib.sha256(token.encode()).digest()
