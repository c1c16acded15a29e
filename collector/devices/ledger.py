"""Keeps what polls brought: the newest row of each device, one row a poll, and what is pinned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select, update

from collector.devices.figures import figures
from collector.devices.interfaces import sockets
from collector.devices.known import another
from collector.devices.reading import DeviceReading, Identity
from collector.devices.tables import device_latest, device_pins, device_readings
from collector.store.database import Store

BASELINE_AFTER = timedelta(hours=1)
_IDENTITY = msgspec.json.Decoder(Identity)
_COUNTS = msgspec.json.Decoder(dict[str, int])


class Polled(Struct, frozen=True):
    """One poll of one device."""

    device: str
    at: datetime
    problem: str | None = None
    """None: it answered."""
    reading: DeviceReading | None = None
    surveyed: bool = False
    """Whether all of it was asked anew; else the rest of the reading is of the last survey."""


def record(store: Store, polls: Iterable[Polled]) -> None:
    """All of them in one transaction."""
    with store.write() as connection:
        for one in polls:
            _record(connection, one)


def _record(connection: Connection, one: Polled) -> None:
    held = connection.execute(
        select(device_latest).where(device_latest.c.device == one.device)
    ).first()
    values = _newest(one, held)
    if held is None:
        connection.execute(insert(device_latest).values(device=one.device, **values))
    else:
        here = device_latest.c.device == one.device
        connection.execute(update(device_latest).where(here).values(**values))
    told = None
    if one.surveyed and one.reading is not None:
        told = msgspec.json.encode(figures(one.reading)).decode()
        _pin(connection, one, one.reading)
    connection.execute(
        insert(device_readings).values(
            device=one.device,
            at=one.at,
            up=one.problem is None,
            problem=one.problem,
            figures=told,
        )
    )


def _newest(one: Polled, held: Any) -> dict[str, Any]:
    up = one.problem is None
    values: dict[str, Any] = {"at": one.at, "up": up, "problem": one.problem}
    if up:
        values |= {"answered_at": one.at, "down_since_at": None}
    elif held is None or held.down_since_at is None:
        values["down_since_at"] = one.at
    if one.reading is not None:
        values["body"] = msgspec.json.encode(one.reading).decode()
        if one.surveyed:
            values["surveyed_at"] = one.at
        if held is None or held.baseline_at is None or one.at - held.baseline_at > BASELINE_AFTER:
            values |= {"baseline": _errors(one.reading), "baseline_at": one.at}
    return values


def errors(reading: DeviceReading) -> dict[str, int]:
    """Each socket's errors so far, both ways."""
    return {
        port.name: (port.in_errors_total or 0) + (port.out_errors_total or 0)
        for port in sockets(reading.interfaces)
        if port.in_errors_total is not None or port.out_errors_total is not None
    }


def grown(reading: DeviceReading, baseline: str | None) -> dict[str, int]:
    """What each port's errors grew by since the baseline; a counter that fell was reset."""
    before = _COUNTS.decode(baseline) if baseline else {}
    now = errors(reading)
    return {name: max(0, count - before[name]) for name, count in now.items() if name in before}


def _errors(reading: DeviceReading) -> str:
    return msgspec.json.encode(errors(reading)).decode()


def _pin(connection: Connection, one: Polled, reading: DeviceReading) -> None:
    """The first identity stays; another one is noted beside it, and its return takes that back."""
    seen = Identity(reading.maker, reading.model, reading.serial, reading.version)
    if not (seen.model or seen.serial):
        return
    pin(connection, one.device, "identity", msgspec.json.encode(seen).decode(), one.at, _same)


def _same(pinned: str, seen: str) -> bool:
    return not another(_IDENTITY.decode(pinned), _IDENTITY.decode(seen))


def pin(
    connection: Connection, device: str, what: str, value: str, at: datetime, same: Any = None
) -> bool:
    """Whether it is what was seen first; what is seen for the first time is."""
    here = (device_pins.c.device == device, device_pins.c.what == what)
    held = connection.execute(select(device_pins).where(*here)).first()
    if held is None:
        row = {"device": device, "what": what, "value": value, "since_at": at}
        connection.execute(insert(device_pins).values(**row))
        return True
    if same(held.value, value) if same else held.value == value:
        if held.other is not None:
            connection.execute(update(device_pins).where(*here).values(other=None, other_at=None))
        return True
    if held.other != value:
        connection.execute(update(device_pins).where(*here).values(other=value, other_at=at))
    return False


def pinned(connection: Connection, device: str, what: str) -> str | None:
    """What was seen first; None: nothing yet."""
    here = (device_pins.c.device == device, device_pins.c.what == what)
    return connection.execute(select(device_pins.c.value).where(*here)).scalar_one_or_none()


def unpin(connection: Connection, device: str) -> tuple[str, ...]:
    """Trust what is seen now instead; returns what was let go."""
    here = (device_pins.c.device == device, device_pins.c.other.is_not(None))
    gone = connection.execute(select(device_pins.c.what).where(*here)).scalars().all()
    connection.execute(delete(device_pins).where(*here))
    return tuple(gone)
