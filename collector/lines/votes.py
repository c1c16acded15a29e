"""What the collector and the voters found of one line, as observers; and which votes still count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from collector.inventory.model import Inventory, Line
from collector.line_readings import LineReading, LineVote, Target
from collector.lines.blame import Around, Blame, Observer, blame, stop
from collector.state import Latest, Machine

KEEP = timedelta(seconds=90)
"""A vote comes every minute; one that is older tells of another time."""
SETTLE = timedelta(seconds=6)
"""As long as a look takes: a vote that comes right after the break may have been made before it."""
VOTERS = 3
"""Chosen where none is declared: enough that two agree while one is off."""
COLLECTOR = "collector"
"""Stands for the collector's own machine where none is declared to be it."""


def own_asset(inventory: Inventory) -> str:
    """The declared machine that the collector runs on."""
    return next((one.id for one in inventory.machines if one.collector), COLLECTOR)


def of_look(reading: LineReading, asset: str) -> Observer:
    """The collector's look."""
    return Observer(
        asset,
        None,
        reading.link_up,
        _answers(reading.gateway),
        _answers(reading.hop),
        reading.up,
        _any(reading.name_servers),
        tuple(one.target for one in reading.services if one.latency_seconds is None),
        len(reading.services),
    )


def of_vote(asset: str, report: int, vote: LineVote, line: Line) -> Observer | None:
    """A PC's vote on that line; None where it goes out by another gateway, or looked at no such."""
    seen = next((one for one in vote.lines if one.line == line.id), None)
    if seen is None or (vote.gateway and line.gateway and vote.gateway.target != line.gateway):
        return None
    link = vote.link.up if vote.link else None
    return Observer(
        asset,
        report,
        # Without a route there is no network, whatever the cable says.
        False if vote.gateway is None else link,
        _answers(vote.gateway),
        _answers(seen.hop),
        _any(seen.targets),
        _any(vote.dns),
        tuple(one.target for one in seen.http if one.latency_seconds is None),
        len(seen.http),
    )


def voters(
    inventory: Inventory, line: Line, machines: Mapping[str, Machine], now: datetime
) -> tuple[str, ...]:
    """The PCs that are asked after a line: as declared, else some that report.

    Who answered lately goes on; the others take turns by the hour, as one may have nothing pinned.
    """
    if line.voters:
        return line.voters
    ready = [
        one.id
        for one in inventory.machines
        if not one.collector
        and _speaks(machines.get(one.id), now)
        and _goes_by(machines[one.id], line)
    ]
    answered = [name for name in ready if _voted(machines[name], line, now)]
    turn = int(now.timestamp() // 3600) % len(ready) if ready else 0
    waiting = [name for name in (*ready[turn:], *ready[:turn]) if name not in answered]
    return tuple((*answered, *waiting)[:VOTERS])


def chosen(
    inventory: Inventory, machines: Mapping[str, Machine], now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """By agent: the lines that its PC is to look at."""
    found: dict[str, tuple[str, ...]] = {}
    for line in inventory.lines:
        for name in voters(inventory, line, machines, now):
            machine = machines.get(name)
            if machine and machine.agent:
                found[machine.agent.id] = (*found.get(machine.agent.id, ()), line.id)
    return found


def judged(
    inventory: Inventory,
    line: Line,
    readings: Sequence[LineReading],
    machines: Mapping[str, Machine],
    now: datetime,
    around: Around | None = None,
) -> tuple[Blame, tuple[Observer, ...]]:
    """Who is to blame now, and the votes that it rests on. Readings are newest first."""
    asset = own_asset(inventory)
    looks = [of_look(one, asset) for one in readings]
    state = stop(looks[0])
    same = next((n for n, one in enumerate(looks) if stop(one) != state), len(looks)) - 1
    since = readings[same].at
    before = readings[same + 1].at if same + 1 < len(readings) else since
    fresh = [
        vote
        for name, machine in machines.items()
        if name != asset
        and machine.line
        and (vote := _fresh(name, machine.line, line, (before, since), now)) is not None
    ]
    expected = [name for name in voters(inventory, line, machines, now) if name != asset]
    waited = (now - since).total_seconds()
    return blame(looks[0], fresh, around, waited, len(expected)), tuple(fresh)


def _fresh(
    name: str,
    latest: Latest[LineVote],
    line: Line,
    broke: tuple[datetime, datetime],
    now: datetime,
) -> Observer | None:
    """A vote that tells of the same time as the newest look.

    `broke` are the last look before the present state, and the first of it.
    """
    vote = of_vote(name, latest.report, latest.value, line)
    if vote is None or now - latest.received_at > KEEP:
        return None
    before, since = broke
    if before == since:  # nothing changed as far back as is known
        return vote
    earliest = since + SETTLE if stop(vote) == "none" else before
    return vote if latest.received_at >= earliest else None


def _speaks(machine: Machine | None, now: datetime) -> bool:
    load = machine.load if machine else None
    return load is not None and now - load.received_at < 3 * KEEP


def _voted(machine: Machine, line: Line, now: datetime) -> bool:
    latest = machine.line
    return (
        latest is not None
        and now - latest.received_at < timedelta(minutes=10)
        and any(one.line == line.id for one in latest.value.lines)
    )


def _goes_by(machine: Machine, line: Line) -> bool:
    told = machine.system.value.gateway if machine.system else None
    return line.gateway is None or told is None or told == line.gateway


def _answers(target: Target | None) -> bool | None:
    return None if target is None else target.latency_seconds is not None


def _any(targets: tuple[Target, ...]) -> bool | None:
    return any(one.latency_seconds is not None for one in targets) if targets else None
