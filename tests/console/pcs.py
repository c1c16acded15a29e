"""PCs that really joined: each by a join string, each with its own key, spool and TLS connection.

What they say of their security, software and system was read by the agent's own probes from the
recording of a well-kept PC; their hardware is what stands in the example office's list.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from agent import joining
from agent.link import Link
from agent.spool import Spool
from collector.inventory.model import Machine
from collector.inventory.read import load
from collector.store.database import connect
from console import joins, settings
from console.addresses import parse
from tests.agent.machines import section
from tests.console.office import Running

GIB = 1024**3
RECORDED = "windows-kept"
BEAT_SECONDS = 3.0
LICENCE = {"name": "Windows(R), Professional edition", "status": "licensed", "ending": "3V66T"}
MODELS = (("Dell Inc.", "OptiPlex 7010"), ("HP", "ProDesk 400 G9"), ("Lenovo", "ThinkCentre M70s"))


@dataclass
class Pc:
    """One PC. `say` returns once the collector has stored the report."""

    declared: Machine
    number: int
    place: Path
    """Of its spool."""
    link: Link
    lock: Lock = field(default_factory=Lock)
    began: float = field(default_factory=time.monotonic)

    def say(self, **sections: Any) -> None:
        with self.lock, closing(Spool(self.place)) as spool:
            for kind, read in sections.items():
                spool.append(kind, read, at=told(time.time()))
            while (batch := spool.batch(1 << 19)) is not None:
                answer = self.link.send(batch.body)
                assert spool.acknowledge(answer.epoch, answer.seqs)

    def good_morning(self) -> None:
        """Everything that a PC tells after it was switched on; all is well with this one."""
        self.say(
            hardware=hardware(self.declared, self.number),
            system=section(RECORDED, "system")
            | {"hostname": self.declared.id.upper(), "boot_at": told(time.time() - 3_000)},
            software=section(RECORDED, "software") | {"licences": [LICENCE]},
            security=section(RECORDED, "security"),
            events=[],
        )
        self.say(load=self.load())
        self.say(load=self.load())

    def load(self) -> dict[str, Any]:
        up = 3_000.0 + 60 * self.number + time.monotonic() - self.began
        free = 0.38 + 0.045 * (self.number % 7)
        return {
            "cpu": {"cores": 4, "busy_seconds_total": up * 0.4, "seconds_total": up * 4},
            "memory": {"total_bytes": 8 * GIB, "available_bytes": int(8 * GIB * (free + 0.1))},
            "filesystems": [
                {
                    "mount": "C:",
                    "total_bytes": 255 * 10**9,
                    "available_bytes": int(255e9 * free),
                    "type": "NTFS",
                }
            ],
            "uptime_seconds": up,
            "processes": 140 + self.number,
        }


def told(at: float) -> str:
    """As PCs tell a time."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def hardware(declared: Machine, number: int) -> dict[str, Any]:
    maker, model = MODELS[number % len(MODELS)]
    return {
        "system": {"manufacturer": maker, "model": model, "serial": declared.serial},
        "cpus": [{"name": "Intel(R) Core(TM) i5-12400", "cores": 6, "threads": 12}],
        "memory": {"total_bytes": 8 * GIB},
        "disks": [
            {
                "name": r"\\.\PHYSICALDRIVE0",
                "model": "SK hynix BC711 256GB",
                "serial": f"VD{number:06}",
                "size_bytes": 256_060_514_304,
                "kind": "ssd",
                "bus": "nvme",
                "health": "passed",
            }
        ],
        "monitors": [{"manufacturer": "DEL", "model": "P2222H", "made_year": 2023}],
        "printers": [{"name": "Canon LBP226dw", "port": "USB001"}],
        "scanners": [{"name": "Canon DR-C225"}],
    }


def checks(**changed: tuple[str, str]) -> dict[str, Any]:
    """The security section of the well-kept PC with some checks as told: verdict and observation."""
    kept: dict[str, Any] = section(RECORDED, "security")
    rows = [
        one
        if one["id"] not in changed
        else one | dict(zip(("verdict", "observed"), changed[one["id"]], strict=True))
        for one in kept["checks"]
    ]
    return kept | {"checks": rows}


@contextmanager
def joined(office: Running, folder: Path) -> Iterator[Mapping[str, Pc]]:
    """All declared PCs but the collector, by their ids: joined, and heard again and again."""
    with ExitStack() as until:
        pcs = {one.declared.id: one for one in _join(office, folder, until)}
        for one in pcs.values():
            one.good_morning()
        yield pcs


@contextmanager
def beating(pcs: Mapping[str, Pc]) -> Iterator[None]:
    """While this lasts, each PC tells its load every few seconds, as agents do."""
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            for one in pcs.values():
                one.say(load=one.load())

    thread = Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _join(office: Running, folder: Path, until: ExitStack) -> Iterator[Pc]:
    here = settings.load(office.state)
    inventory, store = load(Path(here.inventory)), connect(here.database)
    until.callback(store.close)
    for number, declared in enumerate(one for one in inventory.machines if not one.collector):
        now = datetime.fromtimestamp(time.time(), UTC)
        with store.write() as connection:
            string = joins.new_string(
                *(connection, now, inventory, "cntt", declared.id),
                *(parse(here.listen), office.state),
            )
        made = joining.join(joining.invitation(string), declared.id, "windows")
        assert made.state == "approved"
        link = Link(made.settings, made.pem)
        until.callback(link.close)
        yield Pc(declared, number, folder / f"{declared.id}.sqlite", link)


def events(*kinds: str) -> list[dict[str, Any]]:
    """What Defender's log holds, as the probe tells it."""
    now = told(time.time())
    channel = "Microsoft-Windows-Windows Defender/Operational"
    return [
        {"at": now, "kind": kind, "channel": channel, "event_id": 1119, "record_id": 4100 + place}
        for place, kind in enumerate(kinds)
    ]
