"""An office whose rounds of judging and telling a test gives one after another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from alerts import duties, handling, outbox, register, telling
from alerts.finding import Evidence, Finding
from alerts.outbox import Waiting
from alerts.tables import notices as table
from collector.inventory.model import Inventory, Notices
from collector.store.database import Store
from tests.alerts.builders import NOON
from tests.alerts.builders import inventory as built

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOON + 10 * HOUR
"""22:00 on that Monday; the office opens at 07:30, nine and a half hours later."""
MORNING = NIGHT + 9.5 * HOUR

OFFICER = {"id": "thu", "kind": "mail"}
BOSS = {"id": "lanh-dao", "kind": "mail", "to": ["a@b.example"], "escalation": True}
CHAT = {"id": "chat", "kind": "telegram", "url_file": "url", "least": "critical"}


def office(*channels: dict[str, Any], **settings: Any) -> Inventory:
    told = Notices.model_validate({"channels": list(channels) or [OFFICER], **settings})
    return built().model_copy(update={"notices": told})


def fails(rule: str, subject: str = "pc-1", at: datetime = NOON, kind: Any = None) -> Finding:
    security = rule == "agent-silent"
    because = "killed" if security else next(iter(FAILS[rule]))
    evidence = (Evidence(subject, "load", (), 7, at),)
    kind = kind or ("security" if security else "operational")
    return Finding(rule, subject, "fail", because, {}, evidence, kind, at)


def passes(rule: str, subject: str = "pc-1", at: datetime = NOON) -> Finding:
    return Finding(rule, subject, "pass", "pass", {}, (Evidence(subject, "load", (), 8, at),))


FAILS = {
    "firewall": ("fail",),
    "antivirus": ("fail",),
    "disk-unhealthy": ("failed",),
    "disk-filling": ("full",),
    "backup-late": ("late",),
    "agent-silent": ("killed",),
    "device-unreachable": ("silent",),
    "ups-on-battery": ("on-battery",),
    "office-unreachable": ("cut",),
}


class Life:
    """An office whose rounds are given one after another."""

    def __init__(self, store: Store, inventory: Inventory, *, clocks: bool = False) -> None:
        self.store, self.inventory, self.clocks = store, inventory, clocks
        self.now: dict[tuple[str, str], Finding] = {}

    def round(self, at: datetime, *findings: Finding) -> tuple[str, ...]:
        """Judge and tell; the keys of what was put into the outbox."""
        self.now |= {(one.rule, one.subject): one for one in findings}
        with self.store.write() as connection:
            register.record(connection, self.now.values(), at, self.inventory)
            if self.clocks:
                duties.escalate(connection, at)
            return telling.tick(connection, self.inventory, at)

    def rounds(self, first: datetime, last: datetime, every: timedelta = MINUTE) -> list[str]:
        found: list[str] = []
        at = first
        while at <= last:
            found += self.round(at)
            at += every
        return found

    def act(self, at: datetime, incident: str, action: Any) -> None:
        with self.store.write() as connection:
            handling.act(connection, at, "cntt", incident, action, "lý do")

    @property
    def told(self) -> tuple[Waiting, ...]:
        with self.store.read() as connection:
            return outbox.waiting(connection)

    def dropped(self) -> list[str]:
        with self.store.read() as connection:
            query = select(table.c.dropped).where(table.c.dropped.is_not(None))
            return [str(one) for one in connection.execute(query).scalars()]
