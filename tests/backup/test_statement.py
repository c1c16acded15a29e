from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from backup import holds, metrics, recovery_point, statement
from backup.plan import Job
from backup.status import Backups
from backup.words import sentences
from collector.exposition import render
from collector.messages import LANGUAGES, catalogue
from collector.readings import Backup
from collector.state import Latest, Machine, State
from tests.backup.place import NOON, Place
from tests.backup.test_heal import with_copy
from tests.backup.test_sweep import flip

DAY = timedelta(days=1)
RPO = timedelta(hours=26)


def status(place: Place, state: State | None = None) -> Backups:
    with place.store.read() as connection:
        return statement.backups(connection, place.inventory, state or State(), place.now)


def exposed(backups: Backups, place: Place) -> dict[str, float]:
    text = render(metrics.families(backups, place.now)).decode()
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_an_office_without_a_backup_keeps_every_series(bare: Place) -> None:
    backups = status(bare)
    assert backups.sets["van-ban"].last_success_at is None
    values = exposed(backups, bare)
    assert values["wardwatch_backup_last_success_timestamp_seconds"] == 0
    assert values["wardwatch_backup_last_proof_timestamp_seconds"] == 0
    assert values["wardwatch_backup_rpo_seconds"] == 26 * 3600
    assert values["wardwatch_repository_read_ratio"] == 0


def test_a_backup_that_was_swept_and_drilled_is_stated_and_exposed(place: Place) -> None:
    place.later(hours=1)
    assert place.prove("sweep").ok
    assert place.prove("drill").ok
    backups = status(place)
    kept, stored = backups.sets["van-ban"], backups.repositories["kho"]
    assert kept.last_success_at == NOON
    assert kept.last_proof_at == NOON + timedelta(hours=1)
    assert kept.last_drill is not None
    assert kept.last_drill.compared == kept.last_drill.files
    assert stored.bytes == stored.read_bytes > 0
    assert stored.oldest_unread_at == place.now
    assert stored.problems == ()
    values = exposed(backups, place)
    assert values["wardwatch_repository_read_ratio"] == 1
    assert values["wardwatch_repository_oldest_unread_seconds"] == 0
    assert values["wardwatch_backup_last_proof_timestamp_seconds"] == place.now.timestamp()
    lines = sentences(backups, place.inventory, "vi")
    assert lines[0] == "Mọi byte của kho kho đã được đọc lại và đối chiếu kể từ 13:00 23/11/2026."
    assert "1 trên 1 ngày" in lines[1]


def test_second_copies_quarantine_and_holds_are_stated_from_their_rows(place: Place) -> None:
    place.inventory = with_copy(place.inventory, exact=True)
    place.prove("sweep")
    place.verifier.prove(place.inventory, Job("copy", "ban-sao"))
    (place.repository / "snapshots" / "la.txt").write_text("x")
    place.prove("watch")
    with place.store.write() as connection:
        holds.raise_(connection, "kho", "canary", "tệp mồi bị sửa", place.now)
        counted = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM objects WHERE repository = 'kho' AND state = 'quarantined'),"
            " (SELECT count(*) FROM backup_holds WHERE explained_at IS NULL),"
            " (SELECT count(*) FROM proofs WHERE kind = 'copy' AND ok)"
        ).one()
    backups = status(place)
    kept, stored = backups.sets["van-ban"], backups.repositories["kho"]
    told = (stored.quarantined, len(stored.holds), kept.copies - 1)
    assert told == tuple(counted) == (1, 1, 1)
    assert backups.repositories["ban-sao"].last_copy_at == place.now
    text = " ".join(sentences(backups, place.inventory, "vi"))
    assert "Kho kho có 1 đối tượng lạ đã được cách ly" in text
    assert "còn 1 việc chờ giải trình" in text
    assert "Kho ban-sao là bản sao thứ hai của kho kho" in text
    assert "Bộ van-ban có 2 bản trong kho, trên 1 loại phương tiện" in text


