from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backup import own
from backup.own import OwnBackup, OwnError
from backup.restic import Restic
from collector.store.database import Store
from tests.backup.place import NOON, inventory
from tests.backup.test_heal import with_copy
from tests.backup.test_own import state as state  # noqa: PLC0414 - a fixture
from tests.backup.test_own import store as store  # noqa: PLC0414 - a fixture


def test_the_duty_backs_up_once_a_day_and_tells_of_what_failed(state: Path, store: Store) -> None:
    now = [NOON]
    duty = OwnBackup(store, state, lambda: now[0])
    duty.tick(inventory())
    duty.wait()
    assert own.last_at(store, "kho") == NOON
    restic = Restic(str(state / "kho"), state / "passwords" / "kho")
    duty.tick(inventory())
    duty.wait()
    assert len(restic.snapshots(own.TAG)) == 1
    now[0] = NOON + own.EVERY
    (state / "passwords" / "kho").write_text("another\n")
    duty.tick(inventory())
    duty.wait()
    with pytest.raises(OwnError, match="the collector's own state in kho: restic backup failed"):
        duty.tick(inventory())
    (state / "passwords" / "kho").write_text("mat-khau-cua-kho\n")
    now[0] += own.AGAIN
    with pytest.raises(OwnError):  # still the last that is known of it
        duty.tick(inventory())
    duty.wait()
    duty.tick(inventory())
    assert own.last_at(store, "kho") == now[0]
    assert len(restic.snapshots(own.TAG)) == 2


def test_what_failed_in_a_repository_that_is_declared_no_more_is_told_no_more(
    state: Path, store: Store
) -> None:
    (state / "passwords" / "kho").write_text("another\n")
    duty = OwnBackup(store, state, lambda: NOON)
    duty.tick(inventory())
    duty.wait()
    with pytest.raises(OwnError):
        duty.tick(inventory())
    duty.tick(inventory().model_copy(update={"repositories": ()}))


def test_an_exact_copy_is_no_place_of_its_own(state: Path, store: Store) -> None:
    declared = with_copy(inventory(), exact=True)
    first, copy = declared.repositories
    shutil.copytree(state / "kho", state / copy.path)
    now = [NOON]
    duty = OwnBackup(store, state, lambda: now[0])
    for _ in declared.repositories:
        duty.tick(declared)
        duty.wait()
    assert own.last_at(store, first.id) == NOON
    assert own.last_at(store, copy.id) is None
    with pytest.raises(OwnError, match="no place"):
        own.back_up(store, declared, state, copy, NOON)


def test_a_repository_that_is_not_made_yet_is_waited_for(
    state: Path, store: Store, tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "disk")
    duty = OwnBackup(store, state, lambda: NOON)
    duty.tick(inventory())
    duty.wait()
    assert own.last_at(store, "kho") is None
