"""Each scenario comes to exactly what is expected: findings, incidents, notices, in order, in time."""

from __future__ import annotations

import tomllib
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from agent import survey
from alerts import channels
from alerts.tables import finding_current
from collector.store.database import Store
from tests.alerts.mail_server import serving
from tests.collector.office import NOON
from tests.scenarios.of_security import EVENTS, POSTURE
from tests.scenarios.of_stability import INFRASTRUCTURE, SILENCE
from tests.scenarios.office import Scripted, local
from tests.scenarios.script import MONDAY, Scenario

EXPECTED = tomllib.loads(Path(__file__).with_name("expected.toml").read_text("utf-8"))
SCENARIOS = (*POSTURE, *EVENTS, *SILENCE, *INFRASTRUCTURE)
PROMPT_SECONDS = 60
RARER = {
    "security": "every five minutes: sixty checks and the state of each product cost a second",
    "events": "at once on Linux, by their signs; every five minutes on Windows",
    "hardware": "every hour: nobody takes a PC apart by the minute",
    "system": "every hour: a system is not exchanged by the minute",
    "software": "every six hours: Windows lists what is installed for seconds",
}
"""Readings that are rarer than once a minute, with why: the time from the cause to them is theirs."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_it_comes_to_what_is_expected_in_order_and_in_time(
    scenario: Scenario, store: Store
) -> None:
    office = scenario.office(store)
    scenario.play(office)
    expected = EXPECTED[scenario.name]
    assert [one for _, one in office.turned()] == expected["findings"]
    assert [one for _, one in office.opened()] == expected["incidents"]
    assert scenario.seconds(office) == expected["seconds"]
    assert office.post.told() == expected["notices"]
    assert office.post.untold() == expected.get("untold", [])


def test_there_are_forty_and_each_has_its_expectation() -> None:
    names = [one.name for one in SCENARIOS]
    assert len(names) == len(set(names)) >= 40
    assert set(names) == set(EXPECTED)


def test_whatever_takes_longer_than_a_minute_says_why_and_nothing_else_does() -> None:
    slow = {name for name, one in EXPECTED.items() if max(one["seconds"], default=0) > 60}
    assert slow == {name for name, one in EXPECTED.items() if one.get("why")}


def test_a_reading_that_is_rarer_than_a_minute_says_why_and_nothing_else_does() -> None:
    rare = {one.kind for one in survey.tasks() if one.every_seconds > PROMPT_SECONDS}
    assert rare == set(RARER)
    told = {step.kind for one in SCENARIOS for step in one.steps if step.kind}
    assert told >= rare, "each of them has its scenario"


def test_what_a_scenario_tells_leaves_through_a_mail_server_to_each_reader(
    store: Store, tmp_path: Path
) -> None:
    scenario = next(one for one in SCENARIOS if "nobody takes it up" in one.name)
    office = scenario.office(store)
    with serving(tmp_path, NOON) as box:
        declared = office.inventory.model_copy(update={"mail": box.settings(tmp_path)})
        by_mail = channels.sender(declared, tmp_path)
        plain = office.post.hand_over
        office.post.hand_over = lambda one: (
            by_mail(one) if one.message.channel.startswith("mail") else plain(one)
        )
        scenario.play(office)
        told = [one for _, one in office.post.left if one.channel.startswith("mail")]
        readers = {"mail-officer": "cntt@hoamai.example", "mail-leaders": "chu-tich@hoamai.example"}
        assert [(one["To"], one["Subject"], _text(one)) for one in box.taken] == [
            (readers[one.channel], one.subject, one.body) for one in told
        ]
    assert {one.channel for one in told} == set(readers)
    assert office.post.told() == EXPECTED[scenario.name]["notices"]


def _text(mail: EmailMessage) -> str:
    content = mail.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n").removesuffix("\n")


def test_a_pulled_cable_is_told_by_the_port_that_the_switch_has_forgotten(store: Store) -> None:
    scenario = next(one for one in SCENARIOS if "cable pulled out" in one.name)
    office = scenario.office(store)
    scenario.play(office)
    asked = select(finding_current.c.because).where(
        finding_current.c.rule == "agent-silent", finding_current.c.subject == "pc-1"
    )
    with store.read() as connection:
        assert connection.execute(asked).scalar_one() == "unplugged"


def test_two_hundred_devices_at_once_are_three_messages_at_most(store: Store) -> None:
    devices = [
        {
            "id": f"may-in-{number:03d}",
            "kind": "printer",
            "name": f"Máy in {number}",
            "address": f"192.168.{number // 250}.{number % 250 + 1}",
            "snmp": {"version": "2c", "community_file": "secrets/c"},
        }
        for number in range(200)
    ]
    office = Scripted(store, local(MONDAY), devices=devices)
    names = list(office.devices)
    office.until(local("2026-11-23T09:02:00"), every_seconds=60)
    office.devices |= dict.fromkeys(names)
    office.until(local("2026-11-23T09:30:00"), every_seconds=60)
    assert len(office.opened()) == 200
    told = office.post.told()
    assert len(told) <= 3
    assert told == [
        "540 mail-officer: "
        + ", ".join(f"opened device-unreachable {name}" for name in names[:10])
        + ", opened and 190 more"
    ]
