"""What leaves the scripted office: each message with its moment, its channel and all that it tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from alerts import notices, outbox, queries, telling
from alerts.notice_words import ORDER
from alerts.outbox import Message, Waiting
from alerts.tables import incidents
from alerts.tables import notices as table
from alerts.words import texts
from collector.inventory.model import Inventory
from collector.store.database import Store

CHANNELS: list[dict[str, Any]] = [
    {"id": "mail-officer", "kind": "mail"},
    {"id": "telegram-urgent", "kind": "telegram", "url_file": "url", "least": "critical"},
    {"id": "mail-leaders", "kind": "mail", "to": ["chu-tich@hoamai.example"], "escalation": True},
]
"""One of each class of readers: the officer, who reads all; the phone, for what is urgent; those
above, for what nobody took up."""

LINE = re.compile(r"  - (?P<id>[^:]+): (?P<rest>.+)")
CLOCK = re.compile(r"(?P<name>.+), (?:hạn .+, đã qua (?P<share>\d+) % thời gian|ĐÃ QUÁ HẠN từ .+)")


class Post:
    """Puts what is due into the outbox each round, and hands it over."""

    def __init__(self, store: Store, inventory: Inventory, begins: datetime) -> None:
        self._store, self._inventory, self._begins = store, inventory, begins
        self.hand_over: Callable[[Waiting], str] = lambda one: f"{one.message.channel}: taken"
        self.left: list[tuple[datetime, Message]] = []

    def settle(self, now: datetime) -> None:
        """What was due before the story begins has been told long ago."""
        with self._store.write() as connection:
            telling.take_up(connection, self._inventory, now)
            connection.execute(table.update().values(told_at=self._begins.replace(year=2025)))

    def round(self, now: datetime) -> None:
        """As the duties `notices` and `outbox` do."""
        with self._store.write() as connection:
            telling.tick(connection, self._inventory, now)
        channels = [one.id for one in self._inventory.notices.channels]
        for one in outbox.deliver(self._store, channels, self.hand_over, lambda: now):
            assert one.sent_at is not None, one.error
            self.left.append((now, one.message))

    def told(self) -> list[str]:
        """Each message in the order of its leaving: `seconds channel: kind rule subject, …`."""
        with self._store.read() as connection:
            names = _names(connection)
        return [
            f"{(at - self._begins).total_seconds():.0f} {one.channel}: "
            + ", ".join(_contents(one.body, names))
            for at, one in self.left
        ]

    def untold(self) -> list[str]:
        """What no message tells, with why: its cause is told, it ended first, it waits its time."""
        with self._store.read() as connection:
            names = _names(connection)
            causes = queries.open_incidents(connection)
            dropped = connection.execute(
                select(table).where(table.c.dropped.is_not(None)).order_by(table.c.id)
            )
            over = [f"{one.kind} {names[one.incident]}: {one.dropped}" for one in dropped]
            waiting = [
                f"{one.kind} {names[one.incident.id]}: "
                + ("explained" if notices.causes_of(one, causes, self._inventory) else "waits")
                for one in telling.pending(connection)
                if one.incident is not None
            ]
        return over + waiting


def _names(connection: Connection) -> Mapping[str, str]:
    rows = connection.execute(select(incidents.c.id, incidents.c.rule, incidents.c.subject))
    return {row.id: f"{row.rule} {row.subject}" for row in rows}


def _contents(body: str, names: Mapping[str, str]) -> Iterator[str]:
    """All that a Vietnamese message tells, read out of its own words."""
    headings = {texts().text("vi", f"notice.heading-{kind}"): kind for kind in ORDER}
    kind = ""
    for line in body.splitlines():
        kind = headings.get(line, kind)
        if found := LINE.fullmatch(line):
            name = names.get(found["id"], found["id"])
            clock = CLOCK.fullmatch(found["rest"])
            yield f"clock {name} {clock['share'] or 100}" if clock else f"{kind} {name}"
        elif line.startswith("  - "):
            count = re.search(r"\d+", line)
            yield f"{kind} and {count[0] if count else line} more"
