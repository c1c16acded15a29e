"""Rules that judge devices without an agent: both sides of each edge, and what nobody knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from alerts import judge
from alerts.finding import Finding
from alerts.office import Office
from alerts.targets import targets
from alerts.words import because, observed
from backup.status import Backups
from collector.devices.known import Device, Fetch, Pin, Sighting
from collector.devices.reading import (
    DeviceReading,
    Disk,
    Identity,
    Interface,
    PrinterState,
    Supply,
    Ups,
    Volume,
)
from collector.messages import LANGUAGES
from collector.state import State
from tests.alerts.builders import GIB, NOON, finding, inventory
from tests.alerts.declared_devices import KINDS, LINE, declared

SECOND = timedelta(seconds=1)


def device(id: str, age: timedelta = 30 * SECOND, **reading: Any) -> Device:
    """A device that answered so long ago."""
    at = NOON - age
    more = {
        name: reading.pop(name)
        for name in ("port_errors", "identity", "host_key", "fetch", "down_since_at", "problem")
        if name in reading
    }
    return Device(
        id, at=at, up=True, answered_at=at, surveyed_at=at, reading=DeviceReading(**reading), **more
    )


def office(*devices: Device, strangers: tuple[Sighting, ...] = (), **changes: Any) -> Office:
    here = inventory(devices=declared(**changes), lines=[LINE])
    state = State(devices={one.id: one for one in devices}, strangers=strangers)
    return Office(here, state, Backups(), NOON)


def told(rule: str, one: Device, **changes: Any) -> Finding:
    return finding(rule, one.id, office(one, **changes))


def verdict(rule: str, one: Device) -> tuple[str, str]:
    found = told(rule, one)
    return found.verdict, found.because


def test_a_device_is_unreachable_from_the_threshold_on() -> None:
    def silent(age: timedelta, answered: bool = True) -> tuple[str, str]:
        heard = NOON - age - SECOND if answered else None
        return verdict(
            "device-unreachable",
            Device("may-in", NOON, False, heard, NOON - age, "no answer"),
        )

    assert silent(299 * SECOND) == ("pass", "brief")
    assert silent(299 * SECOND, answered=False) == ("unknown", "brief")
    assert silent(300 * SECOND) == ("fail", "silent")
    assert verdict("device-unreachable", device("may-in")) == ("pass", "answers")
    assert verdict("device-unreachable", Device("may-in")) == ("unknown", "never-asked")


def test_a_device_that_nobody_asks_is_unknown() -> None:
    assert verdict("device-unreachable", device("may-in", 600 * SECOND)) == ("pass", "answers")
    assert verdict("device-unreachable", device("may-in", 601 * SECOND)) == ("unknown", "unwatched")
    found = finding("device-unreachable", "may-in", office(snmp=None, address=None))
    assert (found.verdict, found.because) == ("unknown", "not-asked")


def test_what_a_silent_device_said_proves_nothing_after_half_an_hour() -> None:
    toner = (Supply("Toner", "toner", None, 0.5, "ok"),)
    fresh = device("may-in", timedelta(minutes=30), supplies=toner)
    assert told("printer-supply-low", fresh).verdict == "pass"
    old = device("may-in", timedelta(minutes=30, seconds=1), supplies=toner, problem="no answer")
    assert verdict("printer-supply-low", old) == ("unknown", "device-stale")
    never = Device("may-in", NOON, False, None, NOON, "no answer")
    assert verdict("printer-supply-low", never) == ("unknown", "device-silent")


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ((Supply("T", "toner", None, 0.1, "low"),), ("fail", "low")),
        ((Supply("T", "toner", None, 0.11, "ok"),), ("pass", "enough")),
        ((Supply("T", "toner", None, 0.5), Supply("W", "wasteToner", None, 0.05)), ("fail", "low")),
        ((Supply("P", "input", None, 0.0, "empty"),), ("unknown", "untold")),
        ((Supply("T", "toner", None, None, "some-left"),), ("pass", "some-left")),
        ((Supply("T", "toner", None, None, "unknown"),), ("unknown", "untold")),
        ((), ("unknown", "untold")),
    ],
)
def test_a_supply_is_low_at_its_threshold(
    supplies: tuple[Supply, ...], expected: tuple[str, str]
) -> None:
    assert verdict("printer-supply-low", device("may-in", supplies=supplies)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (PrinterState("running", ()), ("pass", "ready")),
        (PrinterState("warning", ("low-paper", "low-toner")), ("pass", "ready")),
        (PrinterState("warning", ("jammed", "low-paper")), ("fail", "stopped")),
        (PrinterState("down", ()), ("fail", "stopped")),
        (PrinterState(), ("unknown", "untold")),
        (None, ("unknown", "untold")),
    ],
)
def test_a_printer_that_stands_still_fails(
    state: PrinterState | None, expected: tuple[str, str]
) -> None:
    assert verdict("printer-error", device("may-in", printer=state)) == expected


@pytest.mark.parametrize(
    ("ups", "on_battery", "weak"),
    [
        (Ups(0.9, 1200, True), ("fail", "battery"), ("unknown", "in-use")),
        (Ups(0.5, 300, False), ("pass", "mains"), ("pass", "charged")),
        (Ups(0.49, 300, False), ("pass", "mains"), ("fail", "weak")),
        (Ups(0.5, 299, False), ("pass", "mains"), ("fail", "short")),
        (Ups(1.0, 3000, False, True), ("pass", "mains"), ("fail", "replace")),
        (Ups(), ("unknown", "untold"), ("unknown", "untold")),
        (None, ("unknown", "untold"), ("unknown", "untold")),
    ],
)
def test_a_power_supply_is_judged_by_its_source_and_its_battery(
    ups: Ups | None, on_battery: tuple[str, str], weak: tuple[str, str]
) -> None:
    assert verdict("ups-on-battery", device("luu-dien", ups=ups)) == on_battery
    assert verdict("ups-battery-weak", device("luu-dien", ups=ups)) == weak


@pytest.mark.parametrize(
    ("volumes", "disks", "expected"),
    [
        ((Volume("V", state="normal"),), (Disk("D", state="normal"),), ("pass", "sound")),
        ((Volume("V", state="degraded"),), (), ("fail", "failing")),
        ((Volume("V", state="normal"),), (Disk("D", state="failing"),), ("fail", "failing")),
        ((Volume("V", state="unknown"),), (), ("unknown", "unsure")),
        ((Volume("V", 100, 50),), (), ("unknown", "untold")),
    ],
)
def test_a_storage_with_a_sick_part_fails(
    volumes: tuple[Volume, ...], disks: tuple[Disk, ...], expected: tuple[str, str]
) -> None:
    one = device("luu-tru", volumes=volumes, disks=disks)
    assert verdict("nas-volume-failing", one) == expected


def test_a_storage_fills_and_heats_up_at_its_thresholds() -> None:
    def filled(used: int) -> tuple[str, str]:
        volumes = (Volume("/run", 1000, 999), Volume("/v", 100 * GIB, used * GIB))
        return verdict("nas-disk-filling", device("luu-tru", volumes=volumes))

    assert filled(89) == ("pass", "room")
    assert filled(90) == ("fail", "filling")
    assert verdict("nas-disk-filling", device("luu-tru")) == ("unknown", "untold")

    def heated(celsius: float) -> tuple[str, str]:
        disks = (Disk("D1", temperature_celsius=30.0), Disk("D2", temperature_celsius=celsius))
        return verdict("nas-disk-hot", device("luu-tru", disks=disks))

    assert heated(54.9) == ("pass", "cool")
    assert heated(55.0) == ("fail", "hot")
    assert verdict("nas-disk-hot", device("luu-tru")) == ("unknown", "untold")


def test_a_port_that_loses_frames_is_named() -> None:
    found = told("switch-port-errors", device("chuyen-mach", port_errors={"1": 99, "2": 100}))
    assert (found.verdict, found.values["ports"]) == ("fail", "2: 100")
    clean = device("chuyen-mach", port_errors={"1": 99})
    assert verdict("switch-port-errors", clean) == ("pass", "clean")
    assert verdict("switch-port-errors", device("chuyen-mach")) == ("unknown", "untold")


def pinned(model: str, other: str | None = None) -> Pin:
    def written(text: str) -> str:
        return msgspec.json.encode(Identity("Brother", text, None, None)).decode()

    return Pin(written(model), NOON, written(other) if other else None, NOON if other else None)


def test_another_device_at_the_address_is_found_by_pin_or_by_label() -> None:
    same = device("may-in", identity=pinned("HL-1"), serial="A-1")
    assert verdict("device-identity-changed", same) == ("pass", "same")
    other = device("may-in", identity=pinned("HL-1", "HL-2"), serial="A-1")
    found = told("device-identity-changed", other)
    assert (found.verdict, found.because, found.kind) == ("fail", "another", "security")
    assert told("device-identity-changed", same, serial="a-1").verdict == "pass"
    assert told("device-identity-changed", same, serial="B-2").verdict == "fail"
    port = Interface("eth0", 1, mac="02:00:00:00:00:01")
    wired = device("may-in", identity=pinned("HL-1"), interfaces=(port,))
    assert told("device-identity-changed", wired, mac="02-00-00-00-00-01").verdict == "pass"
    assert told("device-identity-changed", wired, mac="02:00:00:00:00:02").verdict == "fail"
    assert verdict("device-identity-changed", device("may-in")) == ("unknown", "untold")


def test_a_changed_host_key_fails_and_an_unreached_one_is_unknown() -> None:
    def keyed(pin: Pin | None, fetch: Fetch | None = None) -> tuple[str, str]:
        return verdict("host-key-changed", device("dinh-tuyen", host_key=pin, fetch=fetch))

    assert keyed(Pin("SHA256:a", NOON)) == ("pass", "same")
    assert keyed(Pin("SHA256:a", NOON, "SHA256:b", NOON)) == ("fail", "another")
    assert keyed(None) == ("unknown", "never-read")
    assert keyed(None, Fetch(NOON, "connection refused")) == ("unknown", "unreached")


def test_a_change_of_configuration_fails_until_somebody_answers_for_it() -> None:
    def fetched(fetch: Fetch | None) -> tuple[str, str]:
        return verdict("device-config-changed", device("dinh-tuyen", fetch=fetch))

    assert fetched(Fetch(NOON, None, NOON, 1)) == ("pass", "known")
    assert fetched(Fetch(NOON, None, NOON, 2, NOON, planned=True)) == ("pass", "known")
    assert fetched(Fetch(NOON, None, NOON, 2, NOON, planned=False)) == ("fail", "unplanned")
    edge = NOON - timedelta(days=3)
    assert fetched(Fetch(NOON, "no answer", edge, 1)) == ("pass", "known")
    assert fetched(Fetch(NOON, "no answer", edge - SECOND, 1)) == ("unknown", "old")
    assert fetched(Fetch(NOON, "no answer")) == ("unknown", "unfetched")
    assert fetched(None) == ("unknown", "never-read")


def stranger(mac: str, name: str | None = None, age: timedelta = SECOND) -> Sighting:
    at = NOON - age
    return Sighting(mac, at, at, "192.168.10.77", "chinh", "chuyen-mach", "port 3", name)


def test_an_address_that_is_nobodys_is_a_finding_until_it_is_named() -> None:
    def seen(*found: Sighting, **changes: Any) -> Finding:
        port = Interface("eth0", 1, mac="02:00:00:00:00:01")
        here = office(device("may-in", interfaces=(port,)), strangers=found, **changes)
        return finding("unknown-device", "chinh", here)

    known = stranger("02:00:00:00:00:01")
    assert seen(known).because == "all-known"
    odd = stranger("02:00:00:00:00:99")
    found = seen(known, odd)
    assert (found.verdict, found.kind, found.values["count"]) == ("fail", "security", 1)
    assert "02:00:00:00:00:99 (192.168.10.77, chuyen-mach port 3)" in str(found.values["who"])
    assert seen(known, stranger(odd.mac, "Camera")).verdict == "pass"
    assert seen(odd, mac=odd.mac).verdict == "pass"
    assert seen().because == "nobody-seen"
    assert seen(stranger(odd.mac, age=timedelta(minutes=10))).verdict == "fail"
    assert seen(stranger(odd.mac, age=timedelta(minutes=10, seconds=1))).because == "unlooked"


def test_devices_count_in_item_28_by_the_rules_of_their_kind() -> None:
    toner = (Supply("Toner", "toner", None, 0.5, "ok"),)
    well = device("may-in", supplies=toner, printer=PrinterState("running"))
    here = office(well, device("luu-dien", ups=Ups(0.2, 100, True)))
    rows = {row.subject: row for row in targets(here, judge.findings(here))[2].rows}
    assert rows["may-in"].verdict == "pass"
    assert {why.rule for why in rows["may-in"].why} == {
        *("device-unreachable", "printer-error"),
    }
    assert rows["luu-dien"].verdict == "fail"
    assert rows["luu-tru"].verdict == "unknown"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_a_device_can_be_said(language: Any) -> None:
    states = (
        office(),
        office(*(device(one) for one in KINDS)),
        office(*(Device(one, NOON, False, None, NOON, "no answer") for one in KINDS)),
        office(
            device("may-in", printer=PrinterState("down", ("jammed",)), identity=pinned("a", "b")),
            device("luu-dien", ups=Ups(0.3, 100, False)),
            device("dinh-tuyen", host_key=Pin("a", NOON, "b", NOON), port_errors={"1": 900}),
            strangers=(stranger("02:00:00:00:00:99"),),
        ),
    )
    for here in states:
        for found in judge.findings(here):
            said = [because(found, language, "Asia/Ho_Chi_Minh")]
            said += [observed(one, language, "Asia/Ho_Chi_Minh") for one in found.evidence]
            assert not any("{" in one for one in said)
    assert "không trả lời" in because(
        finding("printer-error", "may-in", states[2]), "vi", "Asia/Ho_Chi_Minh"
    )
