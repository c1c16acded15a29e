"""Passwords: argon2, a few at once, and what is too weak to be kept."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_LEAST = 12
LENGTH_MOST = 200
AT_ONCE = BoundedSemaphore(2)
"""Each takes 64 MiB and a tenth of a second: a crowd at the door must not starve the agents."""

HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody has this password")
"""Checked where there is no such user, so that the answer takes as long as for a real one."""


def hashed(password: str) -> str:
    """As it is stored."""
    with AT_ONCE:
        return HASHER.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether that is the password; False where there is none."""
    with AT_ONCE:
        try:
            HASHER.verify(stored or NOBODY, password[:LENGTH_MOST])
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def weakness(user: str, password: str) -> str | None:
    """Key of the sentence that says what is wrong with it, or None."""
    if len(password) < LENGTH_LEAST:
        return "password.too-short"
    if len(password) > LENGTH_MOST:
        return "password.too-long"
    if len(set(password)) < 5 or user in password.lower():
        return "password.too-plain"
    return None
