"""What is told: grouped, explained, held back by night, told to those above; once, and in order."""

from __future__ import annotations

import pytest

from alerts import handling, notice_words, notices, telling
from alerts.notices import Notice
from collector.store.database import Store
from tests.alerts.builders import NOON
from tests.alerts.rounds import (
    BOSS,
    CHAT,
    HOUR,
    MINUTE,
    MORNING,
    NIGHT,
    OFFICER,
    SECOND,
    Life,
    fails,
    office,
    passes,
)


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
