"""Polling as a duty: every device at its own pace, its rows, its hours, and who hangs where."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collector import hourly
from collector.devices import hours, ledger, plans, sightings
from collector.devices.arp import parse
from collector.devices.following import Following
from collector.devices.known import Device as Known
from collector.devices.ledger import Polled
from collector.devices.polls import Polls
from collector.devices.reading import DeviceReading, Interface, Supply
from collector.devices.trend import Point, days_to_empty
from collector.inventory.model import Inventory
from collector.store.database import Store
from tests.collector.devices.making import printer
from tests.collector.devices.responder import answering, walk_of
from tests.collector.devices.test_bad_devices import values
from tests.collector.office import NOON, OFFICE

NETWORK = {"networks": ["192.168.10.0/24"]}


def office(folder: Path, **ports: int) -> Inventory:
    """Devices on loopback, each with its kind's name and a community of its own."""
    (folder / "c").mkdir(exist_ok=True)
    devices: list[dict[str, Any]] = []
    for name, port in ports.items():
        (folder / "c" / name).write_text(f"{name.replace('_', '-')}\n")
        kind = "switch" if "switch" in name else "printer"
        devices.append(
            {
                "id": name.replace("_", "-"),
                "kind": kind,
                "name": name,
                "address": f"127.0.0.{len(devices) + 1}",
                "snmp": {"version": "2c", "community_file": f"c/{name}", "port": port},
            }
        )
    content = OFFICE.model_dump(mode="json", by_alias=True, exclude_none=True)
    lines = [content["lines"][0] | NETWORK]
    return Inventory.model_validate(content | {"devices": devices, "lines": lines})


def until(polls: Polls, inventory: Inventory, done: Callable[[list[Polled]], bool]) -> list[Polled]:
    """Tick until the polls that came satisfy `done`."""
    found: list[Polled] = []
    deadline = time.monotonic() + 20
    while not done(found):
        assert time.monotonic() < deadline, found
        found += polls.tick(inventory.devices)
        time.sleep(0.02)
    return found


def test_a_dead_device_holds_up_nobody(tmp_path: Path, devices: int) -> None:
    with answering(lambda *_: None) as silent:
        inventory = office(tmp_path, made_printer=devices, dead=silent, made_switch=devices)
        polls = Polls(tmp_path, lambda: NOON)
        # The simulator listens on 127.0.0.1 alone.
        near = tuple(one.model_copy(update={"address": "127.0.0.1"}) for one in inventory.devices)
        inventory = inventory.model_copy(update={"devices": near})
        try:
            came = until(polls, inventory, lambda found: len(found) == 3)
        finally:
            polls.stop()
    assert came[-1].device == "dead"
    assert came[-1].problem == "no answer"
    assert {one.device for one in came[:2]} == {"made-printer", "made-switch"}
    assert all(one.problem is None and one.surveyed for one in came[:2])


def test_the_second_poll_asks_only_for_what_changes(tmp_path: Path) -> None:
    walk = values(printer({"Toner": (3, 100, 42)}))
    kinds: list[str] = []
    now = [NOON]

    def answer(kind: str, *rest: Any) -> Any:
        kinds.append(kind)
        return walk_of(walk)(kind, *rest)

    with answering(answer) as port:
        inventory = office(tmp_path, one=port)
        polls = Polls(tmp_path, lambda: now[0])
        try:
            (first,) = until(polls, inventory, lambda found: len(found) == 1)
            kinds.clear()
            level = next(oid for oid in walk if oid[:11] == (1, 3, 6, 1, 2, 1, 43, 11, 1, 1, 9))
            walk[level] = type(walk[level])(41)
            now[0] += timedelta(minutes=1)
            (second,) = until(polls, inventory, lambda found: len(found) == 1)
            seen = list(kinds)
            uptime = (1, 3, 6, 1, 2, 1, 1, 3, 0)
            walk[uptime] = type(walk[uptime])(100)
            now[0] += timedelta(minutes=1)
            (third,) = until(polls, inventory, lambda found: len(found) == 1)
        finally:
            polls.stop()
    assert first.surveyed
    assert first.reading
    assert second.reading
    assert (first.reading.supplies[0].ratio, second.reading.supplies[0].ratio) == (0.42, 0.41)
    assert not second.surveyed
    assert set(seen) == {"get"}
    assert third.surveyed, "a device that was started anew is asked for everything again"


def test_a_missing_secret_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    asked: list[str] = []
    with answering(lambda kind, *_: asked.append(kind)) as port:
        inventory = office(tmp_path, one=port)
        (tmp_path / "c" / "one").unlink()
        polls = Polls(tmp_path, lambda: NOON)
        try:
            (came,) = until(polls, inventory, lambda found: len(found) == 1)
        finally:
            polls.stop()
    assert "No such file" in str(came.problem)
    assert asked == []


def reading(serial: str = "A-1", ratio: float = 0.5, errors: int = 0) -> DeviceReading:
    port = Interface("p1", 1, "02:00:00:00:00:01", 10**9, True, True, 6, None, 1, 2, errors, 0)
    toner = Supply("Toner", "toner", "black", ratio, "ok")
    return DeviceReading("printer", "HP", "M1", serial, supplies=(toner,), interfaces=(port,))


def known(store: Store) -> Known:
    with store.read() as connection:
        return Following().refresh(connection)["in-01"]


