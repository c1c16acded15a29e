"""The planner over a month: 60 PCs of 50 GB, one line, one disk, PCs that are off at night.

`python -m bench.backup_month` lets the real planner (`backup.plan`) decide every two minutes what is
asked for and what is proved; how long each takes is a model: bytes over the line's rate, bytes over
the disk's. No PC, no restic and no disk take part, so that a month costs a minute.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from backup import plan
from backup.plan import History, Job, Known, Proved
from bench.faults import seeded
from collector.inventory.model import Inventory
from tests.backup.place import inventory as small

GB = 10**9
TICK = timedelta(minutes=2)
START = datetime(2026, 11, 1, 17, 0, tzinfo=UTC)  # Monday, 2 November, midnight in the office
CHANGED_RATIO = 0.02
"""Of a set's bytes, a day's work."""
LOOK_SECONDS = 60.0
"""Of a run, beside its bytes: listing 50 GB, reading witnesses."""
DISK_BYTES_PER_SECOND = 150e6
WHOLE_BYTES_PER_SECOND = 75e6
"""Read from and written to the same disk."""
PROOF_SECONDS = {
    "prepare": 10,
    "watch": 5,
    "drill": 60,
    "check": 300,
    "retain": 600,
    "selftest": 20,
}
SWEEP_DAYS = 30


def office(machines: int, rpo_hours: float) -> Inventory:
    """That many PCs, one set each, one repository; everybody at eight."""
    plain = small().model_dump(mode="json")
    pc, backup = plain["machines"][0], plain["backups"][0]
    names = [f"pc-{number:02}" for number in range(machines)]
    plain["machines"] = [{**pc, "id": name} for name in names]
    each = {"schedule": "0 8 * * 1-5", "rpo_hours": rpo_hours, "drill_days": 7}
    plain["backups"] = [{**backup, **each, "id": name, "machine": name} for name in names]
    return Inventory.model_validate(plain)


@dataclass
class Month:
    """What goes on; `now` is the simulation's clock."""

    inventory: Inventory
    bytes_each: float
    line_bytes_per_second: float
    chance: random.Random
    now: datetime = START
    history: dict[str, History] = field(default_factory=dict)
    proved: dict[Job, Proved] = field(default_factory=dict)
    at_work: tuple[str, datetime] | None = None
    proving: tuple[Job, datetime] | None = None
    succeeded_at: dict[str, datetime] = field(default_factory=dict)
    worst: dict[str, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    lost: int = 0
    line_seconds: float = 0.0
    late_proofs: dict[str, timedelta] = field(default_factory=lambda: defaultdict(timedelta))
    hours: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def on(self, name: str) -> bool:
        """A PC comes on between half past seven and half past eight, and goes at about five."""
        local = self.now.astimezone(ZoneInfo(self.inventory.site.timezone))
        if local.weekday() >= 5:
            return False
        drawn = (7.5 + self.chance.random(), 16.5 + self.chance.random())
        first, last = self.hours.setdefault((name, f"{local:%j}"), drawn)
        return first <= local.hour + local.minute / 60 < last

    def step(self) -> None:
        """Two minutes: what ends, what is asked for, what is proved."""
        there = frozenset(one.machine for one in self.inventory.backups if self.on(one.machine))
        self._end(there)
        known = Known(self.history, self.proved, there, frozenset(("kho",)))
        if self.at_work is None:
            for declared in plan.due_backups(self.inventory, known, self.now):
                self._begin(declared.id)
        known = replace(known, history=self.history)
        jobs = plan.due_proofs(self.inventory, known, self.now)
        if jobs and self.proving is None:
            self.proving = (jobs[0], self.now + timedelta(seconds=self._proof_seconds(jobs[0])))
        for name, at in self.succeeded_at.items():
            self.worst[name] = max(self.worst[name], self.now - at)
        for job, last in self.proved.items():
            self.late_proofs[job.kind] = max(self.late_proofs[job.kind], self.now - last.at)
        self.now += TICK

    def _begin(self, name: str) -> None:
        before = self.history.get(name, History())
        first = before.snapshot is None
        seconds = self.bytes_each * (1 if first else CHANGED_RATIO) / self.line_bytes_per_second
        self.at_work = (name, self.now + timedelta(seconds=LOOK_SECONDS + seconds))
        self.line_seconds += seconds
        self.history[name] = replace(before, asked_at=self.now, attempted_at=self.now)

    def _end(self, there: frozenset[str]) -> None:
        if self.at_work is not None:
            name, ends_at = self.at_work
            if name not in there:  # switched off in the middle: no receipt comes
                self.at_work, self.lost = None, self.lost + 1
            elif self.now >= ends_at:
                self.at_work = None
                self.succeeded_at[name] = self.now
                self.history[name] = History(
                    None, self.now, ok=True, snapshot="s", bytes=int(self.bytes_each)
                )
        if self.proving is not None and self.now >= self.proving[1]:
            job, _ = self.proving
            self.proved[job] = Proved(self.now, ok=True)
            self.proving = None

    def _proof_seconds(self, job: Job) -> float:
        if job.kind == "whole":
            return self.bytes_each / WHOLE_BYTES_PER_SECOND
        if job.kind != "sweep":
            return PROOF_SECONDS.get(job.kind, 60)
        stored = len(self.succeeded_at) * self.bytes_each
        return stored / SWEEP_DAYS * 1.2 / DISK_BYTES_PER_SECOND


def main() -> int:
    """Exit code: 0 only where no recovery point was broken, and every set was backed up."""
    parser = argparse.ArgumentParser(prog="python -m bench.backup_month", description=__doc__)
    parser.add_argument("--machines", type=int, default=60)
    parser.add_argument("--gigabytes", type=float, default=50)
    parser.add_argument("--line-mbit", type=float, default=1000)
    parser.add_argument("--rpo-hours", type=float, default=74)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    month = Month(
        office(given.machines, given.rpo_hours),
        given.gigabytes * GB,
        given.line_mbit * 1e6 / 8 * 0.9,  # headers and restic's own
        seeded(str(given.seed)),
    )
    first_done = None
    while month.now < START + timedelta(days=given.days):
        month.step()
        if first_done is None and len(month.succeeded_at) == given.machines:
            first_done = month.now - START
    rpo = timedelta(hours=given.rpo_hours)
    broken = [name for name, age in month.worst.items() if age > rpo]
    print(
        f"backed up at least once: {len(month.succeeded_at)} of {given.machines}, by {first_done}"
    )
    print(f"oldest newest backup {max(month.worst.values())}; recovery point {rpo}")
    print(f"recovery points broken: {len(broken)}; runs lost by PCs switched off: {month.lost}")
    print(f"line busy {month.line_seconds / 3600:.1f} h in {given.days} days")
    for kind, age in sorted(month.late_proofs.items()):
        print(f"{kind:<9} longest between two: {age}")
    return 1 if broken or len(month.succeeded_at) < given.machines else 0


if __name__ == "__main__":
    sys.exit(main())
