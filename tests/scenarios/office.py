"""A scripted office: PCs that report into a real store, judged as the running suite judges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert, select

from alerts import handling, past
from alerts.duties import Judgement
from alerts.incidents import Action
from alerts.office import Office
from alerts.tables import finding_changes, incidents
from collector import changes, lines, writing
from collector.devices import ledger
from collector.devices.ledger import Polled
from collector.devices.reading import DeviceReading
from collector.inventory.model import Inventory
from collector.lately import Following
from collector.live import Live
from collector.store.database import Store
from collector.store.tables import agents
from tests.scenarios.post import Post
from tests.scenarios.well import CHECKS, HARDWARE, SOFTWARE, SYSTEM, backups, look, own, ward

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
GIB = 1024**3
LOAD_SECONDS = 60


@dataclass
class Pc:
    """One simulated PC: what it would say now, and whether it says anything."""

    asset: str
    number: int
    seq: int = 0
    talks: bool = True
    off_seconds: int = 0
    """By how much its clock is wrong."""
    checks: dict[str, str] = field(default_factory=lambda: dict(CHECKS))
    hardware: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    software: dict[str, Any] = field(default_factory=dict)
    filesystems: list[dict[str, Any]] = field(default_factory=list)
    observed: dict[str, str] = field(default_factory=dict)

    @property
    def agent(self) -> str:
        return f"agent{self.number:02d}"

    @property
    def epoch(self) -> str:
        return f"{self.number:032x}"

    @property
    def mac(self) -> str:
        return f"02:00:00:00:00:{self.number:02x}"


class Scripted:
    """The office in play. Time moves by `until`; whatever is said is stored at that moment."""

    def __init__(self, store: Store, begins: datetime, people: int = 6, **declared: Any) -> None:
        self.store, self.now, self.begins = store, begins, begins
        self.inventory: Inventory = ward(people, **declared)
        self.pcs = {
            one.id: Pc(one.id, number) for number, one in enumerate(self.inventory.machines, 1)
        }
        self.lines_up = {line.id: True for line in self.inventory.lines}
        self.backups = backups(self.inventory, begins)
        self.own: dict[str, Any] = {}
        self.devices: dict[str, DeviceReading | None] = {
            one.id: DeviceReading(model="Mẫu", serial=one.id) for one in self.inventory.devices
        }
        """What each answers when it is asked; None: nothing."""
        self._live, self._following = Live(store), Following(store)
        self._judgement = Judgement(store)
        self.post = Post(store, self.inventory, begins)
        self._outgoing: list[tuple[Pc, dict[str, Any]]] = []
        self._loads_at = begins
        self._inventories = True
        self._told_at: dict[str, datetime] = {}
        self._join(begins - timedelta(days=90))
        for pc in self.pcs.values():
            self._first_words(pc)
        self._judged()
        self.post.settle(begins)
        self._baseline = self._last_change()

    def until(self, moment: datetime, every_seconds: int) -> None:
        """Let time pass: loads by the minute, a look at the lines, a round of judgement each step."""
        while self.now < moment:
            self.now = min(self.now + timedelta(seconds=every_seconds), moment)
            self.judge()

    def say(self, asset: str, kind: str, section: Any, gaps: Iterable[str] = ()) -> None:
        """One report, stored with the next round."""
        pc = self.pcs[asset]
        pc.seq += 1
        at = self.now + timedelta(seconds=pc.off_seconds)
        self._inventories |= kind in changes.KINDS
        report = {
            "seq": pc.seq,
            "kind": kind,
            "at": at.isoformat(),
            "section": section,
            "gaps": [{"field": one, "cause": "access denied"} for one in gaps],
            "cpu_seconds": 0.01,
        }
        self._outgoing.append((pc, report))

    def judge(self) -> None:
        """Store what was said, judge it and tell of it, as a round of the duties does."""
        self._judged()
        self.post.round(self.now)

    def _judged(self) -> None:
        self._loads()
        self._store()
        if self._inventories:
            changes.follow(self.store)
            self._inventories = False
        self._judgement.whole(self.seen())

    def seen(self) -> Office:
        """All that judgement looks at, now."""
        state = self._live.refresh()
        lately = self._following.refresh(state, self.inventory.software, self.now)
        with self.store.read() as connection:
            explained = past.explained(connection)
        return Office(
            self.inventory,
            state,
            self.backups,
            self.now,
            past=past.past(lately, explained),
            own=own(self.now, self.own),
        )

    def act(self, number: int, action: str, reason: str) -> None:
        """What the officer does with the incident of that number, counted from 1."""
        with self.store.write() as connection:
            name = self._incidents(connection)[number - 1].id
            handling.act(connection, self.now, "can-bo", name, cast("Action", action), reason)

    def turned(self) -> list[tuple[datetime, str]]:
        """Each verdict that changed since all was well, in order: `rule subject verdict`."""
        with self.store.read() as connection:
            rows = connection.execute(
                select(finding_changes)
                .where(finding_changes.c.id > self._baseline)
                .order_by(finding_changes.c.id)
            ).all()
        return [
            (row.at, f"{row.rule} {row.subject} {row.verdict}")
            for row in rows
            if row.before != row.verdict
        ]

    def opened(self) -> list[tuple[datetime, str]]:
        """Each incident in the order of its opening: `rule subject kind level state`."""
        with self.store.read() as connection:
            return [
                (one.opened_at, f"{one.rule} {one.subject} {one.kind} {one.level} {one.state}")
                for one in self._incidents(connection)
            ]

    def _incidents(self, connection: Any) -> list[Any]:
        found = connection.execute(select(incidents).order_by(incidents.c.opened_at))
        return list(found)

    def _last_change(self) -> int:
        with self.store.read() as connection:
            found = connection.execute(select(finding_changes.c.id)).scalars()
            return max(found, default=0)

    def _join(self, at: datetime) -> None:
        rows = [
            {
                "id": pc.agent,
                "asset": pc.asset,
                "key_hash": hashlib.sha256(pc.agent.encode()).digest(),
                "state": "approved",
                "hostname": pc.asset,
                "joined_at": at,
            }
            for pc in self.pcs.values()
        ]
        with self.store.write() as connection:
            connection.execute(insert(agents), rows)

    def _first_words(self, pc: Pc) -> None:
        server = pc.asset == "may-chu"
        pc.hardware = _with_number(HARDWARE | ({"monitors": []} if server else {}), pc.number)
        pc.system = SYSTEM | {
            "network": [{"name": "Ethernet", "mac": pc.mac, "kind": "ethernet", "up": True}]
        }
        pc.software = dict(SOFTWARE)
        pc.filesystems = [
            {"mount": "C:", "total_bytes": 200 * GIB, "available_bytes": 90 * GIB, "type": "NTFS"}
        ]
        self.say(pc.asset, "presence", {"state": "started"})
        self.say(pc.asset, "hardware", pc.hardware)
        self.say(pc.asset, "system", pc.system)
        self.say(pc.asset, "software", pc.software)
        self.say(pc.asset, "events", [])
        self.say(pc.asset, "security", self.security(pc))

    def security(self, pc: Pc) -> dict[str, Any]:
        """The section of its checks as they stand."""
        return {
            "checks": [
                {
                    "id": check,
                    "verdict": verdict,
                    "source": "registry",
                    "observed": pc.observed.get(check, f"{check}: {verdict}"),
                }
                for check, verdict in pc.checks.items()
            ]
        }

    def _loads(self) -> None:
        if self.now < self._loads_at:
            return
        self._loads_at = self.now + timedelta(seconds=LOAD_SECONDS)
        for pc in self.pcs.values():
            if pc.talks:
                self._daily(pc)
                self.say(pc.asset, "load", {"filesystems": pc.filesystems, "uptime_seconds": 600})
        with self.store.write() as connection:
            for line, up in self.lines_up.items():
                lines.record(connection, look(line, self.now, up=up))
        ledger.record(
            self.store,
            (
                Polled(name, self.now, None if reading else "no answer", reading)
                for name, reading in self.devices.items()
            ),
        )

    def _daily(self, pc: Pc) -> None:
        """Once a day what did not change is told again: an old reading proves nothing for ever."""
        if self.now - self._told_at.get(pc.asset, self.now) >= timedelta(days=1):
            for kind in ("hardware", "system", "software"):
                self.say(pc.asset, kind, getattr(pc, kind))
            self.say(pc.asset, "events", [])
            self.say(pc.asset, "security", self.security(pc))
        elif pc.asset in self._told_at:
            return
        self._told_at[pc.asset] = self.now

    def _store(self) -> None:
        by_pc: dict[str, list[dict[str, Any]]] = {}
        for pc, report in self._outgoing:
            by_pc.setdefault(pc.asset, []).append(report)
        self._outgoing.clear()
        batches = [self._batch(self.pcs[asset], reports) for asset, reports in by_pc.items()]
        if batches:
            with self.store.write() as connection:
                writing.write(connection, batches)

    def _batch(self, pc: Pc, reports: list[dict[str, Any]]) -> Any:
        from collector.ingest import understood  # noqa: PLC0415 - it brings the web in

        body = msgspec.json.encode({"version": 1, "epoch": pc.epoch, "reports": reports})
        batch, invalid = understood(pc.agent, body, self.now)
        assert not invalid, invalid
        return batch


def _with_number(section: Mapping[str, Any], number: int) -> dict[str, Any]:
    told = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(section)))
    told["system"]["serial"] = f"VD-{number:04d}"
    for disk in told["disks"]:
        disk["serial"] = f"{disk['serial']}-{number}"
    return told


def local(text: str) -> datetime:
    """A moment on the office's own clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)