def test_the_newest_reading_stays_while_the_device_is_silent(store: Store) -> None:
    ledger.record(store, [Polled("in-01", NOON, None, reading(), surveyed=True)])
    later = NOON + timedelta(minutes=1)
    ledger.record(store, [Polled("in-01", later, "no answer")])
    ledger.record(store, [Polled("in-01", later + timedelta(minutes=1), "no answer")])
    found = known(store)
    assert (found.up, found.down_since_at, found.answered_at) == (False, later, NOON)
    assert found.reading == reading()
    ledger.record(store, [Polled("in-01", later + timedelta(minutes=2), None, reading())])
    assert known(store).down_since_at is None


def test_another_identity_is_noted_until_the_first_returns_or_it_is_accepted(store: Store) -> None:
    ledger.record(store, [Polled("in-01", NOON, None, reading("A-1"), surveyed=True)])
    ledger.record(store, [Polled("in-01", NOON, None, reading("B-2"), surveyed=True)])
    pin = known(store).identity
    assert pin is not None
    assert "B-2" in str(pin.other)
    ledger.record(store, [Polled("in-01", NOON, None, reading("A-1"), surveyed=True)])
    assert known(store).identity is not None
    assert getattr(known(store).identity, "other", "") is None
    ledger.record(store, [Polled("in-01", NOON, None, reading("B-2"), surveyed=True)])
    with store.write() as connection:
        assert plans.accept(connection, "in-01", NOON, "cli:x") == ("identity",)
    ledger.record(store, [Polled("in-01", NOON, None, reading("B-2"), surveyed=True)])
    assert "B-2" in str(getattr(known(store).identity, "value", ""))


def test_a_port_counts_the_errors_of_about_an_hour(store: Store) -> None:
    for minutes, errors in ((0, 10), (30, 40), (61, 50), (62, 55)):
        at = NOON + timedelta(minutes=minutes)
        ledger.record(store, [Polled("in-01", at, None, reading(errors=errors))])
        if minutes == 30:
            assert known(store).port_errors == {"p1": 30}
    assert known(store).port_errors == {"p1": 5}


def test_hours_hold_each_reading_once_and_foretell_when_a_supply_is_empty(store: Store) -> None:
    start = NOON - timedelta(days=10)
    for day in range(10):
        at = start + timedelta(days=day)
        polled = Polled("in-01", at, None, reading(ratio=0.5 - day * 0.04), surveyed=True)
        ledger.record(store, [polled, Polled("in-01", at + timedelta(minutes=1), None, reading())])
    assert hourly.roll_up(store, hours.COURSE, NOON, 7) == 20
    assert hourly.roll_up(store, hours.COURSE, NOON, 7) == 0
    with store.read() as connection:
        line = hours.points(connection, "in-01", start)
    assert [round(point.value, 2) for point in line["supply/Toner"]][:3] == [0.5, 0.46, 0.42]
    assert len(line["up"]) == 10
    hours.foresee(store, NOON)
    assert known(store).empty_in_days == {"Toner": pytest.approx(3.5, abs=0.05)}
    assert hourly.prune(store, hours.COURSE, NOON - timedelta(days=3)) == 14
    with store.write() as connection:
        assert hours.forget(connection, NOON - timedelta(days=9)) > 0


def test_a_new_cartridge_begins_a_trend_of_its_own() -> None:
    def line(*levels: float) -> list[Point]:
        return [Point(NOON + timedelta(days=day), level) for day, level in enumerate(levels)]

    assert days_to_empty(line(0.5, 0.4, 0.3)) == pytest.approx(3.0)
    assert days_to_empty(line(0.2, 0.1, 0.0, 1.0, 0.98, 0.96)) == pytest.approx(48.0)
    assert days_to_empty(line(0.5, 0.4)) is None
    assert days_to_empty(line(0.5, 0.5, 0.5)) is None
    assert days_to_empty(line(0.3, 0.3, 0.34)) is None


def test_only_addresses_of_the_offices_own_networks_are_taken_down(store: Store) -> None:
    table = parse(
        "IP address       HW type     Flags       HW address            Mask     Device\n"
        "192.168.10.7     0x1         0x2         02:00:00:00:00:07     *        eth0\n"
        "192.168.10.8     0x1         0x0         00:00:00:00:00:00     *        eth0\n"
        "203.0.113.9      0x1         0x2         02:00:00:00:00:09     *        eth1\n"
    )
    inventory = _networked()
    seen = list(sightings.own(inventory, table))
    assert [one.mac for one in seen] == ["02:00:00:00:00:07"]
    assert list(sightings.own(OFFICE, table)) == []
    with store.write() as connection:
        sightings.record(connection, seen, NOON)
        later = [sightings.Seen(seen[0].mac, None, "vnpt", "sw", "port 3")]
        sightings.record(connection, later, NOON + timedelta(hours=1))
        sightings.name(connection, "02-00-00-00-00-07", "Camera cổng", "cli:x", NOON)
        (found,) = Following().strangers(connection)
    assert (found.address, found.interface, found.name) == ("192.168.10.7", "port 3", "Camera cổng")
    assert found.last_at - found.first_at == timedelta(hours=1)
    with store.write() as connection:
        assert sightings.forget(connection, NOON + timedelta(days=400)) == 0, "a name is kept"


def test_a_name_needs_an_address_and_words(store: Store) -> None:
    with store.write() as connection:
        with pytest.raises(sightings.NameError, match="hardware address"):
            sightings.name(connection, "not-a-mac", "x", "cli:x", NOON)
        with pytest.raises(sightings.NameError, match="name is needed"):
            sightings.name(connection, "02:00:00:00:00:07", "  ", "cli:x", NOON)


def _networked() -> Inventory:
    content = OFFICE.model_dump(mode="json", by_alias=True, exclude_none=True)
    return Inventory.model_validate(content | {"lines": [content["lines"][0] | NETWORK]})
