from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backup.plan import (
    SMALL_BYTES,
    History,
    Job,
    Known,
    Proved,
    due_backups,
    due_proofs,
    scheduled_at,
)
from collector.inventory.model import Inventory
from tests.backup.place import NOON, inventory

HOUR = timedelta(hours=1)
JOINED = Known(history={}, proved={}, reporting=frozenset({"may-chu"}), prepared=frozenset({"kho"}))
STORED = History(attempted_at=NOON + HOUR, ok=True, snapshot="a" * 64)


def office(**changes: str) -> Inventory:
    """Two sets in one repository."""
    one = inventory()
    second = one.backups[0].model_copy(update={"id": "ho-so", **changes})
    return one.model_copy(update={"backups": (one.backups[0], second)})


def due(known: Known, now: datetime = NOON) -> list[str]:
    return [declared.id for declared in due_backups(inventory(), known, now)]


def after(history: History) -> Known:
    return replace(JOINED, history={"van-ban": history})


def test_the_first_backup_is_asked_for_soon_after_joining() -> None:
    assert due(JOINED, NOON - HOUR) == ["van-ban"]


def test_no_agent_is_asked_that_is_not_there() -> None:
    assert due(replace(JOINED, reporting=frozenset())) == []


def test_nothing_is_asked_before_the_repository_exists() -> None:
    assert due(replace(JOINED, prepared=frozenset())) == []


@pytest.mark.parametrize(
    ("at", "expected"), [(NOON - timedelta(seconds=1), []), (NOON, ["van-ban"])]
)
def test_a_set_is_due_from_the_minute_of_its_schedule_on(at: datetime, expected: list[str]) -> None:
    known = after(replace(STORED, attempted_at=NOON - 23 * HOUR))
    assert due(known, at) == expected


def test_a_pc_that_was_off_at_its_hour_catches_up_once() -> None:
    known = after(replace(STORED, attempted_at=NOON - 100 * HOUR))
    assert due(known, NOON + 3 * HOUR) == ["van-ban"]
    assert due(after(replace(STORED, attempted_at=NOON + 2 * HOUR)), NOON + 3 * HOUR) == []


def test_a_schedule_is_read_in_the_offices_own_hours() -> None:
    declared = inventory().backups[0]
    assert scheduled_at(declared, "Asia/Ho_Chi_Minh", NOON + timedelta(seconds=5)) == NOON
    assert scheduled_at(declared, "UTC", NOON) == NOON - 17 * HOUR


def test_a_failed_backup_is_tried_again_after_an_hour() -> None:
    known = after(History(attempted_at=NOON + HOUR, ok=False))
    assert due(known, NOON + HOUR + timedelta(minutes=59)) == []
    assert due(known, NOON + 2 * HOUR) == ["van-ban"]


def test_an_ask_without_a_receipt_is_asked_anew_after_eight_hours() -> None:
    known = after(History(asked_at=NOON, attempted_at=NOON, ok=True))
    assert due(known, NOON + 7 * HOUR) == []
    assert due(known, NOON + 8 * HOUR) == ["van-ban"]


def test_one_backup_at_a_time_for_one_repository_the_longest_waiting_first() -> None:
    late = after(replace(STORED, attempted_at=NOON - 30 * HOUR))
    # A recovery point that is held comes before a first backup, or sixty of those would break it.
    assert [each.id for each in due_backups(office(), late, NOON)] == ["van-ban"]
    known = after(replace(STORED, attempted_at=NOON))
    assert [each.id for each in due_backups(office(), known, NOON)] == ["ho-so"]
    asked = History(asked_at=NOON, attempted_at=NOON)
    known = replace(known, history={**known.history, "ho-so": asked})
    assert due_backups(office(), known, NOON + HOUR) == ()


def test_a_pc_that_went_off_in_the_middle_holds_nobody_up() -> None:
    known = replace(
        after(replace(STORED, attempted_at=NOON - 30 * HOUR)),
        reporting=frozenset({"may-chu"}),
    )
    known = replace(
        known, history={**known.history, "ho-so": History(asked_at=NOON, attempted_at=NOON)}
    )
    elsewhere = office(machine="may-khac")
    assert [each.id for each in due_backups(elsewhere, known, NOON + HOUR)] == ["van-ban"]