def test_damage_lowers_the_ratio_and_is_named(place: Place) -> None:
    place.prove("sweep")
    damaged = place.files("data")[0]
    flip(damaged, 7)
    place.later(days=1)
    place.prove("sweep")
    backups = status(place)
    stored = backups.repositories["kho"]
    assert stored.problems == (f"data/{damaged.name}: damaged",)
    assert stored.read_bytes < stored.bytes
    assert stored.errors == stored.failed_proofs == 1
    assert exposed(backups, place)["wardwatch_repository_errors_total"] == 1


def test_a_reading_grows_old(place: Place) -> None:
    place.prove("sweep")
    place.later(days=31)
    stored = status(place).repositories["kho"]
    assert stored.read_bytes == 0
    assert stored.oldest_unread_at == NOON


def test_a_reading_by_a_clock_ahead_is_none(place: Place) -> None:
    place.now = NOON + timedelta(days=365)
    assert place.prove("sweep").ok
    place.now = NOON
    stored = status(place).repositories["kho"]
    assert stored.read_bytes == 0
    assert place.prove("sweep").ok
    assert status(place).repositories["kho"].read_bytes == stored.bytes


def test_a_missing_restic_is_an_obstacle_and_no_damage(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTIC", "/nowhere/restic")
    place.prove("check")
    stored = status(place).repositories["kho"]
    assert stored.problems == ()
    assert stored.obstacles[0].startswith("check: restic is not installed")


def test_a_failed_run_keeps_the_last_success_and_tells_its_error(place: Place) -> None:
    (place.state_folder / "passwords" / "kho").write_text("wrong")
    place.later(days=1)
    place.back_up()
    kept = status(place).sets["van-ban"]
    assert kept.last_success_at == NOON
    assert "wrong password" in (kept.last_error or "")


def test_a_receipt_that_just_came_counts_before_it_is_taken_up(bare: Place) -> None:
    receipt = Backup("van-ban", ok=True, started_at="", duration_seconds=1.0, bytes=5)
    latest = Latest(9, NOON, NOON, receipt)
    state = State({"may-chu": Machine("may-chu", backups={"van-ban": latest})})
    kept = status(bare, state).sets["van-ban"]
    assert (kept.last_success_at, kept.last_receipt, kept.bytes) == (NOON, 9, 5)


def test_no_pc_speaks_for_anothers_set(place: Place) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("UPDATE agents SET asset = 'may-khac'")
    place.later(days=1)
    place.back_up()
    assert status(place).sets["van-ban"].last_success_at == NOON


def test_days_on_which_the_recovery_point_was_held() -> None:
    daily = [NOON - back * DAY for back in range(30)]
    assert recovery_point.days_held(daily, RPO, NOON, 30) == (29, 29)
    assert recovery_point.days_held([NOON], RPO, NOON, 30) == (1, 1)
    assert recovery_point.days_held([], RPO, NOON, 30) == (0, 0)


def test_a_gap_breaks_the_days_that_it_touches() -> None:
    times = [NOON - 10 * DAY, NOON - 7 * DAY, *(NOON - back * DAY for back in range(7))]
    held, days = recovery_point.days_held(times, RPO, NOON, 30)
    assert (held, days) == (8, 10)


def test_an_old_success_alone_holds_no_day() -> None:
    assert recovery_point.days_held([NOON - 40 * DAY], RPO, NOON, 30) == (0, 30)


def test_both_languages_hold_the_same_texts() -> None:
    vi, en = (catalogue("backup").texts[language] for language in LANGUAGES)
    assert vi.keys() == en.keys()


def test_a_set_that_was_never_backed_up_is_said_once(bare: Place) -> None:
    lines = sentences(status(bare), bare.inventory, "en")
    assert lines == (
        "Nothing of repository kho has been read again yet.",
        "Set van-ban has never been backed up successfully.",
    )


def test_a_failed_drill_and_a_share_that_was_not_read_are_said(place: Place) -> None:
    for pack in place.files("data"):
        flip(pack, 100)
    place.prove("sweep")
    place.prove("drill")
    text = " ".join(sentences(status(place), place.inventory, "vi"))
    assert "mới đọc lại và đối chiếu được" in text
    assert "đối tượng không còn như lúc lưu" in text
    assert "không đạt" in text
