from __future__ import annotations

import random

import pytest

from backup.answers import File
from backup.drill import FILES, Known, choose, extrapolated
from backup.plan import Job
from backup.witness import path_sha256
from tests.backup.place import NOON, Place
from tests.backup.test_sweep import flip


def test_a_drill_compares_every_byte_of_what_the_pc_had_read(place: Place) -> None:
    proof = place.prove("drill")
    assert proof.ok, proof.error
    assert proof.files == proof.detail.compared == min(FILES, 39)
    assert proof.bytes > 10_000
    assert proof.detail.rto_seconds is not None
    assert proof.detail.rto_seconds >= proof.seconds > 0
    assert list((place.state_folder / "scratch").iterdir()) == []


def test_restored_bytes_that_differ_from_what_the_pc_read_fail(place: Place) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("UPDATE witnesses SET sha256 = ?", ("0" * 64,))
    proof = place.prove("drill")
    assert not proof.ok
    assert len(proof.detail.mismatched) == proof.files
    assert "did not come back equal" in (proof.error or "")


def test_a_drill_without_a_single_witness_has_failed(place: Place) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM witnesses")
    proof = place.prove("drill")
    assert not proof.ok
    assert "none could be compared" in (proof.error or "")


def test_a_drill_before_the_first_backup_has_failed(bare: Place) -> None:
    bare.prepare()
    assert "never backed up" in (bare.prove("drill").error or "")


def test_a_drill_on_damaged_packs_fails(place: Place) -> None:
    for pack in place.files("data"):
        flip(pack, 100)
    proof = place.prove("drill")
    assert not proof.ok
    assert list((place.state_folder / "scratch").glob("*")) == []


def test_a_drill_without_the_tree_ends_and_fails(place: Place) -> None:
    for pack in place.files("data"):
        pack.unlink()
    proof = place.prove("drill", limit_seconds=3.0)
    assert not proof.ok
    assert proof.error is not None


def test_a_drill_with_a_wrong_password_fails(place: Place) -> None:
    (place.state_folder / "passwords" / "kho").write_text("wrong")
    assert "wrong password" in (place.prove("drill").error or "")


def test_a_drill_with_a_lost_password_asks_for_it_and_makes_no_new_one(place: Place) -> None:
    password = place.state_folder / "passwords" / "kho"
    password.unlink()
    proof = place.prove("drill")
    assert not proof.ok
    assert proof.detail.obstacle
    assert "put the password back" in (proof.error or "")
    assert not password.exists()


def test_a_full_scratch_disk_fails_whatever_restic_claims(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file may have 512 bytes: writing ends as on a full disk, and the rest is missing.
    limited = place.script("restic-full", "trap '' XFSZ", "ulimit -f 1", 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(limited))
    proof = place.prove("drill")
    assert not proof.ok


def test_a_drill_that_restores_nothing_has_failed_although_restic_exits_0(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = place.script("restic-idle", '[ "$1" = restore ] && exit 0', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(idle))
    proof = place.prove("drill")
    assert not proof.ok
    assert len(proof.detail.mismatched) == proof.files


def test_a_drill_that_is_asked_to_stop_leaves_neither_a_row_nor_scratch(place: Place) -> None:
    verifier = place.verifier
    verifier.stop.set()
    assert not verifier.prove(place.inventory, Job("drill", "kho", "van-ban")).ok
    with place.store.read() as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM proofs").scalars().all()
    assert kinds == ["prepare", "watch"]


def snapshot(count: int) -> list[File]:
    return [File(f"/d/{number}", 10, number) for number in range(count)]


def witnessed(files: list[File]) -> dict[tuple[str, int, int], str]:
    return {
        (path_sha256(file.path), file.size_bytes, file.modified_ns or 0): "0" * 64 for file in files
    }


def test_files_never_restored_are_chosen_before_those_restored_lately() -> None:
    files = snapshot(200)
    lately = {path_sha256(file.path): NOON for file in files[:150]}
    chosen = choose(files, Known(witnessed(files), lately), random.Random(1))
    assert len(chosen) == FILES
    assert len(set(chosen) & set(files[150:])) >= FILES // 2


def test_a_file_that_changed_since_it_was_read_vouches_for_nothing() -> None:
    file = File("/d/1", 10, 1)
    known = Known({(path_sha256("/d/1"), 10, 2): "0" * 64}, {})
    assert choose([file], known, random.Random(1)) == (file,)


def test_time_to_restore_grows_with_the_worse_of_files_and_bytes() -> None:
    chosen = snapshot(10)
    large = [*chosen, File("/d/big", 900, 1)]
    assert extrapolated(2.0, chosen, snapshot(100)) == pytest.approx(20.0)
    assert extrapolated(2.0, chosen, large) == pytest.approx(20.0)


def test_a_second_drill_takes_what_the_first_left(place: Place) -> None:
    for number in range(80):
        (place.source / f"more-{number}.txt").write_text(f"{number}")
    place.back_up()
    place.prove("drill")
    place.later(days=7)
    place.prove("drill")
    with place.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM restored_files").scalar_one()
    assert rows > FILES
