"""What the collector would say at a moment after a fault, out of real looks and a clock of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from collector.inventory.model import Inventory
from collector.line_readings import LineReading, LineVote
from collector.lines.blame import Around, Blame
from collector.lines.votes import judged
from collector.readings import Load
from collector.state import Latest, Machine
from tests.alerts import builders
from tests.lines_faults import Fault
from tests.lines_inside import declared
from tests.lines_lab import NOW, PCS

LOOK_SECONDS, VOTE_SECONDS = 10.0, 50.0
TAKES_SECONDS = 5.5
"""From the first question to the report's arrival, where targets stay silent."""
QUICK_SECONDS = 1.5
OWN = "may-chu"

Looks = Mapping[str, Any]
"""By machine, as `tests.lines_faults.looked` gives them."""


def inventory() -> Inventory:
    """The office of the lab: three voters, and the machine that the collector runs on."""
    machines: list[dict[str, Any]] = [
        {"id": name, "profile": "chuan", "room": "101"} for name in PCS
    ]
    machines.append({"id": OWN, "profile": "chuan", "room": "kho", "collector": True})
    line = declared().model_dump() | {"voters": PCS}
    return builders.inventory(machines=machines, lines=[line], backups=[])


def verdict(
    before: Looks,
    after: Looks,
    fault: Fault,
    look_phase: float,
    vote_phases: Sequence[float],
    seconds: float = 60.0,
) -> Blame:
    """So many seconds after the fault. Phases: when the first look after the fault begins."""
    now = NOW + timedelta(seconds=seconds)
    readings = []
    start = look_phase - 10 * LOOK_SECONDS
    while start < seconds:
        source = after if start >= 0 else before
        took = TAKES_SECONDS if start >= 0 else QUICK_SECONDS
        if start + took <= seconds:
            told = source["collector"] | {"at": _at(start).isoformat()}
            readings.append(msgspec.convert(told, LineReading, strict=False))
        start += LOOK_SECONDS
    machines = {
        name: _machine(name, before, after, fault, phase, seconds)
        for name, phase in zip(PCS, vote_phases, strict=True)
    }
    around = Around(on_battery=fault.on_battery)
    office = inventory()
    found, _ = judged(office, office.lines[0], readings[::-1], machines, now, around)
    return found


def _at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _machine(
    name: str, before: Looks, after: Looks, fault: Fault, phase: float, seconds: float
) -> Machine:
    newest: Latest[LineVote] | None = None
    start = phase - 3 * VOTE_SECONDS
    while start < seconds:
        source = after if start >= 0 else before
        arrives = start + (TAKES_SECONDS if start >= 0 else QUICK_SECONDS)
        cut = name in fault.cut_off and not fault.told_late
        if arrives <= seconds and (not cut or arrives < 0):
            vote = msgspec.convert(source[name]["section"], LineVote)
            newest = Latest(round(arrives) + 1000, _at(start), _at(arrives), vote)
        start += VOTE_SECONDS
    return Machine(name, load=Latest(1, _at(0), _at(0), Load()), line=newest)


def is_right(found: Blame, fault: Fault) -> bool:
    """The party, and the one that it is about where the fault has one."""
    subject = OWN if fault.subject == "collector" else fault.subject
    return found.party == fault.party and (subject is None or found.subject == subject)
