"""Faults that are really injected: each is found and named, and nothing is lost."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess  # noqa: TID251 - a real child is killed, and a real disk fills up
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import underway
from agent.spool import Spool
from backup import drill, pin, plan, receipts, run, sealed
from backup.duties import look
from backup.restoring import Wish, restore
from backup.samples import documents
from tests.backup.place import NOON, Place
from tests.backup.test_duties import until

HUNDRED_MIB = 100 * 1024 * 1024


def cut_short(place: Place) -> str:
    pack = place.files("data")[0]
    pack.chmod(0o600)
    os.truncate(pack, pack.stat().st_size // 2)
    return pack.name


def swapped(place: Place) -> str:
    one, two = place.files("data")[:2]
    first, second = one.read_bytes(), two.read_bytes()
    for pack, content in ((one, second), (two, first)):
        pack.chmod(0o600)
        pack.write_bytes(content)
    return one.name


def rolled_back(place: Place) -> str:
    """Last week's copy in today's place: every object of it is whole."""
    last_week = place.state_folder / "last-week"
    shutil.copytree(place.repository, last_week)
    (place.source / "new.bin").write_bytes(random.Random(1).randbytes(40_000))
    place.later(days=7)
    receipt = place.back_up()
    assert receipt.ok
    assert place.prove("sweep").ok
    shutil.rmtree(place.repository)
    last_week.rename(place.repository)
    return receipt.snapshot or "-"


@pytest.mark.parametrize("fault", [cut_short, swapped, rolled_back])
def test_a_pack_cut_short_or_swapped_and_an_older_repository_are_found_and_named(
    place: Place, fault: Callable[[Place], str]
) -> None:
    assert place.prove("sweep").ok
    hurt = fault(place)
    place.later(days=1)
    proof = place.prove("sweep")
    assert not proof.ok
    assert any(hurt in one for one in proof.detail.problems)


def child(place: Place) -> list[str]:
    """The agent's child, as the agent starts it."""
    state = str(place.agent_folder)
    return [sys.executable, "-m", "backup", "run", "van-ban", "--agent-state", state]


def told(place: Place) -> list[dict[str, object]]:
    """The receipts in the agent's spool."""
    spool = Spool(place.agent_folder / "spool.sqlite")
    batch = spool.batch(1_000_000)
    spool.close()
    assert batch is not None
    return [one["section"] for one in json.loads(batch.body)["reports"]]


def running(place: Place) -> bool:
    return (place.agent_folder / underway.place("van-ban")).exists() or bool(place.files("locks"))


def started(place: Place) -> bool:
    return (place.agent_folder / "restic-cache").exists()


@pytest.mark.parametrize("step", [started, running])
def test_kill_9_of_the_agents_child_at_any_step_loses_nothing(
    place: Place, step: Callable[[Place], bool]
) -> None:
    assert place.back_up().ok
    shutil.rmtree(place.agent_folder / "restic-cache")
    large = place.source / "large.bin"
    large.write_bytes(random.Random(1).randbytes(HUNDRED_MIB))
    process = subprocess.Popen(child(place), stderr=subprocess.DEVNULL, start_new_session=True)
    until(lambda: step(place))
    os.killpg(process.pid, signal.SIGKILL)  # restic goes with it, as in a service's group
    process.wait()
    large.unlink()
    assert place.back_up().ok
    for kind in ("sweep", "check", "drill"):
        proof = place.prove(kind)
        assert proof.ok, proof.error


