"""What explains something else: a cause is told, its effects are not, for as long as it is open."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from alerts.finding import Evidence, Finding, Kind
from alerts.notices import OFFICE_WIDE, ONE_MACHINE
from alerts.rules import RULES
from alerts.words import title
from collector.inventory.model import Inventory, Notices
from collector.store.database import Store
from tests.alerts.builders import NOON
from tests.alerts.builders import inventory as built
from tests.alerts.rounds import HOUR, MINUTE, NIGHT, OFFICER, SECOND, Life, fails, office, passes


def test_an_effect_waits_for_as_long_as_its_cause_is_open_and_is_told_if_it_stays(
    store: Store,
) -> None:
    life = Life(store, office())
    life.round(NOON, fails("disk-unhealthy"), fails("backup-late", "tai-lieu"))
    life.rounds(NOON, NOON + HOUR)
    (one,) = life.told
    assert "tai-lieu" not in one.message.body
    life.act(NOON + HOUR, "VH-2026-0001", "false-alarm")
    life.rounds(NOON + HOUR, NOON + HOUR + 11 * MINUTE)
    assert "tai-lieu" in life.told[-1].message.body


def test_a_cause_on_another_machine_explains_nothing(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("disk-unhealthy", "pc-2"), fails("backup-late", "tai-lieu"))
    life.rounds(NOON, NOON + HOUR)
    assert "tai-lieu" in life.told[0].message.body


def test_every_cause_and_every_effect_is_a_rule() -> None:
    for known in (ONE_MACHINE, OFFICE_WIDE):
        named = set(known) | {cause for causes in known.values() for cause in causes}
        assert named <= set(RULES)
    assert all(effect not in causes for effect, causes in ONE_MACHINE.items())


DEVICES = [
    {
        "id": name,
        "kind": kind,
        "name": name,
        "address": f"192.168.10.{number}",
        "snmp": {"version": "2c", "community_file": "secrets/c"},
    }
    for number, (name, kind) in enumerate(
        {"may-in": "printer", "chuyen-mach": "switch", "luu-dien": "ups"}.items(), 10
    )
]


def silent(subject: str = "pc-1", at: datetime = NOON) -> Finding:
    evidence = (Evidence(subject, "load", (), 7, at),)
    return Finding("agent-silent", subject, "fail", "silent", {}, evidence, "operational", at)


@pytest.mark.parametrize(
    ("cause", "subject", "effect", "told"),
    [
        ("ups-on-battery", "luu-dien", silent(), False),
        ("device-unreachable", "chuyen-mach", silent(), False),
        ("office-unreachable", "hoa-mai", silent(), False),
        ("device-unreachable", "may-in", silent(), True),
        ("device-unreachable", "chuyen-mach", fails("agent-silent"), True),
        ("device-unreachable", "chuyen-mach", fails("device-unreachable", "may-in"), False),
        ("ups-on-battery", "luu-dien", fails("device-unreachable", "chuyen-mach"), False),
        ("device-unreachable", "may-in", fails("device-unreachable", "luu-dien"), True),
    ],
    ids=lambda one: getattr(one, "subject", str(one)),
)
def test_what_takes_others_with_it_is_told_and_they_are_not(
    store: Store, cause: str, subject: str, effect: Finding, told: bool
) -> None:
    life = Life(store, with_devices())
    life.round(NOON, fails(cause, subject))
    life.round(NOON + 10 * SECOND, effect)
    life.rounds(NOON + 30 * SECOND, NOON + 5 * MINUTE, 30 * SECOND)
    (one,) = life.told
    count = len(re.findall(r"^  - VH|^  - SC", one.message.body, re.MULTILINE))
    assert count == 1 + told


@pytest.mark.parametrize(
    ("cause", "kind", "effect", "told"),
    [
        ("disk-unhealthy", "operational", silent(), False),
        ("disk-unhealthy", "operational", fails("agent-silent"), True),
        ("agent-cloned", "security", fails("agent-silent"), False),
    ],
)
def test_a_disk_that_will_die_hides_no_agent_that_was_killed(
    store: Store, cause: str, kind: Kind, effect: Finding, told: bool
) -> None:
    life = Life(store, office())
    values = {"agent": "a1", "room": "P.1", "disks": "Samsung"}
    evidence = (Evidence("pc-1", "load", (), 7, NOON),)
    because = {"disk-unhealthy": "failing", "agent-cloned": "two-machines"}[cause]
    life.round(NOON, Finding(cause, "pc-1", "fail", because, values, evidence, kind, NOON))
    life.rounds(NOON + MINUTE, NOON + HOUR)
    life.round(NOON + HOUR, effect)
    life.rounds(NOON + HOUR + MINUTE, NOON + HOUR + 20 * MINUTE)
    bodies = "".join(one.message.body for one in life.told)
    assert title(cause, "vi") in bodies
    assert (title("agent-silent", "vi") in bodies) == told


def test_what_took_others_with_it_yesterday_explains_nothing_today(store: Store) -> None:
    life = Life(store, with_devices())
    life.round(NOON, fails("ups-on-battery", "luu-dien"))
    life.rounds(NOON + 30 * SECOND, NOON + MINUTE)
    life.round(NOON + 16 * MINUTE, silent(at=NOON + 16 * MINUTE))
    life.rounds(NOON + 17 * MINUTE, NOON + 30 * MINUTE)
    assert "pc-1" in life.told[-1].message.body


def test_power_that_is_back_explains_no_pc_that_stays_silent(store: Store) -> None:
    life = Life(store, with_devices())
    life.round(NOON, fails("ups-on-battery", "luu-dien"), silent())
    back = NOON + 5 * MINUTE
    life.round(back, passes("ups-on-battery", "luu-dien", back))
    life.rounds(back + MINUTE, back + 15 * MINUTE)
    assert all("pc-1" not in one.message.body for one in life.told), "it has time to follow"
    life.rounds(back + 16 * MINUTE, back + 40 * MINUTE)
    assert "pc-1" in life.told[-1].message.body


def test_a_switch_that_takes_something_urgent_with_it_is_told_by_night_too(store: Store) -> None:
    life = Life(store, with_devices())
    life.round(NIGHT, fails("device-unreachable", "chuyen-mach"))
    assert life.rounds(NIGHT + MINUTE, NIGHT + 5 * MINUTE) == []
    life.round(NIGHT + 6 * MINUTE, silent(at=NIGHT + 6 * MINUTE))
    life.rounds(NIGHT + 7 * MINUTE, NIGHT + 30 * MINUTE)
    (one,) = life.told
    assert "chuyen-mach" in one.message.body
    assert "pc-1" not in one.message.body


def with_devices() -> Inventory:
    told = Notices.model_validate({"channels": [OFFICER]})
    return built(devices=DEVICES).model_copy(update={"notices": told})
