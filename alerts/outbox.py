"""The outbox: messages wait in the database and leave once each, in order for each channel.

`put` stands in the transaction that makes the reason for a message, so that neither is there without
the other. `deliver` is the duty. A message whose channel does not take it now holds those behind it
back (order), with growing pauses; one that will never be taken is set aside, and the next one goes.

Whoever is killed between the other side's yes and the note of it sends that one message again, under
the same Message-ID: mail servers and readers show it once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from alerts.tables import outbox, outbox_files
from collector import audit
from collector.store.database import Store

ACTOR = "wardwatch"
MAIL = "mail"
"""The channel of papers: mail to whom each message names."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=10)
STALE = timedelta(days=30)
"""By then nobody waits for it, and a channel that is never mended must not grow without end."""
AT_ONCE = 20
"""Messages of one channel in one round: after a long outage the other channels wait for no more."""


class Attachment(Struct, frozen=True):
    """One file of a message."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


class Message(Struct, frozen=True):
    """What is told. The same key is the same message, however often it is put."""

    key: str
    channel: str
    subject: str
    body: str
    recipients: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    incident: str | None = None


class Waiting(Struct, frozen=True):
    """One message on its way, as the outbox knows it."""

    id: int
    message: Message
    made_at: datetime
    attempts: int
    next_at: datetime
    error: str | None
    sent_at: datetime | None
    receipt: str | None
    refused_at: datetime | None


class ChannelError(Exception):
    """The channel did not take a message now; it is tried again."""


class RefusedError(ChannelError):
    """The channel will never take this message; says why."""


Send = Callable[[Waiting], str]
"""Hands one message over and returns the receipt; raises ChannelError or RefusedError."""


def put(connection: Connection, message: Message, now: datetime) -> int:
    """Keep a message to be sent, and return its number; one that is there already stays as it is."""
    found = connection.execute(
        select(outbox.c.id).where(outbox.c.key == message.key)
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    number: int = connection.execute(
        insert(outbox)
        .values(
            key=message.key,
            channel=message.channel,
            recipients=json.dumps(message.recipients),
            subject=message.subject,
            body=message.body,
            incident=message.incident,
            made_at=now,
            next_at=now,
        )
        .returning(outbox.c.id)
    ).scalar_one()
    for place, file in enumerate(message.files):
        connection.execute(
            insert(outbox_files).values(
                message=number,
                number=place,
                name=file.name,
                media_type=file.media_type,
                sha256=file.sha256,
                content=file.content,
            )
        )
    return number


def deliver(
    store: Store, channels: Iterable[str], send: Send, clock: Callable[[], datetime]
) -> tuple[Waiting, ...]:
    """Send what is due, channel by channel and oldest first; returns what was sent or refused."""
    ended: list[Waiting] = []
    for channel in channels:
        for _ in range(AT_ONCE):
            with store.read() as connection:
                first = head(connection, channel)
            if first is None or first.next_at > clock():
                break
            after = _try(store, first, send, clock)
            if after is None:
                break
            ended.append(after)
    return tuple(ended)


def _try(store: Store, one: Waiting, send: Send, clock: Callable[[], datetime]) -> Waiting | None:
    """One attempt. None: not taken now, so that those behind it wait."""
    try:
        receipt = send(one)
    except RefusedError as error:
        return _refused(store, one, clock(), str(error))
    except ChannelError as error:
        if clock() - one.made_at > STALE:
            return _refused(store, one, clock(), f"{error}; it waited for {STALE.days} days")
        pause = min(FIRST_PAUSE * 2 ** min(one.attempts, 16), LONGEST_PAUSE)
        with store.write() as connection:
            _set(connection, one, error=str(error), next_at=clock() + pause)
        return None
    return _noted(store, one, clock(), "sent", error=None, sent_at=clock(), receipt=receipt)


def _refused(store: Store, one: Waiting, now: datetime, cause: str) -> Waiting | None:
    return _noted(store, one, now, "refused", error=cause, refused_at=now)


def _noted(
    store: Store, one: Waiting, now: datetime, outcome: str, **values: object
) -> Waiting | None:
    with store.write() as connection:
        _set(connection, one, **values)
        detail: dict[str, str | int | None] = {
            "message": one.id,
            "channel": one.message.channel,
            "incident": one.message.incident,
            "files": " ".join(file.sha256 for file in one.message.files),
            "said": str(values.get("receipt") or values.get("error") or ""),
        }
        audit.append(connection, now, ACTOR, f"message.{outcome}", detail)
        return message(connection, one.id)


def _set(connection: Connection, one: Waiting, **values: object) -> None:
    connection.execute(
        update(outbox)
        .where(outbox.c.id == one.id, outbox.c.sent_at.is_(None), outbox.c.refused_at.is_(None))
        .values(attempts=one.attempts + 1, **values)
    )


def again(connection: Connection, id: int, now: datetime) -> None:
    """Try a message that was refused once more, from now on; one that was sent stays sent."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.sent_at.is_(None))
        .values(refused_at=None, attempts=0, next_at=now)
    )


def message(connection: Connection, id: int) -> Waiting | None:
    """The message of that number, sent or not; None where there is none."""
    row = connection.execute(select(outbox).where(outbox.c.id == id)).one_or_none()
    return None if row is None else _waiting(connection, row)


def head(connection: Connection, channel: str) -> Waiting | None:
    """The oldest message that still waits for that channel."""
    row = connection.execute(
        select(outbox).where(outbox.c.channel == channel, _open()).order_by(outbox.c.id).limit(1)
    ).one_or_none()
    return None if row is None else _waiting(connection, row)


def waiting(connection: Connection) -> tuple[Waiting, ...]:
    """All that have not left, oldest first."""
    rows = connection.execute(select(outbox).where(_open()).order_by(outbox.c.id)).all()
    return tuple(_waiting(connection, row) for row in rows)


def _open() -> ColumnElement[bool]:
    return and_(outbox.c.sent_at.is_(None), outbox.c.refused_at.is_(None))


def _waiting(connection: Connection, row: Row[tuple[object, ...]]) -> Waiting:
    files = connection.execute(
        select(outbox_files).where(outbox_files.c.message == row.id).order_by(outbox_files.c.number)
    )
    told = Message(
        key=row.key,
        channel=row.channel,
        subject=row.subject,
        body=row.body,
        recipients=tuple(json.loads(row.recipients)),
        files=tuple(Attachment(one.name, one.media_type, one.content) for one in files),
        incident=row.incident,
    )
    return Waiting(
        id=row.id,
        message=told,
        made_at=row.made_at,
        attempts=row.attempts,
        next_at=row.next_at,
        error=row.error,
        sent_at=row.sent_at,
        receipt=row.receipt,
        refused_at=row.refused_at,
    )
