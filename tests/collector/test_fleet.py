from __future__ import annotations

import operator
import random
from datetime import timedelta

import msgspec
from prometheus_client.parser import text_string_to_metric_families

from collector.exposition import render
from collector.fleet import Fleet
from collector.metrics import families
from collector.readings import Check, Filesystem, Load, Presence, Security
from collector.state import Agent, Latest, Machine, State
from tests.collector.office import NOON, OFFICE

HOSTILE = '"} 1\nwardwatch_up{x="\\\u202e='
OPEN = NOON + timedelta(hours=14)  # Tuesday, 9:00 in Việt Nam


def machine(asset: str, turn: int, draw: random.Random) -> Machine:
    at = NOON + timedelta(minutes=draw.randrange(900))
    mounts = tuple(Filesystem(f"/{n}{HOSTILE}", 2**40, draw.randrange(2**40)) for n in range(3))
    said = Presence(draw.choice(("started", "stopped", "shutdown", "sleep")))
    return Machine(
        asset,
        agent=Agent(f"a-{asset}", asset, "approved", "MAY", NOON, at),
        load=Latest(turn, at, at, Load(filesystems=(*mounts, mounts[0]), uptime_seconds=turn)),
        security=Latest(1, at, at, Security((Check(HOSTILE, draw.choice(("pass", "fail"))),))),
        presence=draw.choice((None, Latest(turn + 1, at, at, said))),
    )


def test_what_is_kept_says_the_same_as_what_is_made_anew() -> None:
    draw, fleet, state = random.Random(7), Fleet(), State()
    offices = (OFFICE, OFFICE.model_copy(update={"machines": OFFICE.machines[:2]}))
    for turn in range(60):
        now = draw.choice((NOON, OPEN)) + timedelta(minutes=turn)
        changed = draw.choice(("pc-01", "pc-02", "may-chu", "gone"))
        state = msgspec.structs.replace(
            state, machines={**state.machines, changed: machine(changed, turn, draw)}
        )
        office = offices[turn // 5 % 2]
        kept = render(fleet.families(office, state, now))
        assert kept == render(families(office, state, now))
        assert list(text_string_to_metric_families(kept.decode()))


def test_a_machine_that_said_nothing_new_is_not_worded_again() -> None:
    draw, fleet = random.Random(1), Fleet()
    state = State({asset: machine(asset, 1, draw) for asset in ("pc-01", "pc-02")})
    fleet.families(OFFICE, state, NOON)
    before = {asset: list(held.made) for asset, held in fleet._held.items()}
    later = State({**state.machines, "pc-01": machine("pc-01", 2, draw)})
    fleet.families(OFFICE, later, NOON)
    again = {
        asset: all(map(operator.is_, held.made, before[asset]))
        for asset, held in fleet._held.items()
    }
    assert again == {"pc-01": False, "pc-02": True, "may-chu": True}


def test_what_was_followed_beforehand_is_what_a_scrape_says() -> None:
    draw, fleet = random.Random(3), Fleet()
    state = State({asset: machine(asset, 1, draw) for asset in ("pc-01", "pc-02")})
    assert fleet.follow(OFFICE, state) == 2
    assert fleet.follow(OFFICE, state) == 0
    assert render(fleet.families(OFFICE, state, NOON)) == render(families(OFFICE, state, NOON))


def test_an_office_without_machines_has_its_families_all_the_same() -> None:
    bare = OFFICE.model_copy(update={"machines": ()})
    assert render(Fleet().families(bare, State(), NOON)) == render(families(bare, State(), NOON))
