"""Junk that a PC's login can put into an append-only repository, and what becomes of it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from backup import commands, quarantine, sealed
from collector import audit
from tests.backup.place import Place


def put(place: Place, kind: str, content: bytes) -> str:
    """As rest-server lets it in: under the right hash."""
    name = hashlib.sha256(content).hexdigest()
    folder = place.repository / kind / (name[:2] if kind == "data" else "")
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return name


def key_of(place: Place) -> sealed.Key:
    password = (place.state_folder / "passwords" / "kho").read_text().strip()
    return sealed.master(place.repository / "keys", password)


def rows(place: Place, statement: str) -> list[object]:
    with place.store.read() as connection:
        return list(connection.exec_driver_sql(statement).scalars())


JUNK = {
    "index": b"junk here",
    "snapshots": b'{"time":"2099-01-01T00:00:00Z","tree":null}',
    "data": os.urandom(5000),
    "keys": b"{}",
    "locks": b"locked for ever, with love from a stolen PC",
}


@pytest.mark.parametrize("kind", JUNK)
def test_junk_of_each_kind_is_put_aside_and_backups_and_restores_go_on(
    place: Place, kind: str
) -> None:
    name = put(place, kind, JUNK[kind])
    place.prove("watch")
    aside = place.state_folder / "quarantine" / "kho"
    assert [path.read_bytes() for path in aside.iterdir()] == [JUNK[kind]]
    assert rows(place, "SELECT kind || '/' || name FROM quarantined") == [f"{kind}/{name}"]
    assert "object-quarantined" in rows(place, "SELECT action FROM audit")
    place.later(hours=1)
    (place.source / "more.txt").write_text("một")
    assert place.back_up().ok
    assert place.prove("drill").ok
    assert place.prove("check").ok


@pytest.mark.parametrize("kind", ["index", "snapshots", "data", "keys"])
def test_junk_is_told_until_the_officer_has_seen_it(place: Place, kind: str) -> None:
    name = put(place, kind, JUNK[kind])
    for _day in range(2):
        place.later(days=1)
        assert place.prove("sweep").detail.problems == (f"{kind}/{name}: quarantined",)
    commands.accept(place.verifier, place.inventory, "kho", f"{kind}/{name}")
    assert place.prove("sweep").ok


def test_the_same_junk_again_is_put_aside_again(place: Place) -> None:
    for _time in range(2):
        put(place, "index", JUNK["index"])
        place.prove("watch")
        assert place.back_up().ok
    assert len(rows(place, "SELECT name FROM quarantined")) == 2


def test_junk_under_a_wrong_name_is_put_aside_once_it_is_sure_that_it_is_not_arriving(
    place: Place,
) -> None:
    (place.repository / "index" / ("0" * 64)).write_bytes(b"junk here")
    assert place.prove("watch").ok
    assert not place.prove("watch").ok
    assert place.back_up().ok


def test_a_foreign_file_is_put_aside(place: Place) -> None:
    (place.repository / "snapshots" / "README.txt").write_text("hello")
    place.prove("watch")
    assert place.back_up().ok
    assert rows(place, "SELECT name FROM quarantined") == ["README.txt"]


def test_a_new_key_comes_back_only_by_the_officers_word(place: Place) -> None:
    (known,) = place.files("keys")
    other = json.dumps({**json.loads(known.read_bytes()), "username": "another"}).encode()
    name = put(place, "keys", other)
    assert place.prove("watch").detail.problems == (f"keys/{name}: quarantined",)
    assert place.files("keys") == [known]
    commands.approve_key(place.verifier, place.inventory, "kho", name)
    assert [path.name for path in place.files("keys")] == sorted((known.name, name))
    assert place.prove("watch").ok
    assert place.prove("sweep").ok


def test_a_forged_snapshot_of_nothing_does_not_stop_the_check(place: Place) -> None:
    told = {
        "time": "2026-01-01T00:00:00Z",
        "tree": "0" * 64,
        "paths": ["/x"],
        "hostname": "x",
        "username": "x",
    }
    name = put(place, "snapshots", sealed.sealed(key_of(place), json.dumps(told).encode()))
    assert place.prove("watch").ok
    assert place.prove("check").ok
    assert rows(place, "SELECT name FROM quarantined") == [name]
    assert place.prove("drill").ok


def test_a_check_that_is_cut_short_puts_no_snapshot_aside(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    restic = place.verifier.restic(place.inventory.repositories[0])
    own = restic.backup("wardwatch-state", [str(place.source)]).snapshot  # no receipt names it
    assert place.prove("watch").ok
    cut = place.script(
        "cut", 'case "$1" in check) exit 1;; ls) exec sleep 60;; esac', 'exec restic "$@"'
    )
    monkeypatch.setenv("RESTIC", str(cut))
    proof = place.prove("check", limit_seconds=1.0)
    assert "time limit" in (proof.error or "")
    assert rows(place, "SELECT name FROM quarantined") == []
    assert own in [path.name for path in place.files("snapshots")]


@pytest.mark.parametrize("end", ["kill -9 $$", "exit 130"], ids=["killed", "interrupted"])
def test_a_check_that_the_system_ends_puts_no_snapshot_aside(
    place: Place, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    restic = place.verifier.restic(place.inventory.repositories[0])
    own = restic.backup("wardwatch-state", [str(place.source)]).snapshot  # no receipt names it
    assert place.prove("watch").ok
    ended = place.script("ended", f'case "$1" in check|ls) {end};; esac', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(ended))
    proof = place.prove("check")
    assert (proof.error or "").startswith("restic check failed: ")
    assert rows(place, "SELECT name FROM quarantined") == []
    assert own in [path.name for path in place.files("snapshots")]


def test_what_was_put_aside_stays_in_a_chained_log(place: Place) -> None:
    put(place, "index", JUNK["index"])
    place.prove("watch")
    with place.store.read() as connection:
        assert audit.verify(connection).reason is None


def test_a_name_with_a_path_in_it_stays_in_quarantine(place: Place) -> None:
    assert not quarantine.put_back(place.repository, Path("/"), "keys", "../../etc/passwd")
