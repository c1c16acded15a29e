"""What the officer says of devices, by page, command or program: done, and noted in the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from collector import audit
from collector.devices import plans, sightings

NAME_LETTERS_MOST = 100
NOW = timedelta(0)


def name(connection: Connection, now: datetime, actor: str, mac: str, called: str) -> str:
    """An unknown hardware address is that; the address as it is written. Raises NameError."""
    known = sightings.name(connection, mac, called, actor, now)
    told = {"mac": known, "name": called[:NAME_LETTERS_MOST]}
    audit.append(connection, now, actor, "address-named", told)
    return known


def accept(
    connection: Connection, now: datetime, actor: str, device: str, lasting: timedelta = NOW
) -> tuple[str, ...]:
    """What the device is now is trusted, or is about to be for so long; which pins were let go."""
    let_go = plans.accept(connection, device, now + lasting, actor)
    told = {
        "device": device,
        "hours": f"{lasting.total_seconds() / 3600:g}",
        "unpinned": " ".join(let_go),
    }
    audit.append(connection, now, actor, "device-accepted", told)
    return let_go
