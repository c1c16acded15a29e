"""Silences with a cause that others tell: a port without a link, a usual hour in the lunch break."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from alerts.office import Office
from alerts.past import Past
from alerts.words import because, observed
from backup.status import Backups
from collector import metrics
from collector.devices.known import Device
from collector.devices.reading import DeviceReading, Interface
from collector.exposition import Block, Family, render
from collector.fleet import Fleet
from collector.habits import WEEK_HOURS, Usual
from collector.inventory.model import Site
from collector.messages import LANGUAGES
from collector.readings import Interface as Own
from collector.readings import Load, System
from collector.state import Agent, Latest, Machine, State
from tests.alerts.builders import NOON, finding, inventory

PC, OTHER = "02:00:00:00:00:01", "02:00:00:00:00:02"
LONG = timedelta(minutes=9)
LUNCH_ON = Usual((60.0,) * WEEK_HOURS)
"""Of a PC that is on day and night."""


def machine(ago: timedelta = LONG) -> Machine:
    at = NOON - ago
    return Machine(
        "pc-1",
        agent=Agent("a", "pc-1", "approved", "x", at - timedelta(days=90), at),
        load=Latest(4, at, at, Load()),
        system=Latest(3, at, at, System(network=(Own("eth0", PC, "ethernet", True),))),
    )


def switch(
    *hosts: str, up: bool | None = False, ago: timedelta = timedelta(seconds=30)
) -> dict[str, Device]:
    ports = (Interface("Gi0/1", 1, up=True), Interface("Gi0/3", 3, up=up))
    at = NOON - ago
    hangs_on = dict.fromkeys(hosts, "Gi0/3")
    device = Device(
        "chuyen-mach", at, True, at, reading=DeviceReading(interfaces=ports), hangs_on=hangs_on
    )
    return {device.id: device}


def told(devices: Any = None, ago: timedelta = LONG, **office: Any) -> Any:
    state = State({"pc-1": machine(ago)}, devices=devices or {})
    return finding("agent-silent", "pc-1", Office(inventory(), state, Backups(), NOON, **office))


def test_a_pc_whose_own_port_has_no_link_was_unplugged_and_the_port_is_named() -> None:
    found = told(switch(PC))
    assert (found.verdict, found.because, found.kind) == ("fail", "unplugged", "operational")
    evidence = found.evidence[-1]
    assert evidence.asset == "chuyen-mach"
    for language in LANGUAGES:
        assert "Gi0/3" in observed(evidence, language, "Asia/Ho_Chi_Minh")
        assert because(found, language, "Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    "devices",
    [
        {},
        switch(PC, up=True),
        switch(PC, up=None),
        switch(PC, OTHER),
        switch(OTHER),
        switch(PC, ago=timedelta(minutes=6)),
    ],
    ids=["no switch", "a link", "not told", "an uplink", "another's port", "a silent switch"],
)
def test_what_no_port_tells_for_certain_stays_a_silence(devices: Any) -> None:
    assert told(devices).because == "silent"


def test_an_unplugged_pc_is_told_no_sooner_than_a_silent_one() -> None:
    assert told(switch(PC), ago=timedelta(minutes=3)).verdict == "pass"


RESTS = {"office_hours": {"monday": ["07:30-11:30", "13:30-17:00"]}}


def lunch(minutes: float, usual: Usual | None, hours: Any = RESTS) -> Office:
    """A PC that ceased so long ago, at noon, while the office rests."""
    here = inventory()
    site = Site.model_validate(here.site.model_dump(mode="json") | hours)
    state = State({"pc-1": machine(timedelta(minutes=minutes))})
    known = Past(usual={"pc-1": usual} if usual else {})
    return Office(here.model_copy(update={"site": site}), state, Backups(), NOON, past=known)


def at_lunch(minutes: float, usual: Usual) -> tuple[str, str]:
    found = finding("agent-silent", "pc-1", lunch(minutes, usual))
    return found.verdict, found.because


OPENS = {"office_hours": {"monday": ["07:30-17:00"]}}
NEVER_ON = Usual((0.0,) * WEEK_HOURS)


@pytest.mark.parametrize("hours", [RESTS, OPENS], ids=["at rest", "open"])
@pytest.mark.parametrize("usual", [LUNCH_ON, NEVER_ON, None], ids=["on", "off", "not learned"])
@pytest.mark.parametrize("minutes", [1, 9, 200, 1500])
def test_metric_and_rule_rest_on_one_judgement(hours: Any, usual: Any, minutes: int) -> None:
    office = lunch(minutes, usual, hours)
    told: list[list[Family | Block]] = [
        list(metrics.families(office.inventory, office.state, NOON, office.past.usual)),
        Fleet().families(office.inventory, office.state, NOON, office.past.usual),
    ]
    states = {
        sample.labels["state"]
        for families in told
        for family in text_string_to_metric_families(render(families).decode())
        for sample in family.samples
        if sample.name == "wardwatch_agent_state"
        if sample.labels["asset"] == "pc-1" and sample.value == 1
    }
    found = finding("agent-silent", "pc-1", office)
    expected_on = minutes == 9 and (usual is LUNCH_ON or (hours is OPENS and usual is None))
    expected_on = expected_on or (minutes == 200 and hours is OPENS and usual is not NEVER_ON)
    expected_on = expected_on or (minutes == 200 and usual is LUNCH_ON)
    state = "reporting" if minutes == 1 else "silent" if expected_on else "off"
    assert states == {state}
    assert found.verdict == ("fail" if state == "silent" else "pass")


def test_one_that_is_usually_off_in_office_hours_is_told_as_that() -> None:
    found = finding("agent-silent", "pc-1", lunch(9, NEVER_ON, OPENS))
    assert (found.verdict, found.because) == ("pass", "not-its-hour")


def test_one_that_is_on_through_lunch_day_by_day_and_ceases_then_is_silent() -> None:
    assert at_lunch(9, LUNCH_ON) == ("fail", "silent")
    assert at_lunch(3, LUNCH_ON)[0] == "pass"


def test_one_that_is_usually_off_at_lunch_was_switched_off() -> None:
    assert at_lunch(9, Usual((0.0,) * WEEK_HOURS)) == ("pass", "off")


def test_one_that_ceased_before_its_usual_hours_was_not_switched_on() -> None:
    rare = int((NOON - timedelta(minutes=90)).timestamp() // 3600) % WEEK_HOURS
    minutes = tuple(0.0 if hour == rare else 60.0 for hour in range(WEEK_HOURS))
    assert at_lunch(200, Usual(minutes)) == ("pass", "off")
    assert at_lunch(25 * 60, LUNCH_ON) == ("pass", "off")
