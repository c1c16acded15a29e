"""One small office with a real repository, a real store and a PC that really backs up."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from backup import canary, holding, pin, receipts, run
from backup.plan import Job, Kind
from backup.proofs import Proof
from backup.prove import Verifier
from backup.sacrifice import quicken
from collector.inventory.model import Inventory
from collector.state import Agent, Machine, State
from collector.store import tables
from collector.store.columns import METADATA
from collector.store.database import Store, connect

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
"""Twelve o'clock in the office."""
LIMIT_SECONDS = 20.0


def inventory() -> Inventory:
    post = {"post": "Công chức CNTT"}
    return Inventory.model_validate(
        {
            "version": 1,
            "site": {
                "id": "phuong",
                "name": "UBND phường",
                "parent": "UBND thành phố",
                "address": "1 Phố Một",
                "phone": "0",
                "email": "a@example.vn",
                "system_name": "Mạng nội bộ",
            },
            "contacts": {"it_officer": post, "police": post},
            "departments": [],
            "people": [],
            "profiles": [{"id": "may", "name": "Máy", "decision": "1", "memory_gib": 4}],
            "machines": [{"id": "may-chu", "profile": "may", "room": "1"}],
            "repositories": [{"id": "kho", "path": "kho", "password_file": "passwords/kho"}],
            "backups": [
                {
                    "id": "van-ban",
                    "name": "Văn bản",
                    "machine": "may-chu",
                    "repository": "kho",
                    "paths": ["van-ban"],
                    "schedule": "0 12 * * *",
                    "canary": False,
                }
            ],
            "documents": {"place": "Phường"},
        }
    )


@dataclass
class Place:
    """The state folder and what moves in it. `now` is the office's clock."""

    state_folder: Path
    store: Store
    inventory: Inventory = field(default_factory=inventory)
    now: datetime = NOON
    reports: int = 0

    @property
    def source(self) -> Path:
        return self.state_folder / "van-ban"

    @property
    def repository(self) -> Path:
        return self.state_folder / "kho"

    @property
    def agent_folder(self) -> Path:
        return self.state_folder / "agent"

    @property
    def verifier(self) -> Verifier:
        return Verifier(
            self.store,
            self.state_folder,
            lambda: self.now,
            random.Random(1),
            limit_seconds=LIMIT_SECONDS,
        )

    @property
    def state(self) -> State:
        agent = Agent("a1", "may-chu", "approved", "may", NOON, self.now)
        return State({"may-chu": Machine("may-chu", agent)})

    def files(self, kind: str) -> list[Path]:
        return sorted(path for path in (self.repository / kind).rglob("*") if path.is_file())

    def pin(self) -> None:
        self.agent_folder.mkdir(exist_ok=True)
        pinned = pin.pinned(self.inventory, "may-chu", self.state_folder)
        (self.agent_folder / run.PINS).write_text(json.dumps(pinned), "utf-8")

    def back_up(self, set_id: str = "van-ban") -> run.Receipt:
        receipt = self.attempt(set_id)
        self.receive(receipt)
        canary.renew(self.agent_folder, receipt.canaries)
        return receipt

    def attempt(self, set_id: str = "van-ban") -> run.Receipt:
        """A run whose receipt is still to be kept."""
        return run.run(set_id, self.agent_folder, None, lambda: self.now, random.SystemRandom())

    def receive(self, receipt: run.Receipt) -> None:
        """The receipt as the collector stores it, and as the duties take it up."""
        self.reports += 1
        body = json.dumps({"seq": self.reports, "kind": "backup", "section": receipt.section()})
        with self.store.write() as connection:
            connection.execute(
                insert(tables.reports).values(
                    stream=1,
                    agent="a1",
                    epoch="0" * 32,
                    seq=self.reports,
                    kind="backup",
                    at=self.now,
                    received_at=self.now,
                    body=body,
                    sha256=b"",
                )
            )
            owners = {each.id: each.machine for each in self.inventory.backups}
            receipts.record(connection, owners, self.now)
            holding.watch(connection, self.inventory.backups)

    def prove(self, kind: Kind, limit_seconds: float = LIMIT_SECONDS) -> Proof:
        job = Job(kind, "kho", "van-ban") if kind in ("drill", "whole") else Job(kind, "kho")
        return replace(self.verifier, limit_seconds=limit_seconds).prove(self.inventory, job)

    def prepare(self) -> None:
        """Make the repository, and give it a key that takes no time to derive."""
        proof = self.prove("prepare")
        assert proof.ok, proof.error
        quicken(
            self.repository,
            pin.password_file(self.inventory.repositories[0], self.state_folder)
            .read_text()
            .strip(),
        )
        with self.store.write() as connection:
            connection.exec_driver_sql("DELETE FROM objects")
        self.prove("watch")

    def script(self, name: str, *lines: str) -> Path:
        """A restic with something in its way: the real one runs behind these lines of sh."""
        path = self.state_folder / name
        path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        path.chmod(0o700)
        return path

    def later(self, **elapsed: float) -> None:
        self.now += timedelta(**elapsed)


def made(folder: Path) -> Place:
    """A place with an empty repository and no documents yet."""
    store = connect(f"sqlite:///{folder / 'wardwatch.sqlite'}")
    METADATA.create_all(store.engine)
    with store.write() as connection:
        connection.execute(
            insert(tables.agents).values(
                id="a1",
                asset="may-chu",
                key_hash=b"",
                state="approved",
                hostname="may",
                joined_at=NOON,
            )
        )
        connection.execute(
            insert(tables.epochs).values(
                id=1, agent="a1", epoch="0" * 32, ordinal=1, first_received_at=NOON
            )
        )
    store.close()
    (folder / "van-ban").mkdir()
    return opened(folder)


def opened(folder: Path) -> Place:
    """The place that lies in a folder; its PC is pinned anew, for the folder may be a copy."""
    store = connect(f"sqlite:///{folder / 'wardwatch.sqlite'}")
    with store.read() as connection:
        reports = connection.scalar(select(func.count()).select_from(tables.reports)) or 0
    place = Place(folder, store, reports=reports)
    place.pin()
    return place
