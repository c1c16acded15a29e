"""All of a set is brought back: every file seen, every witness compared, the time kept."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - a verifier without root's rights
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from backup import measured, restoring, statement, tables
from backup.plan import Job
from backup.proofs import Proof
from backup.samples import documents
from backup.status import SetStatus
from tests.backup.place import Place
from tests.backup.test_sweep import flip

JOB = Job("whole", "kho", "van-ban")
HOSTILE = (b"[a]*?.txt", b"two\nlines", b"back\\slash", b"-rf", b"\xff\xfe", b"\xff\xfd.doc")
ROOM = (0, 2**62)
"""What must stay free: all fits to scratch, or nothing does."""


def whole(place: Place, reserve_bytes: int, limit_seconds: float = 20.0) -> Proof:
    verifier = replace(place.verifier, reserve_bytes=reserve_bytes, limit_seconds=limit_seconds)
    return verifier.prove(place.inventory, JOB)


def status(place: Place) -> SetStatus:
    with place.store.read() as connection:
        found = statement.backups(connection, place.inventory, place.state, place.now)
    return found.sets["van-ban"]


@pytest.mark.parametrize("reserve_bytes", ROOM)
def test_every_file_comes_back_and_nothing_stays_behind(place: Place, reserve_bytes: int) -> None:
    for name in HOSTILE:
        (place.source / os.fsdecode(name)).write_bytes(name)
    (place.source / "trong.txt").write_bytes(b"")
    (place.source / "hai.txt").write_bytes(b"2" * 3_000_000)
    (place.source / "hai-nua.txt").hardlink_to(place.source / "hai.txt")
    (place.source / "toi.txt").symlink_to("hai.txt")
    long = place.source / ("d" * 120) / ("f" * 180)
    long.parent.mkdir()
    long.write_text("x")
    assert place.back_up().ok
    proof = whole(place, reserve_bytes)
    assert proof.ok, (proof.error, proof.detail.mismatched)
    assert proof.files == len(list(documents())) + len(HOSTILE) + 4
    assert 39 <= proof.detail.compared <= proof.files
    assert proof.detail.streamed is (reserve_bytes > 0)
    assert proof.seconds > 0
    assert not list((place.state_folder / "scratch").glob("*"))


@pytest.mark.parametrize("reserve_bytes", ROOM)
def test_bytes_that_the_pc_had_not_read_fail_by_name(place: Place, reserve_bytes: int) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("UPDATE witnesses SET sha256 = ?", ("0" * 64,))
    proof = whole(place, reserve_bytes)
    assert not proof.ok
    assert len(proof.detail.mismatched) == proof.files == proof.detail.compared
    assert "did not come back equal" in (proof.error or "")


@pytest.mark.parametrize("reserve_bytes", ROOM)
def test_without_a_single_witness_it_has_failed(place: Place, reserve_bytes: int) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM witnesses")
    proof = whole(place, reserve_bytes)
    assert "none could be compared" in (proof.error or "")


@pytest.mark.parametrize("reserve_bytes", ROOM)
def test_damaged_packs_and_a_wrong_password_fail(place: Place, reserve_bytes: int) -> None:
    for pack in place.files("data"):
        flip(pack, 100)
    assert not whole(place, reserve_bytes, limit_seconds=4.0).ok
    (place.state_folder / "passwords" / "kho").write_text("wrong")
    assert "wrong password" in (whole(place, reserve_bytes).error or "")


@pytest.mark.parametrize(
    ("verb", "reserve_bytes"), [("restore", 0), ("dump", 2**62)], ids=["restore", "dump"]
)
def test_a_restic_that_brings_nothing_back_and_exits_0_has_failed(
    place: Place, monkeypatch: pytest.MonkeyPatch, verb: str, reserve_bytes: int
) -> None:
    idle = place.script("idle", f'[ "$1" = {verb} ] && exit 0', 'exec restic "$@"')
    monkeypatch.setenv("RESTIC", str(idle))
    assert not whole(place, reserve_bytes).ok


def test_an_archive_that_ends_early_has_failed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Cut at the border between two members: what is there looks like all of an archive.
    cut = place.script("cut", '[ "$1" = dump ] || exec restic "$@"', 'restic "$@" | head -c 20480')
    monkeypatch.setenv("RESTIC", str(cut))
    proof = whole(place, 2**62)
    assert not proof.ok


BOUND = """
import sys
from pathlib import Path
from tests.backup.place import opened
from tests.backup.test_whole import whole
place = opened(Path(sys.argv[1]))
sys.exit((whole(place, 0) if sys.argv[2] == "whole" else place.prove("drill")).error)
"""


@pytest.mark.parametrize("kind", ["whole", "drill"])
def test_what_comes_back_with_rights_that_keep_us_out_is_compared_and_removed(
    place: Place, kind: str
) -> None:
    closed = place.source / "đóng"  # Windows marks Documents and Pictures so
    closed.mkdir()
    (closed / "a.txt").write_text("a")
    closed.chmod(0o500)
    try:
        assert place.back_up().ok
    finally:
        closed.chmod(0o700)
    # Modes bind root too, once it has given up the right to pass them by.
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if not os.getuid() else []
    command = [*bound, sys.executable, "-c", BOUND, str(place.state_folder), kind]
    environment = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((place.state_folder / "scratch").iterdir()) == []


def test_the_first_makes_a_forecast_of_the_bound_and_the_next_is_held_against_it(
    place: Place, tmp_path: Path
) -> None:
    assert place.prove("drill").ok
    assert status(place).rto_basis == "bound"
    first = whole(place, 0)
    assert first.detail.forecast_basis == "bound"
    known = status(place)
    assert (known.rto_basis, known.rto_errors) == ("restored", ())
    assert known.rto_seconds == pytest.approx(first.seconds, rel=0.05)
    place.later(days=30)
    second = whole(place, 0)
    assert second.detail.forecast_seconds == pytest.approx(known.rto_seconds)
    place.later(days=1)
    done = restoring.restore(
        place.verifier, place.inventory, restoring.Wish("van-ban", tmp_path / "back"), "x"
    )
    assert done.forecast is not None
    expected = [
        done.seconds / done.forecast.seconds - 1,
        measured.off(second.seconds, second.detail),
    ]
    assert status(place).rto_errors == pytest.approx(expected)
    with place.store.read() as connection:
        kinds = connection.scalars(select(tables.proofs.c.kind).order_by(tables.proofs.c.id)).all()
    assert [kind for kind in kinds if kind != "watch"][-3:] == ["whole", "whole", "restore"]


def test_what_was_read_out_alone_forecasts_no_restore(place: Place) -> None:
    assert place.prove("drill").ok
    assert whole(place, 2**62).ok
    assert status(place).rto_basis == "bound"
    assert status(place).rto_errors == ()


def test_a_failed_whole_restore_is_not_hidden_by_a_good_drill(place: Place) -> None:
    with place.store.write() as connection:
        connection.exec_driver_sql("UPDATE witnesses SET sha256 = replace(sha256, 'a', 'b')")
    assert not whole(place, 0).ok
    with place.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM witnesses")
    place.later(days=1)
    assert place.back_up().ok
    assert place.prove("drill").ok
    known = status(place)
    assert known.last_drill is not None
    assert not known.last_drill.ok
    assert known.last_proof_at == place.now
    place.later(days=1)
    assert whole(place, 0).ok
    assert status(place).last_drill is not None
    assert status(place).last_proof_at == place.now
