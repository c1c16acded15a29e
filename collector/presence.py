"""What a machine's silence means: switched off, asleep, its agent killed, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import Literal, get_args

from collector import office_hours, state
from collector.around import Around, Others
from collector.devices.known import Device
from collector.goodbye import last_word
from collector.habits import Usual
from collector.inventory.model import Inventory
from collector.inventory.model import Machine as Declared

Presence = Literal[
    "reporting", "off", "asleep", "unplugged", "line-down", "killed", "silent", "pending"
]
PRESENCES: tuple[Presence, ...] = get_args(Presence)

ALONE = Around()
WITNESS_WAIT = timedelta(seconds=300)
"""After the patience: a neighbour is asked with its next load, and looks at once."""
ALIVE_AFTER = timedelta(seconds=90)
"""A card may answer for a moment while its PC goes down: only a later answer is one of a live PC."""


def presence(
    machine: state.Machine | None,
    declared: Declared,
    inventory: Inventory,
    now: datetime,
    around: Callable[[], Around] = lambda: ALONE,
    usual: Usual | None = None,
) -> Presence:
    """Where a declared machine stands now, by what it last said, the office's hours and the others.

    - A goodbye is believed at once (`shutdown`, `sleep`) until the machine speaks again; of the
      collector's own machine it is not, since that one plainly lives.
    - `stopped` means that somebody ended the agent while the PC was on. Unless it starts again
      soon (an update), it counts as killed, by night too: it does not heal by itself.
    - One that a neighbour has seen answering since it fell silent lives without its agent: killed,
      at whatever hour, and also after a `shutdown` (it was switched on again).
    - Where most of the office falls silent at one moment, their common line or power is down.
    - Where the switch's port that it alone hangs on has no link, its cable or its power is out.
    - Silence counts in expected time alone: what was last heard of before the office opened was not
      switched on today. By its own learned hours (`usual`) it is expected also while the office
      rests, where it is on through lunch day by day, and not when it is usually off.

    `around` is asked only of a machine that is silent.
    """
    opened_at = cache(lambda: office_hours.open_since(inventory.site, now))
    return _standing(machine, declared, now, _patience(inventory), opened_at, around, usual)


def presences(
    inventory: Inventory,
    machines: Mapping[str, state.Machine],
    now: datetime,
    devices: Mapping[str, Device] = MappingProxyType({}),
    usual: Mapping[str, Usual] = MappingProxyType({}),
) -> Iterator[tuple[Declared, Presence]]:
    """The same for every declared machine, with the office's hours and the others looked up once."""
    patience = _patience(inventory)
    opened_at = cache(lambda: office_hours.open_since(inventory.site, now))
    others = all_others(inventory, machines, now, devices)
    for declared in inventory.machines:
        yield (
            declared,
            _standing(
                machines.get(declared.id),
                declared,
                now,
                patience,
                opened_at,
                partial(others.of, declared.id),
                usual.get(declared.id),
            ),
        )


def all_others(
    inventory: Inventory,
    machines: Mapping[str, state.Machine],
    now: datetime,
    devices: Mapping[str, Device] = MappingProxyType({}),
) -> Others:
    """Whom to ask what is around a machine."""
    here = frozenset(one.id for one in inventory.machines if one.collector)
    return Others(machines, now, _patience(inventory), here, devices)


def opened(inventory: Inventory, now: datetime) -> bool:
    """Whether the office has been open for as long as a running PC may be silent."""
    return all(office_hours.is_open(inventory.site, at) for at in (now, now - _patience(inventory)))


def _patience(inventory: Inventory) -> timedelta:
    return timedelta(seconds=inventory.rules.agent_silent.after_seconds)


def _standing(
    machine: state.Machine | None,
    declared: Declared,
    now: datetime,
    patience: timedelta,
    opened_at: Callable[[], datetime | None],
    around: Callable[[], Around],
    usual: Usual | None,
) -> Presence:
    agent = machine.agent if machine else None
    if machine is None or agent is None or agent.state != "approved" or not agent.last_report_at:
        return "pending"
    last_at = agent.last_report_at
    word = last_word(machine)
    quiet = now - last_at > patience
    if declared.collector:
        return "killed" if quiet else "reporting"
    # A sleeping PC's card answers for it: nobody's sighting says otherwise.
    if word == "sleep" or (word == "shutdown" and not quiet):
        return "asleep" if word == "sleep" else "off"
    if not quiet:
        return "reporting"
    others = around()
    alive_at = last_at + max(ALIVE_AFTER, patience / 2)
    seen = others.seen_at is not None and others.seen_at > alive_at
    return _gone(
        word, others, seen=seen, expected=_is_expected(declared, last_at, now, opened_at, usual)
    )


def _gone(word: str | None, others: Around, *, seen: bool, expected: bool) -> Presence:
    """What its silence means, once it has lasted longer than a running PC's may."""
    if word == "stopped" or seen:
        return "killed"
    if word == "shutdown":
        return "off"
    if others.together:
        return "line-down"
    if not expected:
        return "off"
    return "unplugged" if others.dead_port else "silent"


def _is_expected(
    declared: Declared,
    last_at: datetime,
    now: datetime,
    opened_at: Callable[[], datetime | None],
    usual: Usual | None,
) -> bool:
    """Whether one that ceased then, without a goodbye, should still be heard now."""
    if declared.always_on:
        return True
    start = opened_at()
    # Last heard of before the office opened: it was not switched on today.
    by_calendar = start is not None and last_at >= start
    if usual is None:
        return by_calendar
    return usual.expects(now) if by_calendar else usual.expects_all(last_at, now)


def waiting(machine: state.Machine, around: Around, patience: timedelta, now: datetime) -> bool:
    """Whether a silent PC's neighbours may still answer: until then nothing is said of it."""
    last_at = machine.agent.last_report_at if machine.agent else None
    if last_at is None or not around.witnesses:
        return False
    return now - last_at <= patience + WITNESS_WAIT


def never_off(declared: Declared) -> bool:
    """Whether it should be on by night too; the others in office hours."""
    return declared.always_on or declared.collector