def test_a_missing_repository_is_made_before_anything_else() -> None:
    known = replace(JOINED, prepared=frozenset())
    assert due_proofs(inventory(), known, NOON) == (Job("prepare", "kho"),)


def test_no_proof_is_due_before_the_first_backup() -> None:
    assert due_proofs(inventory(), JOINED, NOON) == ()


def test_sweep_drill_and_check_follow_the_first_backup_at_once() -> None:
    jobs = due_proofs(inventory(), after(STORED), NOON + HOUR)
    assert [job.kind for job in jobs] == ["watch", "sweep", "drill", "check", "retain", "selftest"]


def test_a_repository_elsewhere_is_drilled_and_checked_and_not_swept() -> None:
    known = replace(after(STORED), elsewhere=frozenset({"kho"}))
    jobs = due_proofs(inventory(), known, NOON + HOUR)
    assert [job.kind for job in jobs] == ["drill", "check", "retain", "selftest"]


def test_proofs_wait_while_a_backup_runs_and_junk_is_looked_for_all_the_same() -> None:
    running = replace(STORED, asked_at=NOON)
    jobs = due_proofs(inventory(), after(running), NOON + HOUR)
    assert [job.kind for job in jobs] == ["watch", "selftest"]


def test_a_check_that_failed_is_repeated_as_soon_as_a_backup_came() -> None:
    job = Job("check", "kho")
    known = replace(after(STORED), proved={job: Proved(NOON - HOUR, ok=False)})
    assert job in due_proofs(inventory(), known, NOON)
    known = replace(after(STORED), proved={job: Proved(NOON + HOUR, ok=False)})
    assert job not in due_proofs(inventory(), known, NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("job", "ok", "period"),
    [
        (Job("sweep", "kho"), True, 23 * HOUR),
        (Job("sweep", "kho"), False, HOUR),
        (Job("drill", "kho", "van-ban"), True, timedelta(days=7)),
        (Job("drill", "kho", "van-ban"), False, 6 * HOUR),
        (Job("whole", "kho", "van-ban"), True, timedelta(days=30)),
        (Job("whole", "kho", "van-ban"), False, timedelta(days=1)),
        (Job("check", "kho"), True, timedelta(days=7)),
    ],
)
def test_each_proof_has_its_period(job: Job, ok: bool, period: timedelta) -> None:
    drilled = {Job("drill", "kho", "van-ban"): Proved(NOON, ok=True)}
    known = replace(after(STORED), proved={**drilled, job: Proved(NOON, ok)})
    moment = timedelta(seconds=1)
    assert job not in due_proofs(inventory(), known, NOON + period - moment)
    assert job in due_proofs(inventory(), known, NOON + period)


@pytest.mark.parametrize(
    ("size_bytes", "hour", "expected"),
    [
        (SMALL_BYTES, 9, True),
        (SMALL_BYTES + 1, 9, False),
        (SMALL_BYTES + 1, 19, False),
        (SMALL_BYTES + 1, 20, True),
        (SMALL_BYTES + 1, 4, True),
        (SMALL_BYTES + 1, 5, False),
        (None, 9, True),
    ],
)
def test_a_small_set_is_restored_whole_after_its_first_drill_and_a_large_one_by_night(
    size_bytes: int | None, hour: int, *, expected: bool
) -> None:
    job, drill = Job("whole", "kho", "van-ban"), Job("drill", "kho", "van-ban")
    now = NOON + (hour - 12) * HOUR
    known = after(replace(STORED, bytes=size_bytes))
    assert job not in due_proofs(inventory(), known, now)
    failed = replace(known, proved={drill: Proved(now - HOUR, ok=False)})
    assert job not in due_proofs(inventory(), failed, now)
    held = replace(known, proved={drill: Proved(now - HOUR, ok=True)})
    assert (job in due_proofs(inventory(), held, now)) is expected
