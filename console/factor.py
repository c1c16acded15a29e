"""The second factor: a code that changes every 30 seconds (RFC 6238), each taken once."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

import pyotp
import segno
from sqlalchemy import Connection, or_, select, update

from collector import audit
from console.tables import users

STEP_SECONDS = 30
STEPS_ASIDE = 1
"""A telephone's clock may go 30 s wrong."""


def new_secret() -> str:
    """160 random bits, in Base32 as the telephone's program takes it."""
    return pyotp.random_base32()


def address(secret: str, user: str, office: str) -> str:
    """`otpauth://…`, what the picture holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=office)


def picture(text: str) -> str:
    """A QR code as SVG without a word of style, dark modules in the text's colour."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass=None
    )
    return drawn.getvalue().decode()


def step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that the code belongs to, or None where it is wrong."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    if not digits.isascii() or not digits.isdigit():
        return None
    for one in range(current - STEPS_ASIDE, current + STEPS_ASIDE + 1):
        if pyotp.utils.strings_equal(pyotp.HOTP(secret).at(one), digits):
            return one
    return None


def secret_of(connection: Connection, user: str) -> str | None:
    """None where the user signs in by password alone."""
    return connection.scalar(select(users.c.totp_secret).where(users.c.id == user))


def spend(connection: Connection, now: datetime, user: str, code: str) -> bool:
    """Whether the code is right and new; it is worth nothing from then on."""
    secret = secret_of(connection, user)
    found = step(secret, code, now) if secret else None
    if found is None:
        return False
    unused = or_(users.c.totp_step.is_(None), users.c.totp_step < found)
    taken = connection.execute(
        update(users).where(users.c.id == user, unused).values(totp_step=found)
    )
    return taken.rowcount == 1


def keep(connection: Connection, now: datetime, user: str, secret: str | None) -> None:
    """From now on that secret, or none."""
    where = users.c.id == user
    connection.execute(update(users).where(where).values(totp_secret=secret, totp_step=None))
    audit.append(connection, now, user, "second-factor-on" if secret else "second-factor-off", {})
