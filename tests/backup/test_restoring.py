"""Restoring for people: the right snapshot, all of it, and nothing overwritten."""

from __future__ import annotations

import dataclasses
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from backup import commands, restoring
from backup.arriving import Arrived
from backup.restoring import Wish, restore
from backup.samples import documents
from collector.store.tables import audit
from tests.backup.place import NOON, Place

HOSTILE = [b"[a]*?.txt", b"two\nlines", b"back\\slash", b"-rf", b"\xff\xfe", b"\xff\xfd.doc"]


def test_all_of_the_newest_is_restored_once_and_audited(place: Place, tmp_path: Path) -> None:
    into = tmp_path / "restored"
    told: list[Arrived] = []
    done = restore(place.verifier, place.inventory, Wish("van-ban", into), "cli:x", told.append)
    assert (done.missing, done.files) == ((), len(list(documents())))
    for name, content in documents():
        assert (into / str(place_of(place)).lstrip("/") / name).read_bytes() == content
    assert (told[0].ratio, told[-1].ratio) == (0, 1)
    assert told[-1].files == done.files
    with place.store.read() as connection:
        noted = connection.execute(select(audit).where(audit.c.action == "backup-restored")).one()
    assert noted.actor == "cli:x"
    assert done.snapshot in noted.detail
    with pytest.raises(commands.CommandError, match="not empty"):
        restore(place.verifier, place.inventory, Wish("van-ban", into), "cli:x")
    beside = Wish("van-ban", into, beside=True)
    again = restore(place.verifier, place.inventory, beside, "cli:x")
    assert Path(again.folder).parent == into
    assert again.missing == ()


def test_a_time_means_what_the_collector_had_seen_by_then(place: Place, tmp_path: Path) -> None:
    place.later(hours=2)
    (place.source / "later.txt").write_text("later")
    assert place.back_up().ok
    then = Wish("van-ban", tmp_path / "then", at=NOON + timedelta(hours=1))
    early = restore(place.verifier, place.inventory, then, "x")
    late = restore(place.verifier, place.inventory, Wish("van-ban", tmp_path / "now"), "x")
    assert late.files == early.files + 1
    assert (early.seen_at, late.seen_at) == (NOON, place.now)
    before = Wish("van-ban", tmp_path / "none", at=NOON - timedelta(hours=1))
    with pytest.raises(commands.CommandError, match="the first backup of van-ban came at"):
        restore(place.verifier, place.inventory, before, "x")
    assert not (tmp_path / "none").exists()


def test_of_two_receipts_of_one_instant_the_later_one_is_the_newest(
    place: Place, tmp_path: Path
) -> None:
    for number in range(3):
        (place.source / f"{number}.txt").write_text("x")
        assert place.back_up().ok
    done = restore(place.verifier, place.inventory, Wish("van-ban", tmp_path / "x"), "x")
    assert done.files == len(list(documents())) + 3


def test_a_path_of_a_windows_pc_is_meant_as_restic_lists_it() -> None:
    assert restoring._stored(r"c:\Users\Hoa Mai\\") == "/C/Users/Hoa Mai"
    assert restoring._stored("/home/a/") == "/home/a"


def test_hostile_names_come_back_and_can_be_asked_for(place: Place, tmp_path: Path) -> None:
    for name in HOSTILE:
        (place.source / os.fsdecode(name)).write_bytes(name)
    assert place.back_up().ok
    done = restore(place.verifier, place.inventory, Wish("van-ban", tmp_path / "all"), "x")
    assert done.missing == ()
    for name in HOSTILE[:4]:
        path = str(place.source / os.fsdecode(name))
        wish = Wish("van-ban", tmp_path / "one", paths=(path,))
        assert restore(place.verifier, place.inventory, wish, "x").files == 1
        assert (tmp_path / "one" / path.lstrip("/")).read_bytes() == name
        shutil.rmtree(tmp_path / "one")


def test_what_restic_claims_and_did_not_write_is_told(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lying = place.script("lying", 'case "$1" in restore) exit 0;; esac', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(lying))
    done = restore(place.verifier, place.inventory, Wish("van-ban", tmp_path / "x"), "x")
    assert done.files == 0
    assert len(done.missing) == len(list(documents()))


def test_what_cannot_be_done_is_told_before_anything_is_written(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = Wish("van-ban", tmp_path / "x")
    refused = [
        (dataclasses.replace(wish, set="y"), "no backup set y: declared are van-ban"),
        (dataclasses.replace(wish, paths=("/nowhere",)), "does not hold: /nowhere"),
        (dataclasses.replace(wish, snapshot="zz"), "0 snapshots of van-ban begin with zz"),
    ]
    for each, sentence in refused:
        with pytest.raises(commands.CommandError, match=sentence):
            restore(place.verifier, place.inventory, each, "x")
    full = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr("backup.restoring.shutil.disk_usage", lambda _folder: full)
    with pytest.raises(commands.CommandError, match=r"no room in .*10 are free"):
        restore(place.verifier, place.inventory, wish, "x")
    assert not (tmp_path / "x").exists()


def place_of(place: Place) -> str:
    (snapshot,) = commands.snapshots(place.verifier, place.inventory, "van-ban")
    return snapshot.paths[0]