def test_kill_9_of_restic_alone_is_told_by_its_name(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = place.script("dying", '[ "$1" != backup ] || kill -9 $$', 'exec restic "$@"')
    with monkeypatch.context() as patch:
        patch.setenv("RESTIC", str(dying))
        assert place.back_up().error == "restic backup failed: restic was killed by signal 9"
    assert place.back_up().ok


def locked(place: Place, age: timedelta) -> Path:
    """A lock of a PC that died while it had the repository for itself."""
    password = (place.state_folder / "passwords" / "kho").read_text().strip()
    told = {
        "time": (datetime.fromtimestamp(time.time(), UTC) - age).isoformat(),
        "exclusive": True,
        "hostname": "may-da-chet",
        "username": "x",
        "pid": 4242,
    }
    key = sealed.master(place.repository / "keys", password)
    content = sealed.sealed(key, json.dumps(told).encode())
    path = place.repository / "locks" / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return path


def test_the_lock_of_a_dead_pc_is_named_and_holds_nothing_up_for_long(place: Place) -> None:
    lock = locked(place, timedelta(minutes=1))
    assert "locked" in (place.attempt().error or "")
    assert place.prove("watch").ok
    assert lock.exists()  # it may be at work still
    assert place.prove("drill").ok
    assert place.prove("check").ok
    lock.unlink()
    lock = locked(place, timedelta(minutes=31))
    assert place.prove("watch").ok
    assert not lock.exists()
    assert place.back_up().ok


def test_a_source_that_goes_away_while_restic_runs_is_no_success(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = place.script("leaving", 'restic "$@"', f'mv "{place.source}" "{place.source}-gone"')
    monkeypatch.setenv("RESTIC", str(leaving))
    receipt = place.back_up()
    assert receipt.snapshot is not None
    assert receipt.error == f"source missing: {place.source}"


def test_a_wrong_password_on_the_collector_is_told_and_moves_nothing(place: Place) -> None:
    before = {path for path in place.repository.rglob("*") if path.is_file()}
    (place.state_folder / "passwords" / "kho").write_text("wrong\n")
    for kind in ("check", "drill", "retain"):
        assert "wrong password" in (place.prove(kind).error or "")
    assert place.prove("sweep").ok  # it needs none
    assert {path for path in place.repository.rglob("*") if path.is_file()} == before


def test_a_clock_that_jumps_a_year_ahead_and_a_day_back_holds_nothing_up(
    place: Place, tmp_path: Path
) -> None:
    names: list[str | None] = []
    for jump in (timedelta(), timedelta(days=365), timedelta(days=-366)):
        place.now += jump
        (place.source / f"{len(names)}.txt").write_text("x")
        receipt = place.back_up()
        assert receipt.ok
        names.append(receipt.snapshot)
    assert place.now == NOON - timedelta(days=1)
    with place.store.read() as connection:
        assert receipts.newest_snapshot(connection, "van-ban") == names[-1]
    done = restore(place.verifier, place.inventory, Wish("van-ban", tmp_path / "x"), "x")
    assert done.files == len(list(documents())) + 3
    assert place.prove("drill").ok
    assert place.prove("retain").ok
    assert len(place.files("snapshots")) == 4


def test_what_was_noted_by_a_clock_a_year_ahead_is_due_again_once_it_is_right(
    place: Place,
) -> None:
    for kind in ("sweep", "drill", "check"):
        place.now = NOON + timedelta(days=365)
        assert place.prove(kind).ok
    assert place.back_up().ok
    place.now = NOON + timedelta(days=1)
    with place.store.read() as connection:
        known = look(connection, place.inventory, place.state, place.state_folder, place.now)
    assert [one.id for one in plan.due_backups(place.inventory, known, place.now)] == ["van-ban"]
    due = {job.kind for job in plan.due_proofs(place.inventory, known, place.now)}
    assert {"sweep", "drill", "check"} <= due


def test_two_pcs_that_store_into_one_repository_at_once_both_come_back(
    place: Place, tmp_path: Path
) -> None:
    (mine,) = place.inventory.backups
    (tmp_path / "ke-toan-so").mkdir()
    (tmp_path / "ke-toan-so" / "so-quy.txt").write_text("số quỹ")
    theirs = mine.model_copy(update={"id": "ke-toan", "machine": "pc-2", "paths": ("ke-toan-so",)})
    place.inventory = place.inventory.model_copy(update={"backups": (mine, theirs)})
    other = tmp_path / "agent-2"
    other.mkdir()
    pins = pin.pinned(place.inventory, "pc-2", place.state_folder)
    (other / run.PINS).write_text(json.dumps(pins))

    def second() -> run.Receipt:
        return run.run("ke-toan", other, None, lambda: place.now, random.SystemRandom())

    with ThreadPoolExecutor() as both:
        found = [both.submit(place.attempt), both.submit(second)]
    assert [one.result().ok for one in found] == [True, True]
    restic = place.verifier.restic(place.inventory.repositories[0])
    assert {one.tags for one in restic.snapshots()} == {("van-ban",), ("ke-toan",)}
    assert place.prove("check").ok
    restic.restore(found[1].result().snapshot or "-", tmp_path / "back")
    assert next((tmp_path / "back").rglob("so-quy.txt")).read_text() == "số quỹ"


def test_what_a_drill_left_that_was_killed_with_its_process_goes_within_a_day(
    place: Place,
) -> None:
    scratch = place.state_folder / "scratch"
    for name in ("drill-abc", "drill-new", "own-kho"):
        (scratch / name).mkdir(parents=True)
        (scratch / name / "paper.txt").write_text("in plain")
    old = time.time() - 13 * 3600
    for name in ("drill-abc", "own-kho"):
        os.utime(scratch / name, (old, old))
    assert drill.clear(scratch, datetime.fromtimestamp(time.time(), UTC)) == (
        "drill-abc",
        "own-kho",
    )
    assert [one.name for one in scratch.iterdir()] == ["drill-new"]
