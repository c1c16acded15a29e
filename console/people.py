"""Who may use the console: users and their roles, one-time links, and the brake on guessing."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select, update

from collector import audit
from console import roles, sessions
from console.roles import Role
from console.sessions import Visitor, hash_of
from console.tables import failed_sign_ins, links, users

FAILURES_ALLOWED = 10
FAILURE_WINDOW = timedelta(minutes=15)
"""Ten guesses in a quarter of an hour: a typist never meets it, a guesser gets 960 a day."""

ADDRESS_FAILURES_ALLOWED = 100
"""From one address, over all names: a whole office behind one balancer never meets it."""

USER = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")


class PeopleError(Exception):
    """What was asked about a user can't be done."""


class User(Struct, frozen=True):
    """One user, as the lists show it."""

    id: str
    role: Role
    created_at: datetime
    password: bool
    second_factor: bool
    closed_at: datetime | None


def add(
    connection: Connection, now: datetime, actor: str, user: str, role: Role = "officer"
) -> None:
    """Make a user without a password: a one-time link is the first way in."""
    if not USER.fullmatch(user):
        raise PeopleError(f"{user!r} is no user name: lower-case letters, digits, dots, hyphens")
    if connection.scalar(select(users.c.id).where(users.c.id == user)):
        raise PeopleError(f"user {user} is there already")
    connection.execute(insert(users).values(id=user, created_at=now, role=role))
    audit.append(connection, now, actor, "user-added", {"user": user, "role": role})


def set_role(connection: Connection, now: datetime, actor: str, user: str, role: Role) -> None:
    """Give a user another role. The last officer stays one: nobody could undo it on a page."""
    _spare_the_last_officer(connection, user, role)
    connection.execute(update(users).where(users.c.id == user).values(role=role))
    audit.append(connection, now, actor, "user-role", {"user": user, "role": role})


def close(connection: Connection, now: datetime, actor: str, user: str) -> None:
    """Shut a user out at once; the name stays in the audit log and is never given again."""
    _spare_the_last_officer(connection, user, None)
    connection.execute(update(users).where(users.c.id == user).values(closed_at=now))
    sessions.end_all(connection, now, user)
    audit.append(connection, now, actor, "user-closed", {"user": user})


def _spare_the_last_officer(connection: Connection, user: str, role: Role | None) -> None:
    found = everyone(connection)
    if user not in {one.id for one in found}:
        raise PeopleError(f"there is no user {user}")
    others = [one for one in found if one.role == "officer" and not one.closed_at]
    if role != "officer" and [one.id for one in others] == [user]:
        raise PeopleError(f"{user} is the last officer")


def everyone(connection: Connection) -> tuple[User, ...]:
    """All users, those who were shut out included."""
    found = connection.execute(select(users).order_by(users.c.id))
    return tuple(
        User(
            row.id,
            roles.role(row.role) or "viewer",
            row.created_at,
            row.password_hash is not None,
            row.totp_secret is not None,
            row.closed_at,
        )
        for row in found
    )


def known(connection: Connection) -> tuple[str, ...]:
    """All users who may come in, by name."""
    here = select(users.c.id).where(users.c.closed_at.is_(None)).order_by(users.c.id)
    return tuple(connection.scalars(here))


def has_password(connection: Connection, user: str) -> bool:
    """A user without one gets in by link alone."""
    return password_hash(connection, user) is not None


def password_hash(connection: Connection, user: str) -> str | None:
    """The argon2 hash, or None where there is no such user or no password yet."""
    return connection.scalar(
        select(users.c.password_hash).where(users.c.id == user, users.c.closed_at.is_(None))
    )


def set_password(connection: Connection, now: datetime, visitor: Visitor, hash: str) -> None:
    """Keep the new hash, and end every other session of that user."""
    where = users.c.id == visitor.user
    connection.execute(update(users).where(where).values(password_hash=hash, password_at=now))
    sessions.end_all(connection, now, visitor.user, but=visitor.session)
    audit.append(connection, now, visitor.user, "password-set", {})


def new_link(connection: Connection, now: datetime, actor: str, user: str, hours: float) -> str:
    """A token that signs that user in once. Only its hash is kept."""
    if user not in known(connection):
        raise PeopleError(f"there is no user {user}")
    token = secrets.token_urlsafe(24)
    expires_at = now + timedelta(hours=hours)
    connection.execute(
        insert(links).values(hash=hash_of(token), user=user, created_at=now, expires_at=expires_at)
    )
    audit.append(connection, now, actor, "link-made", {"user": user})
    return token


def link_is_good(connection: Connection, now: datetime, token: str) -> bool:
    """Unused and not expired. Looking at it does not use it up: previews of chat programs look."""
    return bool(
        connection.scalar(
            select(links.c.user).where(
                links.c.hash == hash_of(token), links.c.used_at.is_(None), links.c.expires_at > now
            )
        )
    )


def use_link(connection: Connection, now: datetime, token: str) -> str | None:
    """Compare-and-set: of two who press at once, one gets in."""
    user: str | None = connection.scalar(
        update(links)
        .where(links.c.hash == hash_of(token), links.c.used_at.is_(None), links.c.expires_at > now)
        .values(used_at=now)
        .returning(links.c.user)
    )
    return user if user in known(connection) else None


def guessing(connection: Connection, now: datetime, user: str, address: str | None = None) -> bool:
    """Too many failures of late for that name, real or not, or from that address."""
    since = failed_sign_ins.c.at > now - FAILURE_WINDOW
    named = select(func.count()).where(failed_sign_ins.c.user == user[:64], since)
    from_there = select(func.count()).where(failed_sign_ins.c.address == address, since)
    return (connection.scalar(named) or 0) >= FAILURES_ALLOWED or (
        address is not None and (connection.scalar(from_there) or 0) >= ADDRESS_FAILURES_ALLOWED
    )


def note_failure(
    connection: Connection, now: datetime, user: str, address: str | None = None
) -> None:
    """Count one failure, and forget those that no longer count."""
    stale = failed_sign_ins.c.at <= now - FAILURE_WINDOW
    connection.execute(delete(failed_sign_ins).where(stale))
    connection.execute(insert(failed_sign_ins).values(user=user[:64], at=now, address=address))
