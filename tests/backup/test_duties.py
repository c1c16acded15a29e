from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess  # noqa: TID251 - a real backup is killed in the middle
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from backup import commands, pin
from backup.duties import Duties
from backup.samples import documents, make
from collector.store import tables
from tests.backup.place import Place

DEADLINE_SECONDS = 60


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def kinds(place: Place) -> list[str]:
    with place.store.read() as connection:
        return list(connection.exec_driver_sql("SELECT kind FROM proofs ORDER BY id").scalars())


def locks(place: Place) -> list[str]:
    """Whole ones: what a kill leaves half written is no lock."""
    return [path.name for path in place.files("locks") if "-tmp-" not in path.name]


def asked(place: Place) -> list[str]:
    with place.store.read() as connection:
        rows = connection.execute(tables.asks.select().where(tables.asks.c.done_at.is_(None)))
        return [row.argument for row in rows]


def test_from_an_empty_folder_to_a_proved_backup(bare: Place) -> None:
    (bare.source / "a.txt").write_text("một")
    duties = Duties(bare.store, bare.state_folder, lambda: bare.now)

    def proofs(*expected: str) -> Callable[[], bool]:
        def made() -> bool:
            duties.tick(bare.inventory, bare.state)
            return kinds(bare) == list(expected)

        return made

    until(proofs("prepare"))
    until(lambda: not duties.proving)
    duties.tick(bare.inventory, bare.state)
    assert asked(bare) == ["van-ban"]
    duties.tick(bare.inventory, bare.state)
    assert asked(bare) == ["van-ban"]
    bare.later(minutes=1)
    assert bare.back_up().ok
    until(proofs("prepare", "watch", "sweep", "drill", "check", "retain", "whole", "selftest"))
    duties.stop()
    with bare.store.read() as connection:
        assert all(connection.exec_driver_sql("SELECT ok FROM proofs").scalars())


def test_duties_that_stop_leave_no_proof_half_made(place: Place) -> None:
    duties = Duties(place.store, place.state_folder, lambda: place.now)
    duties.tick(place.inventory, place.state)
    duties.stop()
    assert not duties.proving
    assert not (place.state_folder / "scratch").exists()


def test_a_backup_that_was_killed_is_followed_by_a_good_one(place: Place) -> None:
    with (place.source / "large.bin").open("wb") as large:
        for _ in range(200):
            large.write(os.urandom(1024 * 1024))
    declared = pin.repository(place.inventory, "kho")
    child = subprocess.Popen(
        [
            *("restic", "backup", "--no-cache", str(place.source)),
            *("--password-file", str(pin.password_file(declared, place.state_folder))),
        ],
        env={**os.environ, "RESTIC_REPOSITORY": str(place.repository)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: bool(locks(place)))
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert locks(place)
    (place.source / "large.bin").unlink()
    assert place.back_up().ok
    assert locks(place) == []
    assert place.prove("sweep").ok
    assert place.prove("check").ok
    assert place.prove("drill").ok


def test_an_unknown_set_is_told_with_those_that_exist(place: Place) -> None:
    with pytest.raises(commands.CommandError, match="no backup set x: declared are van-ban"):
        commands.run(place.verifier, place.inventory, "x")


def test_pins_hold_absolute_paths_and_no_secret(bare: Place) -> None:
    pinned = pin.pinned(bare.inventory, "may-chu", bare.state_folder)
    entry = pinned["sets"]["van-ban"]
    assert entry["paths"] == [str(bare.source)]
    assert entry["repository"] == str(bare.repository)
    password = Path(entry["password_file"])
    assert password.stat().st_mode & 0o777 == 0o600
    assert password.parent.stat().st_mode & 0o777 == 0o700
    assert password.read_text().strip() not in json.dumps(pinned)
    assert len(password.read_text().strip()) >= 43
    assert pin.pinned(bare.inventory, "other", bare.state_folder) == {"sets": {}}


def test_sample_documents_are_made_once_and_are_the_same_everywhere(tmp_path: Path) -> None:
    folder = tmp_path / "tai-lieu-mau"
    assert make(folder)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert names == sorted(name for name, _ in documents())
    assert dict(documents()) == {name: (folder / name).read_bytes() for name in names}
    (folder / "DOC-TRUOC.txt").write_text("changed by the officer")
    assert not make(folder)
    assert (folder / "DOC-TRUOC.txt").read_text() == "changed by the officer"


def test_a_making_that_was_killed_between_key_and_config_is_made_again_and_opens(
    place: Place,
) -> None:
    for kind in ("data", "index", "snapshots"):
        shutil.rmtree(place.repository / kind)
    (place.repository / "config").unlink()
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM objects")
    left = place.files("keys")
    proof = place.prove("prepare")
    assert proof.ok, proof.error
    (key,) = place.files("keys")
    assert key not in left


def test_a_repository_that_lost_its_config_is_not_made_anew_over_its_data(place: Place) -> None:
    (place.repository / "config").unlink()
    with place.store.write() as connection:  # and the ledger is that of before
        connection.exec_driver_sql("DELETE FROM objects")
    before = sorted(place.repository.rglob("*"))
    assert "lost its config" in (place.prove("prepare").error or "")
    assert sorted(place.repository.rglob("*")) == before
