"""What devices told around an interruption: which of it is to blame, and which is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from collector.devices.known import Device, Sighting
from collector.devices.reading import DeviceReading, Interface, Ups
from collector.inventory.model import Inventory
from collector.line_readings import LineVote
from collector.lines.around import around, worse
from collector.lines.blame import Around, Blame, Observer, blame
from collector.readings import Interface as Own
from collector.readings import System
from collector.state import Latest, Machine, State
from collector.store.database import Store
from tests.collector.office import NOON
from tests.collector.test_line_interruptions import (
    GATEWAY,
    followed,
    look,
    machine,
    office,
    seconds,
    vote,
)


def ups(at: datetime, on_battery: bool | None) -> dict[str, Device]:
    reading = DeviceReading(kind="ups", ups=Ups(on_battery=on_battery))
    return {"ups": Device("ups", at, True, at, reading=reading)}


def device(id: str, at: datetime, answered_at: datetime | None) -> dict[str, Device]:
    return {id: Device(id, at, answered_at == at, answered_at)}


def told_around(
    known: dict[str, Device],
    machines: dict[str, Machine] | None = None,
    here: Inventory | None = None,
    **more: Any,
) -> Around:
    """What devices tell at the sixtieth second of a line that fell silent at the tenth."""
    here = here or office()
    state = State(machines or {}, devices=known, **more)
    return around(here, here.lines[0], state, seconds(10), seconds(60))


def test_power_that_came_back_before_the_line_did_stays_the_cause(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False, gateway=False, hop=False)]
    (row,) = followed(store, looks, seconds(20), devices=ups(seconds(15), on_battery=True))
    assert (row.party, row.around.on_battery) == ("power", True)
    looks.append(look(seconds(70), False, gateway=False, hop=False))
    (row,) = followed(store, looks, seconds(75), devices=ups(seconds(72), on_battery=False))
    assert row.party == "power"
    looks.append(look(seconds(130), True))
    (row,) = followed(store, looks, seconds(140), devices=ups(seconds(135), on_battery=False))
    assert (row.ended_at, row.party) == (seconds(130), "power")


def test_a_switch_that_fell_silent_with_the_line_is_to_blame_and_an_old_silence_is_not(
    store: Store,
) -> None:
    looks = [look(NOON, True), look(seconds(10), False, gateway=False, hop=False)]
    (row,) = followed(store, looks, seconds(60), devices=device("switch", seconds(50), NOON))
    assert (row.party, row.because) == ("switch", "switch-silent")
    long_ago = device("switch", seconds(50), NOON - timedelta(hours=1))
    told = told_around(long_ago)
    assert told.switch_up is None


OWN, PC, ROUTER = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:fe"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({OWN: "1", PC: "1", ROUTER: "24"}, False),
        ({OWN: "1", PC: "2", ROUTER: "2"}, False),
        ({OWN: "24", PC: "24", ROUTER: "24"}, None),
        ({OWN: "24", PC: "2", ROUTER: "24"}, None),
        ({PC: "24", ROUTER: "24"}, None),
        ({PC: "2", ROUTER: "24"}, False),
        ({OWN: "24", PC: "24"}, False),
        ({ROUTER: "24"}, False),
        ({}, False),
    ],
    ids=[
        *("between", "before the collector", "aside", "before a voter alone", "aside of a voter"),
        *("between by a voter", "no router", "nobody", "no table"),
    ],
)
def test_a_switch_that_no_way_out_leads_over_is_not_to_blame(
    table: dict[str, str], told: bool | None
) -> None:
    upstairs = {"switch": Device("switch", seconds(50), False, NOON, hangs_on=table)}
    here = {"may-chu": at_port("may-chu", OWN), "pc-01": at_port("pc-01", PC)}
    gateway = Sighting(ROUTER, NOON, NOON, address=GATEWAY)
    assert told_around(upstairs, here, strangers=(gateway,)).switch_up is told
    ports = (Interface("lan", 1, mac=ROUTER),)
    answers = Device("router", NOON, True, NOON, reading=DeviceReading(interfaces=ports))
    known = upstairs | {"router": answers}
    assert told_around(known, here).switch_up is told
    # That it answers proves that the network works, wherever it stands.
    lives = {"switch": Device("switch", seconds(50), True, seconds(50), hangs_on=table)}
    assert told_around(lives, here, strangers=(gateway,)).switch_up is True


def test_a_dead_switch_upstairs_leaves_a_dead_router_to_blame(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False, gateway=False, hop=False)]
    now = seconds(60)
    lost = vote(False, gateway=False, hop=False)
    voted = {"may-chu": at_port("may-chu", OWN, now), "pc-01": at_port("pc-01", PC, now, lost)}
    table = {OWN: "24", PC: "24", ROUTER: "24"}
    upstairs = Device("switch", seconds(50), False, NOON, hangs_on=table)
    ports = DeviceReading(interfaces=(Interface("lan", 1, mac=ROUTER),))
    router = Device("router", seconds(50), False, NOON, reading=ports)
    known = {"switch": upstairs, "router": router}
    (row,) = followed(store, looks, now, voted, known)
    assert (row.party, row.because) == ("router", "router-silent")


def at_port(asset: str, mac: str, now: datetime = NOON, told: LineVote | None = None) -> Machine:
    """A machine that told its hardware address."""
    system = System(network=(Own("eth0", mac, "ethernet", up=True),))
    return replace(machine(asset, now, told), system=Latest(2, now, now, system))


def test_a_router_that_fell_silent_while_the_switch_answers_is_to_blame(store: Store) -> None:
    looks = [look(NOON, True), look(seconds(10), False, gateway=False, hop=False)]
    known = device("switch", seconds(50), seconds(50)) | device("router", seconds(50), NOON)
    (row,) = followed(store, looks, seconds(60), devices=known)
    assert (row.party, row.because) == ("router", "switch-answers")


def test_a_router_that_answers_no_ping_but_snmp_is_not_to_blame() -> None:
    lost = [Observer(name, 1, True, False, False, False) for name in ("may-chu", "pc-01")]
    assert blame(lost[0], lost[1:]).party == "router"
    assert blame(lost[0], lost[1:], Around(router_up=True)).party == "provider-access"
    # By one machine's word alone still nobody is.
    assert blame(lost[0], [], Around(router_up=True), 60, 2) == Blame("unknown", "one-observer")


def test_what_breaks_while_the_line_is_down_already_is_not_to_blame(store: Store) -> None:
    looks = [look(NOON, True)]
    looks += [look(seconds(at), False, gateway=False, hop=False) for at in (10, 60)]
    told = vote(False, gateway=False, hop=False)
    for at, known in (
        (65, device("router", seconds(60), seconds(60)) | ups(seconds(60), on_battery=False)),
        (130, device("router", seconds(125), seconds(60))),  # a poll was lost
        (290, ups(seconds(285), on_battery=True)),
    ):
        looks.append(look(seconds(at - 1), False, gateway=False, hop=False))
        now = seconds(at)
        voted = {name: machine(name, now, told) for name in ("pc-01", "pc-02")}
        (row,) = followed(store, looks, now, voted, known)
        assert (row.party, row.around) == (
            "provider-access",
            Around(on_battery=False, router_up=True),
        )


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, Around()),
        (ups(seconds(50), on_battery=True), Around(on_battery=True)),
        (ups(seconds(50), on_battery=None), Around()),
        (ups(seconds(-200), on_battery=True), Around()),  # from long before the line fell silent
        (device("switch", seconds(50), seconds(50)), Around(switch_up=True)),
        (device("switch", seconds(5), seconds(5)), Around()),  # polled before, not since
        (device("router", seconds(50), None), Around()),  # never answered
        (device("router", seconds(50), seconds(25)), Around(router_up=False)),
        (device("router", seconds(50), seconds(26)), Around()),  # it lived while the line did not
    ],
)
def test_only_what_devices_told_since_the_line_fell_silent_counts(
    known: dict[str, Device], told: Around
) -> None:
    assert told_around(known) == told


def test_the_router_of_another_line_says_nothing_of_this_one() -> None:
    known = device("router", seconds(50), NOON)
    other = office(gateway="192.168.1.2")
    assert told_around(known, here=other) == Around()
    assert worse(Around(switch_up=False), Around(switch_up=True)).switch_up is False
