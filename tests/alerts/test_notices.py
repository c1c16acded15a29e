"""What is told: grouped, explained, held back by night, told to those above; once, and in order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts import duties, handling, notice_words, notices, outbox, register, telling
from alerts.finding import Evidence, Finding
from alerts.notices import OFFICE_WIDE, ONE_MACHINE, Notice
from alerts.outbox import Waiting
from alerts.rules import RULES
from alerts.tables import notices as table
from collector.inventory.model import Inventory, Notices
from collector.store.database import Store
from tests.alerts.builders import NOON
from tests.alerts.builders import inventory as built

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
NIGHT = NOON + 10 * HOUR
"""22:00 on that Monday; the office opens at 07:30, nine and a half hours later."""
MORNING = NIGHT + 9.5 * HOUR

OFFICER = {"id": "thu", "kind": "mail"}
BOSS = {"id": "lanh-dao", "kind": "mail", "to": ["a@b.example"], "escalation": True}
CHAT = {"id": "chat", "kind": "telegram", "url_file": "url", "least": "critical"}


def office(*channels: dict[str, Any], **settings: Any) -> Inventory:
    told = Notices.model_validate({"channels": list(channels) or [OFFICER], **settings})
    return built().model_copy(update={"notices": told})


def fails(rule: str, subject: str = "pc-1", at: datetime = NOON, kind: Any = None) -> Finding:
    security = rule == "agent-silent"
    because = "killed" if security else next(iter(FAILS[rule]))
    evidence = (Evidence(subject, "load", (), 7, at),)
    kind = kind or ("security" if security else "operational")
    return Finding(rule, subject, "fail", because, {}, evidence, kind, at)


def passes(rule: str, subject: str = "pc-1", at: datetime = NOON) -> Finding:
    return Finding(rule, subject, "pass", "pass", {}, (Evidence(subject, "load", (), 8, at),))


FAILS = {
    "firewall": ("fail",),
    "antivirus": ("fail",),
    "disk-unhealthy": ("failed",),
    "disk-filling": ("full",),
    "backup-late": ("late",),
    "agent-silent": ("killed",),
    "device-unreachable": ("silent",),
    "ups-on-battery": ("on-battery",),
    "office-unreachable": ("cut",),
}


class Life:
    """An office whose rounds are given one after another."""

    def __init__(self, store: Store, inventory: Inventory, *, clocks: bool = False) -> None:
        self.store, self.inventory, self.clocks = store, inventory, clocks
        self.now: dict[tuple[str, str], Finding] = {}

    def round(self, at: datetime, *findings: Finding) -> tuple[str, ...]:
        """Judge and tell; the keys of what was put into the outbox."""
        self.now |= {(one.rule, one.subject): one for one in findings}
        with self.store.write() as connection:
            register.record(connection, self.now.values(), at, self.inventory)
            if self.clocks:
                duties.escalate(connection, at)
            return telling.tick(connection, self.inventory, at)

    def rounds(self, first: datetime, last: datetime, every: timedelta = MINUTE) -> list[str]:
        found: list[str] = []
        at = first
        while at <= last:
            found += self.round(at)
            at += every
        return found

    def act(self, at: datetime, incident: str, action: Any) -> None:
        with self.store.write() as connection:
            handling.act(connection, at, "cntt", incident, action, "lý do")

    @property
    def told(self) -> tuple[Waiting, ...]:
        with self.store.read() as connection:
            return outbox.waiting(connection)

    def dropped(self) -> list[str]:
        with self.store.read() as connection:
            query = select(table.c.dropped).where(table.c.dropped.is_not(None))
            return [str(one) for one in connection.execute(query).scalars()]


def test_what_happens_at_once_is_one_message_and_is_told_once(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, passes("firewall"), passes("disk-unhealthy"))
    assert life.round(NOON, fails("disk-unhealthy"), fails("firewall")) == ()
    assert life.round(NOON + 29 * SECOND) == ()
    assert len(life.round(NOON + 30 * SECOND)) == 1
    assert life.rounds(NOON + MINUTE, NOON + 50 * MINUTE) == []
    (one,) = life.told
    assert one.message.subject == ("[wardwatch] UBND phường Hoa Mai: 2 sự cố mới, 1 việc khẩn")
    body = one.message.body
    assert body.index("Ổ đĩa sắp hỏng") < body.index("Tường lửa")
    assert "Cách xử lý: " in body
    assert "{" not in body


def test_two_hundred_at_once_are_three_messages_at_most(store: Store) -> None:
    life = Life(store, office(escalate_minutes=600))
    pcs = [f"pc-{number:03d}" for number in range(200)]
    for second in range(0, 200, 10):
        some = [fails("disk-unhealthy", pc) for pc in pcs[second : second + 10]]
        life.round(NOON + second * SECOND, *some)
    life.rounds(NOON + 200 * SECOND, NOON + HOUR)
    life.round(NOON + HOUR, *(passes("disk-unhealthy", pc, NOON + HOUR) for pc in pcs))
    life.rounds(NOON + HOUR, NOON + 2 * HOUR)
    assert len(life.told) <= 3
    bodies = "\n".join(one.message.body for one in life.told)
    assert "pc-000" in bodies
    told = sum(int(one.message.subject.split(": ")[1].split()[0]) for one in life.told)
    assert told == 400, "each of them opened and recovered in some message"


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


def test_by_night_the_urgent_is_told_and_the_rest_waits_for_the_office_to_open(
    store: Store,
) -> None:
    life = Life(store, office(escalate_minutes=600))
    life.round(NIGHT, fails("firewall"), fails("disk-unhealthy", "pc-2"))
    life.rounds(NIGHT, MORNING - SECOND, 10 * MINUTE)
    (urgent,) = life.told
    assert "Ổ đĩa sắp hỏng" in urgent.message.body
    assert "Tường lửa" not in urgent.message.body
    assert len(life.round(MORNING)) == 1
    assert "Tường lửa" in life.told[1].message.body


def test_an_office_that_wants_no_quiet_gets_none(store: Store) -> None:
    life = Life(store, office(quiet="never"))
    life.round(NIGHT, fails("firewall"))
    life.rounds(NIGHT, NIGHT + 2 * MINUTE)
    assert len(life.told) == 1


def test_what_was_over_before_anybody_was_told_is_told_to_nobody(store: Store) -> None:
    life = Life(store, office())
    life.round(NIGHT, fails("firewall", at=NIGHT))
    life.round(NIGHT + HOUR, passes("firewall", at=NIGHT + HOUR))
    assert life.rounds(NIGHT + HOUR, MORNING + HOUR, 5 * MINUTE) == []
    assert life.dropped() == ["passed", "passed"]


def test_a_security_signal_is_told_even_if_it_passed(store: Store) -> None:
    life = Life(store, office())
    life.round(NIGHT, fails("agent-silent", at=NIGHT))
    life.round(NIGHT + 20 * SECOND, passes("agent-silent", at=NIGHT + 20 * SECOND))
    life.rounds(NIGHT + 20 * SECOND, NIGHT + 2 * MINUTE)
    assert "SC-2026-0001" in life.told[0].message.body


def test_what_an_officer_ended_first_is_told_to_nobody(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("firewall"))
    life.act(NOON + SECOND, "VH-2026-0001", "false-alarm")
    assert life.rounds(NOON, NOON + HOUR) == []
    assert life.dropped() == ["ended"]


def test_between_two_messages_lies_a_pause_but_for_something_worse(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("firewall"))
    assert len(life.round(NOON + 30 * SECOND)) == 1
    life.round(NOON + MINUTE, fails("antivirus", "pc-2"))
    assert life.round(NOON + 5 * MINUTE) == ()
    life.round(NOON + 5 * MINUTE, fails("disk-unhealthy"))
    assert len(life.round(NOON + 5 * MINUTE + 30 * SECOND)) == 1
    assert "VH-2026-0002" in life.told[1].message.body, "what waited comes along"
    life.round(NOON + 6 * MINUTE, fails("disk-unhealthy", "pc-2"))
    assert life.round(NOON + 15 * MINUTE) == ()
    assert len(life.round(NOON + 15 * MINUTE + 30 * SECOND)) == 1


def test_what_nobody_takes_up_goes_to_those_above_once(store: Store) -> None:
    life = Life(store, office(OFFICER, BOSS, escalate_minutes=30))
    life.round(NOON, fails("disk-unhealthy"), fails("firewall", "pc-2"))
    life.rounds(NOON, NOON + 29 * MINUTE)
    assert [one.message.channel for one in life.told] == ["thu"]
    life.rounds(NOON + 30 * MINUTE, NOON + 3 * HOUR)
    assert [one.message.channel for one in life.told] == ["thu", "thu", "lanh-dao"]
    assert "1 việc khẩn chưa ai nhận" in life.told[-1].message.subject
    assert "pc-2" not in life.told[-1].message.body


def test_what_was_taken_in_time_goes_to_nobody_above(store: Store) -> None:
    life = Life(store, office(OFFICER, BOSS, escalate_minutes=30))
    life.round(NOON, fails("disk-unhealthy"))
    life.rounds(NOON, NOON + 20 * MINUTE)
    life.act(NOON + 20 * MINUTE, "VH-2026-0001", "take")
    assert life.rounds(NOON + 20 * MINUTE, NOON + 5 * HOUR) == []


def test_each_share_of_a_legal_clock_is_told_once(store: Store) -> None:
    life = Life(store, office(OFFICER, BOSS, escalate_minutes=10_000), clocks=True)
    life.round(NOON, fails("agent-silent"))
    at = NOON
    while at < NOON + 90 * HOUR:
        life.round(at)
        at += 20 * MINUTE
    clocks = [one.message for one in life.told if one.message.channel == "lanh-dao"]
    lines = [line for one in clocks for line in one.body.splitlines() if "SC-2026-0001:" in line]
    assert len(lines) == len(set(lines))
    of_72_hours = [line for line in lines if "72" in line]
    assert [("50 %" in line, "80 %" in line, "QUÁ HẠN" in line) for line in of_72_hours] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_a_yearly_report_that_comes_near_is_told_in_office_hours(store: Store) -> None:
    life = Life(store, office(OFFICER, BOSS, CHAT), clocks=True)
    life.rounds(NIGHT, MORNING - MINUTE, HOUR)
    assert not life.told
    life.rounds(MORNING, MORNING + 20 * MINUTE)
    (one,) = life.told
    assert one.message.channel == "thu"
    lines = [line for line in one.message.body.splitlines() if "UBND phường Hoa Mai: " in line]
    assert len(lines) == len(set(lines)) >= 1
    assert "hạn 00:00 10/12/2026" in one.message.body


def test_a_chat_for_the_urgent_hears_of_nothing_else(store: Store) -> None:
    life = Life(store, office(OFFICER, CHAT))
    life.round(NOON, fails("firewall"))
    life.rounds(NOON, NOON + 20 * MINUTE)
    assert {one.message.channel for one in life.told} == {"thu"}
    life.round(NOON + 20 * MINUTE, fails("disk-unhealthy", at=NOON + 20 * MINUTE))
    life.rounds(NOON + 20 * MINUTE, NOON + 40 * MINUTE)
    assert [one.message.channel for one in life.told] == ["thu", "thu", "chat"]


def test_a_killed_round_tells_nothing_twice_and_nothing_never(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("disk-unhealthy"))

    def killed() -> None:
        with store.write() as connection:
            assert telling.tick(connection, life.inventory, NOON + 30 * SECOND)
            raise KeyboardInterrupt

    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            killed()
    assert life.told == ()
    life.rounds(NOON + 30 * SECOND, NOON + HOUR)
    assert len(life.told) == 1


def test_a_drill_is_told_as_one(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("agent-silent"))
    with store.write() as connection:
        handling.mark_drill(connection, NOON, "cntt", "SC-2026-0001", "diễn tập quý IV")
    life.round(NOON + 30 * SECOND)
    (one,) = life.told
    assert one.message.subject.startswith("[DIỄN TẬP] ")


def test_a_message_names_ten_and_counts_the_rest_in_both_languages(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, *(fails("disk-unhealthy", f"pc-{number}") for number in range(25)))
    with store.read() as connection:
        told = telling.pending(connection)
    for language, more in (("vi", "và 15 đối tượng khác"), ("en", "and 15 more")):
        words = notice_words.message(told, life.inventory, language, NOON)  # type: ignore[arg-type]
        assert more in words.body
        assert words.body.count("VH-2026-") == 10


def test_the_rank_of_a_serious_security_incident_is_above_all(store: Store) -> None:
    life = Life(store, office())
    life.round(NOON, fails("agent-silent"))
    with store.write() as connection:
        handling.classify(connection, NOON, "cntt", "SC-2026-0001", "M1", (), "mã độc lan rộng")
    with store.read() as connection:
        (one,) = telling.pending(connection)
    assert isinstance(one, Notice)
    assert one.rank == notices.SERIOUS_RANK > notices.URGENT
