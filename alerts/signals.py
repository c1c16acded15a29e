"""What Prometheus judges over time, as its Alertmanager tells it: which of its alerts fire now.

Alerts made from our own findings carry the label `rule`: they are incidents already, and are left out.
So are those that watch wardwatch itself: a legal clock is told by itself, and who is down hears nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, insert, select

from alerts.tables import signals as table

WATCHDOG = "Watchdog"
"""It always fires: as long as it is heard, the others would be heard too."""


class SignalError(Exception):
    """A message that is none of Alertmanager's."""


class _Alert(Struct, frozen=True):
    status: Literal["firing", "resolved"]
    labels: Mapping[str, str]
    fingerprint: str
    startsAt: datetime  # noqa: N815 - Alertmanager's name


class _Message(Struct, frozen=True):
    """Version 4 of its webhook; what else it holds is not needed."""

    version: Literal["4"]
    alerts: tuple[_Alert, ...]


class Signal(Struct, frozen=True):
    """One alert as it was last told."""

    fingerprint: str
    name: str
    labels: Mapping[str, str]
    firing: bool
    starts_at: datetime
    received_at: datetime


class Signals(Struct, frozen=True):
    """All that Alertmanager last told. None of it: it never spoke."""

    heard_at: datetime | None = None
    """When the watchdog last came."""
    firing: tuple[Signal, ...] = ()


def understood(body: bytes, now: datetime) -> tuple[Signal, ...]:
    """The alerts of one message that are not ours already. Raises SignalError."""
    try:
        message = msgspec.json.decode(body, type=_Message)
    except msgspec.MsgspecError as error:
        raise SignalError(f"not a message of Alertmanager's webhook, version 4: {error}") from error
    return tuple(
        Signal(
            one.fingerprint,
            one.labels.get("alertname", ""),
            one.labels,
            one.status == "firing",
            min(one.startsAt, now),
            now,
        )
        for one in message.alerts
        if not _ours(one.labels)
    )


def _ours(labels: Mapping[str, str]) -> bool:
    watches = labels.get("incident_class") == "watcher" and labels.get("alertname") != WATCHDOG
    return "rule" in labels or watches


def record(connection: Connection, told: Iterable[Signal]) -> None:
    """Keep each as it was last told, in the caller's transaction."""
    for one in {signal.fingerprint: signal for signal in told}.values():
        connection.execute(delete(table).where(table.c.fingerprint == one.fingerprint))
        connection.execute(
            insert(table).values(
                fingerprint=one.fingerprint,
                name=one.name,
                labels=msgspec.json.encode(one.labels, order="sorted").decode(),
                firing=one.firing,
                starts_at=one.starts_at,
                received_at=one.received_at,
            )
        )


def current(connection: Connection) -> Signals:
    """What fires now, oldest first, and when the watchdog was last heard."""
    heard_at: datetime | None = None
    firing: list[Signal] = []
    for row in connection.execute(select(table).order_by(table.c.starts_at, table.c.fingerprint)):
        if row.name == WATCHDOG:
            heard_at = max(heard_at, row.received_at) if heard_at else row.received_at
        elif row.firing:
            labels = msgspec.json.decode(row.labels, type=dict[str, str])
            firing.append(
                Signal(row.fingerprint, row.name, labels, True, row.starts_at, row.received_at)
            )
    return Signals(heard_at, tuple(firing))
